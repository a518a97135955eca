/** What differs under a prefix between two revisions: exact counts, and the rows a page at a time. */
import type { PrefixDiff, PrefixDiffRow } from '../../../lib/api/bulk-types.ts';
import type { WireBytes } from '../../../lib/api/types.ts';
import type { ByteString } from '../../../lib/base/bytes.ts';
import { wireToByteString } from '../../../lib/keys/wire-bytes.ts';
import { type EntryChange, indexDiff } from '../hub/index-diff.ts';
import { requireView } from './browse.ts';
import { explainCompacted, requireRetained, type StoreContext } from './context.ts';
import { metaOf } from './key-meta.ts';

/** Keys compared before other requests get their turn. */
const SLICE_KEYS = 20_000;

export interface PrefixDiffQuery {
  readonly prefix: WireBytes;
  readonly from: number;
  /** Undefined: now. */
  readonly to: number | undefined;
  readonly offset: number;
  readonly limit: number;
  readonly signal?: AbortSignal;
}

export async function prefixDiff(context: StoreContext, query: PrefixDiffQuery): Promise<PrefixDiff> {
  const prefix = wireToByteString(query.prefix);
  const before = await indexAt(context, query.from, query.signal);
  const to = query.to ?? (await requireView(context)).revision;
  // Never the live index itself: it would move while it is compared.
  const after = await indexAt(context, to, query.signal);
  const counts = { added: 0, removed: 0, changed: 0 };
  const rows: PrefixDiffRow[] = [];
  let seen = 0;
  for (const change of indexDiff(before, after, prefix)) {
    const kind = kindOf(change);
    counts[kind]++;
    if (seen >= query.offset && rows.length < query.limit) rows.push(rowOf(kind, change));
    if (++seen % SLICE_KEYS === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  const unchanged = before.totals(prefix as ByteString).keys - counts.removed - counts.changed;
  return {
    prefix: query.prefix,
    from: String(query.from),
    to: String(to),
    ...counts,
    unchanged,
    offset: query.offset,
    rows,
  };
}

async function indexAt(context: StoreContext, revision: number, signal: AbortSignal | undefined) {
  requireRetained(context, revision);
  try {
    return (await context.past.at(revision, signal)).index;
  } catch (error) {
    throw await explainCompacted(context, revision, error);
  }
}

const kindOf = ({ before, after }: EntryChange): PrefixDiffRow['kind'] =>
  before === null ? 'added' : after === null ? 'removed' : 'changed';

const rowOf = (kind: PrefixDiffRow['kind'], { before, after }: EntryChange): PrefixDiffRow => ({
  kind,
  before: before === null ? null : metaOf(before),
  after: after === null ? null : metaOf(after),
});
