/**
 * Deleting what was shown and nothing else: a preview at a revision, then one transaction guarded so that no key under the
 * target may have changed after it. A range delete is one operation, however many keys it hits.
 */

import type { DeleteBody, DeletePreview, DeleteResult, DeleteTarget, KeyMeta } from '../../../lib/api/types.ts';
import { type ByteString, EMPTY_BYTES, prefixRangeEnd } from '../../../lib/base/bytes.ts';
import { GrpcCode } from '../../../lib/base/grpc-status.ts';
import type { KeyRange } from '../../../lib/keys/ranges.ts';
import { displayBytes, fromWire, wireToByteString } from '../../../lib/keys/wire-bytes.ts';
import { requireNoAudit } from '../audit/entry.ts';
import { ConsoleError } from '../errors.ts';
import { entryOf, type KeyEntry } from '../hub/key-chunk.ts';
import { leaseToHex, toRevision } from '../ids.ts';
import { requireView } from './browse.ts';
import { requireWritable, type StoreContext } from './context.ts';
import { metaOf } from './key-meta.ts';

/** Keys shown in a preview, and changed keys named in a refusal. */
const SAMPLE_KEYS = 50;
const CHANGED_KEYS = 10;
const FOLLOW_MS = 500;

export async function previewDelete(context: StoreContext, target: DeleteTarget): Promise<DeletePreview> {
  requireNoAudit(target);
  if (target.key !== undefined) return previewKey(context, target);
  const prefix = wireToByteString(target.prefix ?? '');
  // The index must know every write made so far, or the delete would be refused for keys that were never shown.
  const { revision } = await context.engine.kv.list({ ...rangeOf(target), countOnly: true });
  await context.hub.follows(revision, FOLLOW_MS);
  const view = await requireView(context);
  const tally = new Tally();
  for (const cursor = view.index.seek(prefix); cursor.key?.startsWith(prefix) === true; cursor.next()) {
    tally.add(cursor.entry());
  }
  return { target, revision: String(view.revision), ...tally.result() };
}

async function previewKey(context: StoreContext, target: DeleteTarget): Promise<DeletePreview> {
  const answer = await context.engine.kv.list(rangeOf(target));
  const tally = new Tally();
  for (const kv of answer.kvs) tally.add(entryOf(kv));
  return { target, revision: String(answer.revision), ...tally.result() };
}

class Tally {
  #keys = 0;
  #bytes = 0;
  #leasedKeys = 0;
  readonly #sample: KeyMeta[] = [];
  readonly #leases = new Set<string>();

  add(entry: KeyEntry): void {
    this.#keys++;
    this.#bytes += entry.valueBytes;
    if (this.#sample.length < SAMPLE_KEYS) this.#sample.push(metaOf(entry));
    const lease = leaseToHex(entry.lease);
    if (lease === null) return;
    this.#leasedKeys++;
    this.#leases.add(lease);
  }

  result(): Omit<DeletePreview, 'target' | 'revision'> {
    return {
      keys: this.#keys,
      bytes: this.#bytes,
      sample: this.#sample,
      leasedKeys: this.#leasedKeys,
      leases: [...this.#leases],
    };
  }
}

/**
 * @throws ConsoleError ABORTED when a key under the target was written or removed after `expectRevision`. Removals that
 * happen at the very moment of the delete are only seen in its result: fewer keys deleted than expected, never more.
 */
export async function deleteKeys(context: StoreContext, body: DeleteBody): Promise<DeleteResult> {
  requireWritable(context);
  requireNoAudit(body.target);
  const range = rangeOf(body.target);
  const expected = toRevision(body.expectRevision);
  const { count } = await context.engine.kv.list({ ...range, countOnly: true });
  if (count !== body.expectKeys) throw changed(context, body, count);
  const outcome = await context.engine.kv.write({
    guards: [{ ...range, target: 'modRevision', is: '<', value: expected + 1 }],
    ops: [{ type: 'delete', range }],
    otherwiseRead: [],
  });
  if (!outcome.succeeded) throw changed(context, body, count);
  context.authors.note(outcome.revision, context.author);
  await context.hub.follows(outcome.revision, FOLLOW_MS);
  return { revision: String(outcome.revision), deleted: outcome.deleted[0] ?? 0 };
}

function changed(context: StoreContext, body: DeleteBody, count: number): ConsoleError {
  const what =
    body.target.key === undefined
      ? `keys under "${displayBytes(body.target.prefix ?? '')}"`
      : displayBytes(body.target.key);
  const now = count === body.expectKeys ? '' : ` (${count} keys now, ${body.expectKeys} were shown)`;
  return new ConsoleError(
    GrpcCode.ABORTED,
    `${what} changed after revision ${body.expectRevision}${now}; nothing was deleted, look again`,
    {
      expectRevision: body.expectRevision,
      expectKeys: body.expectKeys,
      keys: count,
      changed: changedSince(context, body),
    },
  );
}

/** The first keys under the target that are younger than the preview, as far as the index knows. */
function changedSince(context: StoreContext, { target, expectRevision }: DeleteBody): KeyMeta[] {
  const view = context.hub.view();
  if (view === null) return [];
  const prefix = wireToByteString(target.key ?? target.prefix ?? '') as ByteString;
  const out: KeyMeta[] = [];
  for (const cursor = view.index.seek(prefix); cursor.key?.startsWith(prefix) === true; cursor.next()) {
    if (target.key !== undefined && cursor.key !== prefix) break;
    const entry = cursor.entry();
    if (entry.modRevision > toRevision(expectRevision)) out.push(metaOf(entry));
    if (out.length === CHANGED_KEYS) break;
  }
  return out;
}

/** The keys that a target names. */
export function rangeOf(target: DeleteTarget): KeyRange {
  if (target.key !== undefined) return { key: fromWire(target.key), end: EMPTY_BYTES };
  const prefix = fromWire(target.prefix ?? '');
  // Every key: from the smallest possible one to the end.
  if (prefix.length === 0) return { key: Uint8Array.of(0), end: Uint8Array.of(0) };
  return { key: prefix, end: prefixRangeEnd(prefix) };
}
