/**
 * Searching every key, or every value, under a prefix at one revision: progress and matches as they come, and at the end
 * exactly what was searched and what was not. Keys come from the index and cost the store nothing; values are read from it
 * page by page, pinned to the revision, one page at a time.
 */
import type { FindExcerpt, FindLine, FindQuery } from '../../../lib/api/find-types.ts';
import type { WireBytes } from '../../../lib/api/types.ts';
import {
  type ByteString,
  fromByteString,
  prefixRangeEnd,
  toByteString,
  utf8Decode,
  utf8Encode,
} from '../../../lib/base/bytes.ts';
import { wireToByteString } from '../../../lib/keys/wire-bytes.ts';
import { entryOf, type KeyEntry } from '../hub/key-chunk.ts';
import { requireView } from '../operations/browse.ts';
import { explainCompacted, requireRetained, type StoreContext } from '../operations/context.ts';
import { metaOf } from '../operations/key-meta.ts';
import { type ByteMatcher, textMatcher } from './matcher.ts';
import { type Judged, RegexGuard } from './regex-guard.ts';

export interface FindOptions extends FindQuery {
  readonly prefix: WireBytes;
  /** Undefined: now. */
  readonly revision: number | undefined;
  /** Matches; then it ends and says so. */
  readonly limit: number;
  readonly signal: AbortSignal;
}

/** One page of values. */
const PAGE_BYTES = 4 * 1024 * 1024;
const PAGE_KEYS_FIRST = 100;
const PAGE_KEYS_MAX = 5_000;
/** Keys judged before other requests get their turn. */
const SLICE_KEYS = 5_000;
/** Patterns that take too long on so many texts will on the others too. */
const TIMEOUTS_MAX = 3;
const EXCERPT_CHARS = 60;

interface Candidate {
  readonly entry: KeyEntry;
  /** What is judged. */
  readonly bytes: ByteString;
}

/** Ends when `signal` aborts, without a last line: nobody reads it. @throws ConsoleError before the first line only */
export async function find(context: StoreContext, options: FindOptions): Promise<AsyncGenerator<FindLine>> {
  const judge = options.mode === 'regex' ? new RegexGuard(options.q) : textMatcher(options.q);
  if (options.revision !== undefined) requireRetained(context, options.revision);
  const view = await viewOf(context, options);
  const keys = view.index.totals(wireToByteString(options.prefix)).keys;
  return new Search(context, { options, judge, keys, revision: view.revision }).run();
}

async function viewOf(context: StoreContext, { revision, signal }: FindOptions) {
  const at = revision ?? (await requireView(context)).revision;
  try {
    // Also for now: a fork that does not move while it is searched.
    return await context.past.at(at, signal);
  } catch (error) {
    throw await explainCompacted(context, at, error);
  }
}

interface SearchSetup {
  readonly options: FindOptions;
  readonly judge: RegexGuard | ByteMatcher;
  readonly keys: number;
  readonly revision: number;
}

class Search {
  readonly #context: StoreContext;
  readonly #setup: SearchSetup;
  #searched = 0;
  #bytes = 0;
  #matches = 0;
  #binary = 0;
  #reason: string | null = null;

  constructor(context: StoreContext, setup: SearchSetup) {
    this.#context = context;
    this.#setup = setup;
  }

  async *run(): AsyncGenerator<FindLine> {
    const { options, judge, keys, revision } = this.#setup;
    try {
      yield { kind: 'start', revision: String(revision), keys };
      for await (const batch of options.in === 'keys' ? this.#keys() : this.#values()) {
        yield* this.#judge(batch);
        if (options.signal.aborted) return;
        yield { kind: 'progress', searched: this.#searched, bytes: this.#bytes };
        if (this.#reason !== null) break;
      }
      yield this.#end();
    } finally {
      if (judge instanceof RegexGuard) judge.close();
    }
  }

  #end(): FindLine {
    const { keys, revision, judge } = this.#setup;
    const timeouts = judge instanceof RegexGuard ? judge.timeouts : 0;
    return {
      kind: 'end',
      revision: String(revision),
      searched: this.#searched,
      keys,
      matches: this.#matches,
      complete: this.#reason === null && timeouts === 0 && this.#binary === 0,
      reason: this.#reason,
      notSearched: [
        ...(timeouts > 0 ? [{ keys: timeouts, reason: 'the pattern took too long on them' }] : []),
        ...(this.#binary > 0 ? [{ keys: this.#binary, reason: 'not text: a pattern is tried on text only' }] : []),
      ],
    };
  }

  /** Never leaves a batch half-way: what is counted as searched was searched. */
  async *#judge(batch: readonly Candidate[]): AsyncGenerator<FindLine> {
    const { options, judge } = this.#setup;
    const found =
      judge instanceof RegexGuard ? await this.#judgeTexts(judge, batch) : batch.map(({ bytes }) => judge(bytes));
    for (const [i, candidate] of batch.entries()) {
      if (this.#matches >= options.limit) {
        this.#reason = `${options.limit} matches are enough`;
        return;
      }
      this.#searched++;
      this.#bytes += candidate.bytes.length;
      const at = found[i];
      if (at === undefined || at === null || at === 'timeout') continue;
      this.#matches++;
      yield {
        kind: 'match',
        key: metaOf(candidate.entry),
        excerpt: options.in === 'keys' ? null : excerptOf(candidate.bytes, at),
      };
    }
  }

  async #judgeTexts(guard: RegexGuard, batch: readonly Candidate[]): Promise<readonly Judged[]> {
    const texts = batch.map(({ bytes }) => utf8Decode(fromByteString(bytes)));
    const judged = await guard.judge(texts.filter((text) => text !== undefined));
    if (guard.timeouts >= TIMEOUTS_MAX) this.#reason = 'the pattern takes too long; make it simpler';
    let next = 0;
    return texts.map((text) => {
      if (text === undefined) {
        this.#binary++;
        return null;
      }
      const one = judged[next++] ?? null;
      if (one === null || one === 'timeout') return one;
      // In bytes, as the other matchers count.
      const start = utf8Encode(text.slice(0, one[0])).length;
      return [start, utf8Encode(text.slice(one[0], one[0] + one[1])).length] as const;
    });
  }

  async *#keys(): AsyncGenerator<readonly Candidate[]> {
    const { options, revision } = this.#setup;
    const prefix = wireToByteString(options.prefix);
    const { index } = await this.#context.past.at(revision);
    let batch: Candidate[] = [];
    for (const cursor = index.seek(prefix); cursor.key?.startsWith(prefix) === true; cursor.next()) {
      batch.push({ entry: cursor.entry(), bytes: cursor.key });
      if (batch.length < SLICE_KEYS) continue;
      yield batch;
      batch = [];
      await new Promise((resolve) => setImmediate(resolve));
    }
    yield batch;
  }

  async *#values(): AsyncGenerator<readonly Candidate[]> {
    const { options, revision } = this.#setup;
    const prefix = fromByteString(wireToByteString(options.prefix));
    let key: Uint8Array = prefix.length === 0 ? Uint8Array.of(0) : prefix;
    const end = prefix.length === 0 ? Uint8Array.of(0) : prefixRangeEnd(prefix);
    let limit = PAGE_KEYS_FIRST;
    for (;;) {
      const page = await this.#context.engine.kv.list({ key, end, limit, revision, signal: options.signal });
      const batch = page.kvs.map((kv) => ({ entry: entryOf(kv), bytes: toByteString(kv.value) }));
      yield batch;
      const last = page.kvs.at(-1);
      if (!page.more || last === undefined) return;
      key = new Uint8Array(last.key.length + 1);
      key.set(last.key);
      const bytes = batch.reduce((sum, one) => sum + one.bytes.length + one.entry.key.length, 0);
      const fitting = Math.floor(PAGE_BYTES / Math.max(1, bytes / batch.length));
      limit = Math.max(1, Math.min(PAGE_KEYS_MAX, fitting, limit * 4));
    }
  }
}

/** The line around a match, cut where it is long. Null where the value is no text. */
function excerptOf(bytes: ByteString, [start, length]: readonly [number, number]): FindExcerpt | null {
  const part = (from: number, to: number): string | undefined =>
    utf8Decode(fromByteString(bytes.slice(from, to) as ByteString));
  const match = part(start, start + length);
  if (match === undefined) return null;
  const lineStart = bytes.lastIndexOf('\n', Math.max(0, start - 1)) + 1;
  const lineEnd = bytes.indexOf('\n', start + length);
  const before = part(Math.max(start === 0 ? 0 : lineStart, 0), start) ?? '';
  const after = part(start + length, lineEnd < 0 ? bytes.length : lineEnd) ?? '';
  return {
    before: before.length > EXCERPT_CHARS ? `…${before.slice(-EXCERPT_CHARS)}` : before,
    match: match.length > 2 * EXCERPT_CHARS ? `${match.slice(0, 2 * EXCERPT_CHARS)}…` : match,
    after: after.length > EXCERPT_CHARS ? `${after.slice(0, EXCERPT_CHARS)}…` : after,
  };
}
