/**
 * A prefix as a file, at one revision. JSON Lines leaves page by page however much it is; the formats of text are made whole
 * first, so that a key they cannot carry is a refusal and never half a file.
 */
import type { WireBytes } from '../../../lib/api/types.ts';
import { type ByteString, fromByteString, prefixRangeEnd, toByteString } from '../../../lib/base/bytes.ts';
import { GrpcCode } from '../../../lib/base/grpc-status.ts';
import { type NamedEntry, writeTransfer } from '../../../lib/keys/transfer/formats.ts';
import { NotText, type TransferFormat } from '../../../lib/keys/transfer/transfer.ts';
import { toWire, wireToByteString } from '../../../lib/keys/wire-bytes.ts';
import { ConsoleError } from '../errors.ts';
import { leaseToHex } from '../ids.ts';
import { requireView } from '../operations/browse.ts';
import { explainCompacted, requireRetained, type StoreContext } from '../operations/context.ts';

/** Of the formats that are made whole in memory. */
const TEXT_KEYS_MAX = 50_000;
const TEXT_BYTES_MAX = 64 * 1024 * 1024;
const PAGE_BYTES = 4 * 1024 * 1024;
const PAGE_KEYS_FIRST = 100;
const PAGE_KEYS_MAX = 5_000;

export interface ExportQuery {
  readonly prefix: WireBytes;
  readonly format: TransferFormat;
  /** Undefined: now. */
  readonly revision: number | undefined;
  readonly signal: AbortSignal;
}

export interface ExportFile {
  readonly revision: number;
  readonly parts: AsyncGenerator<string>;
}

/** @throws ConsoleError FAILED_PRECONDITION naming the key that the format cannot carry */
export async function exportKeys(context: StoreContext, query: ExportQuery): Promise<ExportFile> {
  if (query.revision !== undefined) requireRetained(context, query.revision);
  const revision = query.revision ?? (await requireView(context)).revision;
  const pages = read(context, query, revision);
  try {
    // The first page tells whether the revision can be read at all, before a status is sent.
    const first = await pages.next();
    const all = resume(first, pages);
    return { revision, parts: query.format === 'jsonl' ? lines(all) : whole(await gather(all, query.format)) };
  } catch (error) {
    throw await explainCompacted(context, revision, error);
  }
}

type Page = readonly NamedEntry[];

async function* resume(first: IteratorResult<Page>, rest: AsyncGenerator<Page>): AsyncGenerator<Page> {
  if (first.done !== true) yield first.value;
  yield* rest;
}

async function* lines(pages: AsyncGenerator<Page>): AsyncGenerator<string> {
  for await (const page of pages) yield writeTransfer('jsonl', page);
}

async function* whole(text: string): AsyncGenerator<string> {
  yield text;
}

async function gather(pages: AsyncGenerator<Page>, format: TransferFormat): Promise<string> {
  const entries: NamedEntry[] = [];
  let bytes = 0;
  for await (const page of pages) {
    for (const entry of page) {
      entries.push(entry);
      bytes += typeof entry.value === 'string' ? entry.value.length : 0;
    }
    if (entries.length > TEXT_KEYS_MAX || bytes > TEXT_BYTES_MAX) {
      throw new ConsoleError(
        GrpcCode.RESOURCE_EXHAUSTED,
        `more than ${TEXT_KEYS_MAX} keys or ${TEXT_BYTES_MAX} bytes do not fit in one such file; JSON Lines has no bound`,
      );
    }
  }
  try {
    return writeTransfer(format, entries);
  } catch (error) {
    if (!(error instanceof NotText)) throw error;
    throw new ConsoleError(GrpcCode.FAILED_PRECONDITION, `${error.message}; JSON Lines carries every key`);
  }
}

async function* read(context: StoreContext, { prefix, signal }: ExportQuery, revision: number): AsyncGenerator<Page> {
  const start = wireToByteString(prefix);
  let key: Uint8Array = start === '' ? Uint8Array.of(0) : fromByteString(start);
  const end = start === '' ? Uint8Array.of(0) : prefixRangeEnd(key);
  let limit = PAGE_KEYS_FIRST;
  for (;;) {
    const page = await context.engine.kv.list({ key, end, limit, revision, signal });
    yield page.kvs.map((kv) => ({
      name: toByteString(kv.key).slice(start.length) as ByteString,
      key: toWire(kv.key),
      value: toWire(kv.value),
      lease: leaseToHex(kv.lease),
    }));
    const last = page.kvs.at(-1);
    if (!page.more || last === undefined) return;
    key = new Uint8Array(last.key.length + 1);
    key.set(last.key);
    const bytes = page.kvs.reduce((sum, kv) => sum + kv.key.length + kv.value.length, 0);
    limit = Math.max(
      1,
      Math.min(PAGE_KEYS_MAX, Math.floor(PAGE_BYTES / Math.max(1, bytes / page.kvs.length)), limit * 4),
    );
  }
}
