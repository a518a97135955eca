/** A plan without the writes that schemas or rollouts would refuse: they are named before anything happens, as every other that is left out. */
import type { BulkProblem } from '../../../lib/api/bulk-types.ts';
import { type ByteString, EMPTY_BYTES, fromByteString, toByteString } from '../../../lib/base/bytes.ts';
import { contains, type KeyRange } from '../../../lib/keys/ranges.ts';
import { byteStringToWire } from '../../../lib/keys/wire-bytes.ts';
import type { WriteOp } from '../../engines/engine.ts';
import { type KeyRefusal, RefusedWrites } from '../config/key-policy.ts';
import type { StoreContext } from '../operations/context.ts';
import type { Plan, PlannedValue, PlannedWrite } from './plan.ts';
import { readValues } from './value-reader.ts';

/** The part of config/key-policy.ts that a plan needs. */
export interface Rules {
  scope(): Promise<readonly KeyRange[]>;
  refusals(ops: readonly WriteOp[]): Promise<readonly KeyRefusal[]>;
}

/** Values read and checked at a time. */
const BATCH_WRITES = 100;

export async function obeying(context: StoreContext, rules: Rules, plan: Plan): Promise<Plan> {
  const scope = await rules.scope();
  const concerned = plan.units.flat().filter(({ key }) => contains(scope, fromByteString(key)));
  const all: KeyRefusal[] = [];
  for (let from = 0; from < concerned.length; from += BATCH_WRITES) {
    const batch = concerned.slice(from, from + BATCH_WRITES);
    all.push(...(await rules.refusals(await opsOf(context, batch))));
  }
  if (all.length === 0) return plan;
  // As with a line that cannot be read: a file is written whole or not at all.
  if (plan.kind === 'import') throw new RefusedWrites(all);
  const refused = new Map(all.map(({ key, path, message }) => [toByteString(key), `${path} ${message}`.trim()]));
  const isRefused = (unit: readonly PlannedWrite[]): boolean => unit.some(({ key }) => refused.has(key));
  const skipped: BulkProblem[] = plan.units.filter(isRefused).map((unit) => {
    const { key = '' as ByteString } = unit.find((write) => refused.has(write.key)) ?? {};
    return { key: byteStringToWire(key), reason: refused.get(key) ?? '' };
  });
  return {
    ...plan,
    units: plan.units.filter((unit) => !isRefused(unit)),
    skipped: [...plan.skipped, ...skipped],
  };
}

async function opsOf(context: StoreContext, writes: readonly PlannedWrite[]): Promise<WriteOp[]> {
  const stored = writes.flatMap(({ put }) => (put?.value.kind === 'stored' ? [put.value] : []));
  const values = await readValues(context, stored);
  return writes.map(({ key, put }): WriteOp => {
    const bytes = fromByteString(key);
    if (put === null) return { type: 'delete', range: { key: bytes, end: EMPTY_BYTES } };
    return { type: 'put', key: bytes, value: bytesFor(put.value, values), lease: 'keep' };
  });
}

const bytesFor = (value: PlannedValue, values: ReadonlyMap<PlannedValue, Uint8Array>): Uint8Array =>
  value.kind === 'bytes' ? value.bytes : (values.get(value) ?? EMPTY_BYTES);
