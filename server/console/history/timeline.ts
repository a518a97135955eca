/**
 * What the console saw of the key space, so that any revision since it began to watch is answered from memory: every change
 * with the state before and after it (an undo log), and a few whole indexes in between (keyframes, copies that share what did
 * not change). A past index is a fork of the nearest one, moved along the log in either direction.
 *
 * Values are not here: a version of a value never changes, so ValueCache keeps those by key and mod revision.
 *
 * Invariants (timeline.test.ts): `at(r)` equals the index as it was right after revision r, for every r in
 * [reachesBack, newest]; the log never holds half a revision; keyframes only make it quicker, never different.
 */
import { assert } from '../../../lib/base/assert.ts';
import type { ByteString } from '../../../lib/base/bytes.ts';
import type { KeyEntry } from '../hub/key-chunk.ts';
import type { KeyIndex } from '../hub/key-index.ts';

export interface LoggedChange {
  readonly revision: number;
  /** When this console saw it. */
  readonly at: number;
  readonly key: ByteString;
  /** Null: the key did not exist. */
  readonly before: KeyEntry | null;
  /** Null: deleted. */
  readonly after: KeyEntry | null;
}

interface View {
  readonly revision: number;
  readonly index: KeyIndex;
}

interface Keyframe extends View {
  /** In chunks that it does not share with the next keyframe; the newest one shares all with the live index when it is made. */
  keysBeside: number;
}

/** About 300 bytes each. Beyond it the oldest whole revisions are forgotten. */
const LOG_EVENTS_MAX = 250_000;
/** Changes between two keyframes, at least. */
const KEYFRAME_EVENTS = 4_096;
/** Keys that a keyframe may have copied for each change since the one before: changes all over the keys have them further apart. */
const COPIED_KEYS_MAX = 64;
/** Copying this many keys takes as long as making one change. */
const KEYS_PER_STEP = 16;
/** Changes looked at to see what a way through the log copies. */
const WAY_SAMPLES_MAX = 2_048;
/** Keys in chunks that keyframes do not share with the next one; about 44 bytes each. Writes all over the keys share little. */
const KEYFRAME_KEYS_MAX = 4_000_000;
const KEYFRAMES_MIN = 2;
const KEYFRAMES_MAX = 64;

export interface TimelineBounds {
  readonly logEventsMax: number;
  readonly keyframeEvents: number;
  readonly keyframeKeysMax: number;
}

const BOUNDS: TimelineBounds = {
  logEventsMax: LOG_EVENTS_MAX,
  keyframeEvents: KEYFRAME_EVENTS,
  keyframeKeysMax: KEYFRAME_KEYS_MAX,
};

export class Timeline {
  readonly #bounds: TimelineBounds;
  #log: LoggedChange[] = [];
  #reachesBack: number | null = null;
  #knownSince = 0;
  #newest = 0;
  #keyframes: Keyframe[] = [];
  #sinceKeyframe = 0;
  #sinceLook = 0;

  constructor(bounds: TimelineBounds = BOUNDS) {
    this.#bounds = bounds;
  }

  /** Keys that keyframes hold memory for. */
  get keyframeKeys(): number {
    return this.#keyframes.reduce((sum, { keysBeside }) => sum + keysBeside, 0);
  }

  /** The oldest revision that can be answered; null: none. */
  get reachesBack(): number | null {
    return this.#reachesBack;
  }

  /** When `reachesBack` was current: what happened before is not here. */
  get knownSince(): number {
    return this.#knownSince;
  }

  get newest(): number {
    return this.#newest;
  }

  /** The index is complete at `revision`, now: everything from here on will be noted. */
  begin(revision: number, now: number): void {
    this.forget();
    this.#reachesBack = revision;
    this.#knownSince = now;
    this.#newest = revision;
  }

  /** Changes were missed, or another store answers: nothing known holds any more. */
  forget(): void {
    this.#log = [];
    this.#keyframes = [];
    this.#sinceKeyframe = 0;
    this.#sinceLook = 0;
    this.#reachesBack = null;
    this.#newest = 0;
  }

  /** In revision order; only after `begin`. */
  note(change: LoggedChange): void {
    if (this.#reachesBack === null) return;
    this.#log.push(change);
    this.#sinceKeyframe++;
    this.#sinceLook++;
  }

  /** All changes up to `revision` have been noted, and `index` stands there. */
  settle(revision: number, index: KeyIndex): void {
    if (this.#reachesBack === null) return;
    this.#newest = Math.max(this.#newest, revision);
    if (this.#sinceLook >= this.#bounds.keyframeEvents) this.#lookAt(index);
    if (this.#log.length > this.#bounds.logEventsMax) this.#forgetOldest();
  }

  /** The key space right after `revision`; null outside of what is known. `live` is the index that is being noted. */
  at(revision: number, live: KeyIndex, others: readonly View[] = []): KeyIndex | null {
    if (!this.covers(revision)) return null;
    const best = this.#bestBase(revision, [...this.#keyframes, ...others, { revision: this.#newest, index: live }]);
    const index = best.index.fork();
    this.#move(index, best.revision, revision);
    return index;
  }

  /** Of the nearest before and the nearest behind, the one from which less is to be done: changes made and chunks copied. */
  #bestBase(revision: number, views: readonly View[]): View {
    let before: View | undefined;
    let behind: View | undefined;
    for (const view of views) {
      if (!this.covers(view.revision)) continue;
      if (view.revision <= revision && (before === undefined || view.revision > before.revision)) before = view;
      if (view.revision >= revision && (behind === undefined || view.revision < behind.revision)) behind = view;
    }
    assert(behind !== undefined, 'the live index stands behind every revision that is covered');
    if (before === undefined) return behind;
    return this.#stepsFrom(before, revision) <= this.#stepsFrom(behind, revision) ? before : behind;
  }

  #stepsFrom({ revision: base, index }: View, revision: number): number {
    const distance = this.distance(base, revision);
    const keys = this.#keysChanged(Math.min(base, revision), Math.max(base, revision), WAY_SAMPLES_MAX);
    return distance + index.keysAround(keys) / KEYS_PER_STEP;
  }

  /** Keys that changed with from < revision <= to; of very many, `most` all over the way. */
  *#keysChanged(from: number, to: number, most: number): Generator<ByteString> {
    const [begin, end] = [this.#after(from), this.#after(to)];
    const stride = Math.max(1, Math.ceil((end - begin) / most));
    for (let i = begin; i < end; i += stride) yield (this.#log[i] as LoggedChange).key;
  }

  covers(revision: number): boolean {
    return this.#reachesBack !== null && revision >= this.#reachesBack && revision <= this.#newest;
  }

  /** Changes with from < revision <= to, oldest first; both must be covered. */
  *changes(from: number, to: number): Generator<LoggedChange> {
    for (let i = this.#after(from), end = this.#after(to); i < end; i++) yield this.#log[i] as LoggedChange;
  }

  /** The same, newest first. */
  *changesBack(from: number, to: number): Generator<LoggedChange> {
    for (let i = this.#after(to) - 1, end = this.#after(from); i >= end; i--) yield this.#log[i] as LoggedChange;
  }

  /** Changes between two revisions. */
  distance(a: number, b: number): number {
    return Math.abs(this.#after(a) - this.#after(b));
  }

  /** When `revision` was seen; null when it is not in the log. */
  timeOf(revision: number): number | null {
    const found = this.#log[this.#after(revision - 1)];
    return found?.revision === revision ? found.at : null;
  }

  /** The newest revision that had been seen at `time`; null when that was before the log. */
  revisionAt(time: number): { readonly revision: number; readonly at: number } | null {
    let low = 0;
    let high = this.#log.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#log[middle] as LoggedChange).at <= time) low = middle + 1;
      else high = middle;
    }
    const found = this.#log[low - 1];
    return found === undefined ? null : { revision: found.revision, at: found.at };
  }

  #move(index: KeyIndex, from: number, to: number): void {
    if (from < to) {
      for (const { key, after } of this.changes(from, to)) put(index, key, after);
    } else {
      for (const { key, before } of this.changesBack(to, from)) put(index, key, before);
    }
  }

  /** Position of the first change younger than `revision`. */
  #after(revision: number): number {
    let low = 0;
    let high = this.#log.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#log[middle] as LoggedChange).revision <= revision) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Time for a keyframe, unless it would be too dear: what changed lately changes next. */
  #lookAt(index: KeyIndex): void {
    const lately = this.#log.slice(-this.#sinceLook).map(({ key }) => key);
    this.#sinceLook = 0;
    if (index.keysAround(lately) <= this.#sinceKeyframe * COPIED_KEYS_MAX) this.#addKeyframe(index);
  }

  #addKeyframe(index: KeyIndex): void {
    this.#keyframes.push({ revision: this.#newest, index: index.fork(), keysBeside: 0 });
    this.#sinceKeyframe = 0;
    this.#weigh(this.#keyframes.length - 2);
    while (this.#keyframes.length > KEYFRAMES_MAX || this.#areTooLarge()) {
      const least = this.#leastUseful();
      this.#keyframes.splice(least, 1);
      this.#weigh(least - 1);
    }
  }

  /** The one that leaves the smallest gap for the memory it gives back; never the newest. */
  #leastUseful(): number {
    let [least, lowest] = [0, Number.POSITIVE_INFINITY];
    for (let i = 0; i < this.#keyframes.length - 1; i++) {
      const from = this.#keyframes[i - 1]?.revision ?? this.#reachesBack ?? 0;
      const gap = this.distance(from, this.#keyframes[i + 1]?.revision ?? from);
      const worth = gap / (1 + (this.#keyframes[i]?.keysBeside ?? 0));
      if (worth < lowest) [least, lowest] = [i, worth];
    }
    return least;
  }

  /** Against the one after it. */
  #weigh(at: number): void {
    const frame = this.#keyframes[at];
    const next = this.#keyframes[at + 1];
    if (frame !== undefined && next !== undefined) frame.keysBeside = frame.index.keysBeside(next.index);
  }

  #areTooLarge(): boolean {
    return this.#keyframes.length > KEYFRAMES_MIN && this.keyframeKeys > this.#bounds.keyframeKeysMax;
  }

  /** A quarter at once, so that cutting stays cheap; never half a revision. */
  #forgetOldest(): void {
    let cut = this.#log.length - Math.floor(this.#bounds.logEventsMax * 0.75);
    const { revision, at } = this.#log[cut - 1] as LoggedChange;
    while (this.#log[cut]?.revision === revision) cut++;
    this.#log = this.#log.slice(cut);
    this.#reachesBack = revision;
    this.#knownSince = at;
    this.#keyframes = this.#keyframes.filter((frame) => frame.revision >= revision);
  }
}

function put(index: KeyIndex, key: ByteString, entry: KeyEntry | null): void {
  if (entry === null) index.delete(key);
  else index.set(entry);
}
