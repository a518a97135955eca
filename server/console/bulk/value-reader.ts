/**
 * Values of planned writes, read from the store's history when their turn comes: neighbours in key order in one range read,
 * single keys on their own, versions that the console still holds not at all. Exact or refused: a version that is not the
 * one planned is an error, never a guess.
 */
import { type ByteString, concatBytes, EMPTY_BYTES, fromByteString, toByteString } from '../../../lib/base/bytes.ts';
import { GrpcCode } from '../../../lib/base/grpc-status.ts';
import { byteStringToWire, displayBytes } from '../../../lib/keys/wire-bytes.ts';
import { ConsoleError } from '../errors.ts';
import type { StoreContext } from '../operations/context.ts';
import type { PlannedValue } from './plan.ts';

type Stored = Extract<PlannedValue, { kind: 'stored' }>;

/** Keys read in one range, wanted or not. */
const RANGE_KEYS = 512;
const RANGE_BYTES = 4 * 1024 * 1024;
/** Of the keys a range read brings at least this share must be wanted, or they are read one by one. */
const WANTED_SHARE = 0.25;
const CONCURRENT_READS = 8;

/** @throws ConsoleError OUT_OF_RANGE when one of them is not retained any more */
export async function readValues(context: StoreContext, wanted: readonly Stored[]): Promise<Map<Stored, Uint8Array>> {
  const found = new Map<Stored, Uint8Array>();
  const missing = new Map<number, Stored[]>();
  for (const one of wanted) {
    const { entry } = one;
    const known = context.hub.values.get(entry.key, entry.modRevision);
    if (known !== undefined) found.set(one, known);
    else missing.set(one.revision, [...(missing.get(one.revision) ?? []), one]);
  }
  for (const [revision, keys] of missing) await readAt(context, { revision, keys, found });
  return found;
}

interface ReadAt {
  readonly revision: number;
  readonly keys: readonly Stored[];
  readonly found: Map<Stored, Uint8Array>;
}

async function readAt(context: StoreContext, read: ReadAt): Promise<void> {
  const sorted = [...read.keys].sort((a, b) => (a.entry.key < b.entry.key ? -1 : 1));
  const rest = sorted.length < 4 ? sorted : await readRange(context, { ...read, keys: sorted });
  const queue = [...rest];
  const work = async (): Promise<void> => {
    for (let one = queue.shift(); one !== undefined; one = queue.shift()) {
      const { kvs } = await context.engine.kv.list({
        key: fromByteString(one.entry.key),
        end: EMPTY_BYTES,
        revision: read.revision,
      });
      take(read, one, kvs[0]);
    }
  };
  await Promise.all(Array.from({ length: Math.min(CONCURRENT_READS, queue.length) }, work));
}

/** Reads on while what comes is mostly wanted; what is left over is returned. */
async function readRange(context: StoreContext, read: ReadAt): Promise<readonly Stored[]> {
  const { keys } = read;
  const last = keys.at(-1) as Stored;
  const end = concatBytes([fromByteString(last.entry.key), Uint8Array.of(0)]);
  let at = 0;
  while (at < keys.length) {
    const from = keys[at] as Stored;
    const average = keys.reduce((sum, one) => sum + one.entry.valueBytes, 0) / keys.length;
    const limit = Math.max(1, Math.min(RANGE_KEYS, Math.floor(RANGE_BYTES / Math.max(1, average))));
    const page = await context.engine.kv.list({
      key: fromByteString(from.entry.key),
      end,
      limit,
      revision: read.revision,
    });
    const before = at;
    for (const kv of page.kvs) {
      const key = toByteString(kv.key);
      const one = keys[at];
      if (one === undefined || one.entry.key !== key) continue;
      take(read, one, kv);
      at++;
    }
    // A planned key that the store does not have at that revision would never come.
    if (at === before) take(read, from, undefined);
    if (at - before < page.kvs.length * WANTED_SHARE) return keys.slice(at);
  }
  return [];
}

function take(
  { revision, found }: ReadAt,
  one: Stored,
  kv: { modRevision: number; value: Uint8Array } | undefined,
): void {
  if (kv === undefined || kv.modRevision !== one.entry.modRevision) {
    throw new ConsoleError(
      GrpcCode.OUT_OF_RANGE,
      `the value ${displayBytes(byteStringToWire(one.entry.key))} had at revision ${revision} is not retained any more`,
      { revision: String(revision), key: byteStringToWire(one.entry.key as ByteString) },
    );
  }
  found.set(one, kv.value);
}
