/**
 * Winning back the space of all that is dead, on request: the file that takes appends is sealed, if something in it is dead,
 * and once the next file has its image, the rewriter is told to be thorough up to there. Driven by DurableState.work().
 *
 * Requests share a run; one that comes when the run has chosen its files shares the next one, for what died in between.
 */

import type { SegmentRewriter } from '../mvcc/segments/rewrite.ts';
import { THOROUGH_RATIO } from '../mvcc/segments/rewrite-choice.ts';
import type { SegmentStore } from '../mvcc/segments/segment-store.ts';
import type { DefragmentCallback } from './types.ts';

type Phase =
  /** Nothing done yet. */
  | { readonly kind: 'asked' }
  /** Flushes are needed until files up to `position` can be rewritten. */
  | { readonly kind: 'sealing'; readonly position: number; readonly lackedBytes: number | undefined }
  | { readonly kind: 'rewriting'; readonly lackedBytes: number | undefined };

export class Defragmentation {
  readonly #store: SegmentStore;
  readonly #rewriter: SegmentRewriter;
  #phase: Phase | undefined;
  #waiting = new Set<DefragmentCallback>();
  /** Who came too late for this run. */
  #next = new Set<DefragmentCallback>();

  constructor(store: SegmentStore, rewriter: SegmentRewriter) {
    this.#store = store;
    this.#rewriter = rewriter;
  }

  /** Returns what ends the waiting; the run goes on. */
  request(done: DefragmentCallback): () => void {
    this.#phase ??= { kind: 'asked' };
    (this.#phase.kind === 'asked' ? this.#waiting : this.#next).add(done);
    return () => {
      this.#waiting.delete(done);
      this.#next.delete(done);
    };
  }

  /** Call it when the index holds nothing dead and nothing is being rewritten. True when a flush is needed to go on. */
  prepare(): boolean {
    if (this.#phase?.kind === 'asked') this.#chooseFiles();
    if (this.#phase?.kind !== 'sealing') return false;
    const { position, lackedBytes } = this.#phase;
    if (this.#store.sealedPosition() < position) return true;
    this.#rewriter.beThorough(position);
    this.#phase = { kind: 'rewriting', lackedBytes };
    return false;
  }

  /** The rewriter has nothing more to do. */
  rested(): void {
    if (this.#phase?.kind !== 'rewriting') return;
    const lackedBytes = this.#rewriter.lackedBytes ?? this.#phase.lackedBytes;
    this.#rewriter.beThorough(0);
    this.#finish(this.#waiting, lackedBytes);
  }

  /** The state that was to be rewritten has been replaced by another, all of whose files are new. */
  retire(): void {
    const finished = new Set([...this.#waiting, ...this.#next]);
    this.#next.clear();
    this.#finish(finished, undefined);
  }

  #finish(finished: ReadonlySet<DefragmentCallback>, lackedBytes: number | undefined): void {
    this.#waiting = this.#next;
    this.#next = new Set();
    this.#phase = this.#waiting.size > 0 ? { kind: 'asked' } : undefined;
    for (const done of finished) done(lackedBytes);
  }

  #chooseFiles(): void {
    const last = this.#store.files.at(-1);
    const before = this.#store.files.at(-2)?.name.last ?? 0;
    if (last === undefined || last.isSealed) {
      this.#phase = { kind: 'sealing', position: last?.name.last ?? 0, lackedBytes: undefined };
      return;
    }
    const isWorthIt = last.reclaimable(true) >= last.size * THOROUGH_RATIO;
    // The next file begins with an image of the state beside the revisions, as this one did.
    const lackedBytes = last.metaBytes - this.#rewriter.roomBytes();
    const hasRoom = lackedBytes <= 0;
    if (isWorthIt && hasRoom) this.#store.sealAtNextFlush();
    this.#phase = {
      kind: 'sealing',
      position: isWorthIt && hasRoom ? last.name.last : before,
      lackedBytes: isWorthIt && !hasRoom ? lackedBytes : undefined,
    };
  }
}
