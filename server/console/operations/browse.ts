/** Folders and search, answered from the index: they cost the store nothing. */
import type { ChildrenPage, SearchPage, TreeNode } from '../../../lib/api/types.ts';
import { type ByteString, toByteString, utf8Encode } from '../../../lib/base/bytes.ts';
import { GrpcCode } from '../../../lib/base/grpc-status.ts';
import { byteStringToWire, wireToByteString } from '../../../lib/keys/wire-bytes.ts';
import type { ChildrenQuery } from '../console.ts';
import { ConsoleError } from '../errors.ts';
import type { ChildRow } from '../hub/children.ts';
import type { HubView } from '../hub/hub.ts';
import type { KeyEntry } from '../hub/key-chunk.ts';
import { explainCompacted, requireRetained, type StoreContext } from './context.ts';
import { metaOf } from './key-meta.ts';

/** How long a page waits for the first listing before it says that it is not there yet. */
const INDEX_WAIT_MS = 5_000;
/** Keys searched before other requests get their turn. */
const SEARCH_SLICE_KEYS = 20_000;

/** @throws ConsoleError UNAVAILABLE while the first listing runs or no endpoint answers */
export async function requireView(context: StoreContext): Promise<HubView> {
  const view = await context.hub.ready(INDEX_WAIT_MS);
  // An index that nobody keeps fresh, of a session that is over, is not the present any more.
  if (context.hub.ended !== null) throw context.hub.ended;
  if (view !== null) return view;
  const { phase, keysLoaded, keysTotal, reason } = context.hub.state();
  if (phase === 'limited') {
    throw new ConsoleError(GrpcCode.RESOURCE_EXHAUSTED, reason ?? 'the store holds too many keys for the index');
  }
  const progress = keysTotal === null ? 'not begun' : `${keysLoaded} of ${keysTotal} keys read`;
  throw new ConsoleError(
    GrpcCode.UNAVAILABLE,
    reason === null ? `the keys are still being listed: ${progress}` : `the keys cannot be listed: ${reason}`,
    { phase, keysLoaded, keysTotal },
  );
}

export async function children(context: StoreContext, query: ChildrenQuery): Promise<ChildrenPage> {
  return pageOf(await viewAt(context, query), query);
}

/** The key space now or at a revision. @throws ConsoleError as `requireView`, or OUT_OF_RANGE for a revision that cannot be read */
export async function viewAt(
  context: StoreContext,
  { revision, signal }: Pick<ChildrenQuery, 'revision' | 'signal'>,
): Promise<HubView> {
  if (revision === undefined) return requireView(context);
  requireRetained(context, revision);
  try {
    return await context.past.at(revision, signal);
  } catch (error) {
    throw await explainCompacted(context, revision, error);
  }
}

function pageOf(view: HubView, query: ChildrenQuery): ChildrenPage {
  const prefix = wireToByteString(query.prefix);
  const delimiter = toByteString(utf8Encode(query.delimiter));
  const page = view.folders.page({ prefix, delimiter }, query);
  return {
    prefix: query.prefix,
    revision: String(view.revision),
    total: page.total,
    offset: query.offset,
    nodes: page.rows.map((row) => nodeOf(row, prefix)),
    source: view.source,
  };
}

function nodeOf(row: ChildRow, prefix: ByteString): TreeNode {
  const { name, key, folder } = row;
  const path = folder?.path ?? key?.key ?? ((prefix + name) as ByteString);
  return {
    path: byteStringToWire(path),
    name: byteStringToWire(name),
    key: key === null ? null : metaOf(key),
    folder: folder === null ? null : { path: byteStringToWire(folder.path), keys: folder.keys, bytes: folder.bytes },
  };
}

/**
 * Keys that contain `text`, in key order. All-lower-case text matches without regard to ASCII case. Stops at `limit`, and
 * says then how many keys it looked at.
 */
export async function search(
  context: StoreContext,
  query: { readonly text: string; readonly limit: number },
): Promise<SearchPage> {
  const needle = toByteString(utf8Encode(query.text));
  const matches = matcher(needle);
  const found: KeyEntry[] = [];
  let view = await requireView(context);
  let searched = 0;
  let from = '' as ByteString;
  for (;;) {
    const cursor = view.index.seek(from);
    const stopAt = searched + SEARCH_SLICE_KEYS;
    while (cursor.key !== undefined && searched < stopAt && found.length < query.limit) {
      if (matches(cursor.key)) found.push(cursor.entry());
      searched++;
      cursor.next();
    }
    const rest = cursor.key;
    if (rest === undefined || found.length >= query.limit) {
      return {
        query: query.text,
        revision: String(view.revision),
        searchedKeys: Math.min(searched, view.index.size),
        totalKeys: view.index.size,
        complete: rest === undefined,
        keys: found.map(metaOf),
      };
    }
    // The index may change while others have their turn; the next slice starts at the same key whatever happened.
    from = rest;
    await new Promise((resolve) => setImmediate(resolve));
    view = await requireView(context);
  }
}

function matcher(needle: ByteString): (key: ByteString) => boolean {
  const hasCase = /[a-z]/.test(needle);
  if (!hasCase || /[A-Z]/.test(needle)) return (key) => key.includes(needle);
  return (key) => key.includes(needle) || lowerAscii(key).includes(needle);
}

/** Only A-Z: other bytes are not letters but parts of UTF-8 sequences. */
const lowerAscii = (text: string): string =>
  /[A-Z]/.test(text) ? text.replace(/[A-Z]/g, (c) => c.toLowerCase()) : text;
