/**
 * Reads pages of children for the tree, one at a time per place, and hands them out only when every change up to their
 * revision has been noted, so that no change is counted twice or lost. After a failure it asks to be tried again by itself.
 */
import type { ChangeEvent, ChildrenPage, WireBytes } from '../../../lib/api/types.ts';

/** How long a page waits for the stream to reach its revision before it is taken all the same (the stream may be down). */
export const CATCH_UP_MS = 400;
/** Changes kept for a read under way; beyond it the folder is read again. */
const LATER_MAX = 5_000;
/** After a failed read the next attempt starts by itself. */
export const RETRY_MS = 4000;

export interface PageQuery {
  readonly prefix: WireBytes;
  readonly offset: number;
  readonly limit: number;
}

export interface TreeSource {
  readonly page: (query: PageQuery, signal: AbortSignal) => Promise<ChildrenPage>;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Runs `task` after `ms`; returns a way to call it off. */
  readonly after: (ms: number, task: () => void) => () => void;
  /** False for a pinned revision: nothing changes there. */
  readonly isLive: boolean;
}

export interface ReadFailure {
  readonly error: unknown;
  /** When the next attempt starts by itself. */
  readonly retryAt: number;
}

interface ReaderHooks {
  /** Last revision whose changes are noted. */
  readonly revision: () => number;
  readonly onFailure: () => void;
  readonly onRetry: () => void;
}

export class PageReader {
  /** The last read that failed; cleared by the next success. */
  failure: ReadFailure | null = null;
  private readonly source: TreeSource;
  private readonly hooks: ReaderHooks;
  private readonly reads = new Map<string, AbortController>();
  /** What was noted since each read began; null: too much, or not all of it. */
  private readonly underWay = new Map<AbortController, ChangeEvent[] | null>();
  private readonly later = new WeakMap<ChildrenPage, readonly ChangeEvent[] | null>();
  private waiters: { readonly revision: number; readonly go: () => void }[] = [];
  private cancelRetry: (() => void) | null = null;
  private isClosed = false;

  constructor(source: TreeSource, hooks: ReaderHooks) {
    this.source = source;
    this.hooks = hooks;
  }

  has(id: string): boolean {
    return this.reads.has(id);
  }

  close(): void {
    this.isClosed = true;
    for (const read of this.reads.values()) read.abort();
    this.clearRetry();
  }

  clearRetry(): void {
    this.cancelRetry?.();
    this.cancelRetry = null;
  }

  /** Calls off the reads that `isWanted` does not name. */
  keepOnly(isWanted: (id: string) => boolean): void {
    for (const [id, read] of this.reads) if (!isWanted(id)) read.abort();
  }

  /** One page; undefined when it failed or was called off. */
  async read(id: string, query: PageQuery): Promise<ChildrenPage | undefined> {
    const abort = new AbortController();
    this.reads.set(id, abort);
    this.underWay.set(abort, []);
    try {
      const page = await this.source.page(query, abort.signal);
      await this.caughtUp(Number(page.revision));
      if (abort.signal.aborted || this.isClosed) return undefined;
      this.failure = null;
      const revision = Number(page.revision);
      this.later.set(page, this.underWay.get(abort)?.filter((event) => Number(event.revision) > revision) ?? null);
      return page;
    } catch (error) {
      if (!abort.signal.aborted && !this.isClosed) this.failed(error);
      return undefined;
    } finally {
      if (this.reads.get(id) === abort) this.reads.delete(id);
      this.underWay.delete(abort);
    }
  }

  /** Noted just now: pages on their way may have been made before. */
  noted(events: readonly ChangeEvent[]): void {
    for (const [read, known] of this.underWay) {
      if (known === null) continue;
      if (known.length + events.length > LATER_MAX) this.underWay.set(read, null);
      else known.push(...events);
    }
  }

  /** Changes were missed: nobody knows what pages on their way hold of them. */
  missed(): void {
    for (const read of this.underWay.keys()) this.underWay.set(read, null);
  }

  /** Changes younger than a page that were noted before it was handed out, in order; null: not all are known. */
  laterThan(page: ChildrenPage): readonly ChangeEvent[] | null {
    const later = this.later.get(page);
    return later === undefined ? [] : later;
  }

  /** Changes were noted: pages that waited for them are handed out. */
  release(): void {
    const revision = this.hooks.revision();
    const ready = this.waiters.filter((waiter) => waiter.revision <= revision);
    this.waiters = this.waiters.filter((waiter) => waiter.revision > revision);
    for (const waiter of ready) waiter.go();
  }

  private caughtUp(revision: number): Promise<void> {
    if (!this.source.isLive || revision <= this.hooks.revision()) return Promise.resolve();
    return new Promise((resolve) => {
      const cancel = this.source.after(CATCH_UP_MS, () => {
        this.waiters = this.waiters.filter((waiter) => waiter !== entry);
        resolve();
      });
      const entry = {
        revision,
        go: () => {
          cancel();
          resolve();
        },
      };
      this.waiters.push(entry);
    });
  }

  private failed(error: unknown): void {
    this.failure = { error, retryAt: this.source.now() + RETRY_MS };
    this.cancelRetry ??= this.source.after(RETRY_MS, () => {
      this.cancelRetry = null;
      this.hooks.onRetry();
    });
    this.hooks.onFailure();
  }
}
