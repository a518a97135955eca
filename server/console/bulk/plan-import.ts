/** Writing the keys of a file: read whole first, a fault anywhere means that nothing of it is written. */
import type { BulkProblem, BulkRequest } from '../../../lib/api/bulk-types.ts';
import { type ByteString, equalBytes } from '../../../lib/base/bytes.ts';
import { GrpcCode } from '../../../lib/base/grpc-status.ts';
import { plural } from '../../../lib/format/number.ts';
import { readTransfer } from '../../../lib/keys/transfer/formats.ts';
import type { ReadEntry } from '../../../lib/keys/transfer/transfer.ts';
import { byteStringToWire, displayBytes, fromWire, wireToByteString } from '../../../lib/keys/wire-bytes.ts';
import { ConsoleError } from '../errors.ts';
import type { KeyEntry } from '../hub/key-chunk.ts';
import { leaseFromHex } from '../ids.ts';
import { LeasePlan } from './leases.ts';
import { type Plan, type PlannedUnit, type PlannedValue, requireFitting } from './plan.ts';
import type { PlanContext } from './plan-past.ts';
import { readValues } from './value-reader.ts';

type ImportRequest = Extract<BulkRequest, { readonly kind: 'import' }>;

interface Incoming {
  readonly key: ByteString;
  readonly value: Uint8Array;
  readonly lease: bigint;
  readonly stands: KeyEntry | null;
}

/** @throws ConsoleError INVALID_ARGUMENT with every fault and its line */
export async function planImport(plan: PlanContext, request: ImportRequest): Promise<Plan> {
  const { entries, faults } = readTransfer(request.format, request.text);
  const [first] = faults;
  if (first !== undefined) {
    throw new ConsoleError(
      GrpcCode.INVALID_ARGUMENT,
      `line ${first.line}: ${first.message}${faults.length > 1 ? `, and ${plural(faults.length - 1, 'more line')}` : ''}; nothing of the file is written`,
      { field: 'text', faults },
    );
  }
  requireFitting(entries.length);
  const prefix = wireToByteString(request.prefix);
  const incoming = entries.map((entry) => toIncoming(plan, prefix, entry));
  const same = await unchangedOf(plan, incoming);
  const wanted = incoming.filter((one) => !same.has(one));
  const leases = await LeasePlan.of(plan.context, {
    choice: request.lease,
    entries: wanted.map(asEntry),
    isDryRun: plan.isDryRun,
  });
  const units: PlannedUnit[] = [];
  const skipped: BulkProblem[] = [];
  for (const one of wanted) {
    if (one.stands !== null && !request.overwrite) {
      skipped.push({ key: byteStringToWire(one.key), reason: 'it exists with another value' });
      continue;
    }
    // A file that names no lease leaves the one the key has.
    const lease = one.lease === 0n && one.stands !== null ? 'keep' : leases.for(asEntry(one), one.stands);
    if (lease === undefined) continue;
    units.push([{ key: one.key, expect: one.stands, put: { value: { kind: 'bytes', bytes: one.value }, lease } }]);
  }
  skipped.push(...leases.skipped);
  const under = request.prefix === '' ? '' : ` under ${displayBytes(request.prefix)}`;
  const title = `Import ${plural(entries.length, 'key')}${under}`;
  return { kind: 'import', title, asOf: plan.asOf, units, unchanged: same.size, skipped, leases: leases.leases };
}

function toIncoming({ now }: PlanContext, prefix: ByteString, entry: ReadEntry): Incoming {
  const key = (prefix + wireToByteString(entry.key)) as ByteString;
  const lease = entry.lease === null ? 0n : leaseFromHex(entry.lease);
  return { key, value: fromWire(entry.value), lease, stands: now.get(key) ?? null };
}

const asEntry = ({ key, lease, value }: Incoming): KeyEntry => ({
  key,
  lease,
  createRevision: 0,
  modRevision: 0,
  version: 0,
  valueBytes: value.length,
});

/** Those that stand there already with these very bytes. Only where the size is the same is there anything to read. */
async function unchangedOf({ context, asOf }: PlanContext, incoming: readonly Incoming[]): Promise<Set<Incoming>> {
  const candidates = new Map<Extract<PlannedValue, { kind: 'stored' }>, Incoming>();
  for (const one of incoming) {
    if (one.stands === null || one.stands.valueBytes !== one.value.length) continue;
    candidates.set({ kind: 'stored', entry: one.stands, revision: asOf }, one);
  }
  const values = await readValues(context, [...candidates.keys()]);
  const same = new Set<Incoming>();
  for (const [stored, one] of candidates) if (equalBytes(values.get(stored) ?? one.value, one.value)) same.add(one);
  return same;
}
