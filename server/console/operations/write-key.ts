/**
 * The guarded put: one transaction that writes only when the key stands where the operator saw it. The lease stays unless
 * the operator says otherwise.
 */
import type { ConflictDetail, PutBody, WriteResult } from '../../../lib/api/types.ts';
import { EMPTY_BYTES, toByteString } from '../../../lib/base/bytes.ts';
import { GrpcCode } from '../../../lib/base/grpc-status.ts';
import { displayBytes, fromWire } from '../../../lib/keys/wire-bytes.ts';
import { ConsoleError } from '../errors.ts';
import { leaseFromHex, toRevision } from '../ids.ts';
import { requireWritable, type StoreContext } from './context.ts';
import { metaOf, metaOfKv, withValue } from './key-meta.ts';

/** A page that is read right after a write should show it: the write waits this long for the hub to have followed. */
const FOLLOW_MS = 500;

/** @throws ConsoleError ABORTED with ConflictDetail when the key changed; nothing was written then */
export async function putKey(context: StoreContext, body: PutBody): Promise<WriteResult> {
  requireWritable(context);
  const range = { key: fromWire(body.key), end: EMPTY_BYTES };
  const expected = toRevision(body.expectModRevision);
  const outcome = await context.engine.kv.write({
    guards: [{ ...range, target: 'modRevision', is: '=', value: expected }],
    ops: [{ type: 'put', key: range.key, value: fromWire(body.value), lease: leaseFor(body, expected) }],
    otherwiseRead: [range],
  });
  if (!outcome.succeeded) throw conflict(body, outcome.reads[0]?.[0]);
  context.authors.note(outcome.revision, context.author);
  return { revision: String(outcome.revision), kv: await writtenMeta(context, range.key, outcome.revision) };
}

/** A key that does not exist yet has no lease to keep. */
function leaseFor({ lease }: PutBody, expected: number): 'keep' | bigint {
  if (lease.mode === 'attach') return leaseFromHex(lease.id);
  return lease.mode === 'keep' && expected !== 0 ? 'keep' : 0n;
}

function conflict(body: PutBody, current: Parameters<typeof withValue>[0] | undefined): ConsoleError {
  const detail: ConflictDetail = {
    expectModRevision: body.expectModRevision,
    current: current === undefined ? null : withValue(current),
  };
  return new ConsoleError(GrpcCode.ABORTED, conflictMessage(body, current?.modRevision), { ...detail });
}

function conflictMessage(body: PutBody, now: number | undefined): string {
  const key = displayBytes(body.key);
  if (now === undefined) return `${key} was deleted since revision ${body.expectModRevision}; nothing was written`;
  if (body.expectModRevision === '0') return `${key} exists already (revision ${now}); nothing was written`;
  return `${key} was changed at revision ${now}, after revision ${body.expectModRevision}; nothing was written`;
}

async function writtenMeta(context: StoreContext, key: Uint8Array, revision: number): Promise<WriteResult['kv']> {
  if (await context.hub.follows(revision, FOLLOW_MS)) {
    const entry = context.hub.view()?.index.get(toByteString(key));
    if (entry?.modRevision === revision) return metaOf(entry);
  }
  const { kvs } = await context.engine.kv.list({ key, end: EMPTY_BYTES, revision });
  return kvs[0] === undefined ? null : metaOfKv(kvs[0]);
}
