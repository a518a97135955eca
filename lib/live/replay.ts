/**
 * The past played forward: reads stretches of changes and hands them out in the rhythm in which they happened, faster when
 * asked. Framework-free; clock and reads are given. What it plays goes into a ring like the live one, so that a page that
 * shows the stream can show this instead.
 *
 * Invariants (replay.test.ts): every change after the start is played once, in revision order, whole revisions at a time;
 * while frozen nothing is played; a failed read stops it where it is and says why.
 */
import type { ChangeEvent, ChangesPage, PastChange } from '../api/types.ts';
import { errorText } from '../base/error-text.ts';
import { Cell } from './cell.ts';
import { ChangeRing } from './change-ring.ts';

export const REPLAY_SPEEDS = [1, 2, 5, 10, 20, 50, 100] as const;
export type ReplaySpeed = (typeof REPLAY_SPEEDS)[number];

/** Between two ticks; the screen settles at this pace. */
export const TICK_MS = 100;
/** Nobody waits for a quiet night: longer pauses are cut to this, before speed. */
export const QUIET_MAX_MS = 2_000;
/** Between two revisions of which the console does not know when they happened. */
export const UNKNOWN_GAP_MS = 100;
/** Changes of one tick at most, but always whole revisions. */
export const TICK_CHANGES_MAX = 2_000;
/** The next stretch is read when fewer changes than this are left. */
const READ_AHEAD = 1_000;

export interface ReplayState {
  readonly phase: 'off' | 'playing' | 'paused' | 'ended' | 'failed';
  readonly speed: ReplaySpeed;
  /** Played up to and with this one. */
  readonly revision: number;
  /** Why it failed. */
  readonly error: string | null;
  /** Grows with each start: another replay is another tree. */
  readonly session: number;
}

export interface ReplaySource {
  /** A stretch from `from` on, at most up to `to`. */
  readonly read: (span: { readonly from: number; readonly to: number }, signal: AbortSignal) => Promise<ChangesPage>;
  /** The newest revision there is. */
  readonly newest: () => number;
  readonly now: () => number;
  /** Runs `task` after `ms`; returns a way to call it off. */
  readonly after: (ms: number, task: () => void) => () => void;
}

const OFF: ReplayState = { phase: 'off', speed: 10, revision: 0, error: null, session: 0 };

export class Replay {
  readonly state = new Cell<ReplayState>(OFF);
  /** Grows with each change played; read `ring` then. */
  readonly changes = new Cell(0);
  readonly #source: ReplaySource;
  #ring = new ChangeRing();
  #buffer: PastChange[] = [];
  #bufferedTo = 0;
  /** How far the played time has come since the last revision was played, in ms of the past. */
  #elapsedMs = 0;
  #lastAt: number | null = null;
  #frozen = 0;
  #read: AbortController | null = null;
  #cancelTick: (() => void) | null = null;
  #tickedAt = 0;

  constructor(source: ReplaySource) {
    this.#source = source;
  }

  get ring(): ChangeRing {
    return this.#ring;
  }

  get isOn(): boolean {
    return this.state.get().phase !== 'off';
  }

  /** Plays on from just after `revision`. */
  start(revision: number): void {
    this.stop();
    this.#ring = new ChangeRing();
    this.changes.set(0);
    this.#bufferedTo = revision;
    this.#lastAt = null;
    this.#set({ phase: 'playing', revision, error: null, session: this.state.get().session + 1 });
    this.#go();
  }

  pause(): void {
    if (this.state.get().phase !== 'playing') return;
    this.#halt();
    this.#set({ phase: 'paused' });
  }

  resume(): void {
    const { phase } = this.state.get();
    if (phase !== 'paused' && phase !== 'failed' && phase !== 'ended') return;
    this.#set({ phase: 'playing', error: null });
    this.#go();
  }

  stop(): void {
    this.#halt();
    this.#read?.abort();
    this.#read = null;
    this.#buffer = [];
    this.#elapsedMs = 0;
    if (this.isOn) this.#set({ phase: 'off' });
  }

  setSpeed(speed: ReplaySpeed): void {
    this.#set({ speed });
  }

  /** Nothing is played until the returned function is called: somebody reads a page at this very revision. */
  freeze(): () => void {
    this.#frozen++;
    let isThawed = false;
    return () => {
      if (isThawed) return;
      isThawed = true;
      this.#frozen--;
    };
  }

  #go(): void {
    this.#tickedAt = this.#source.now();
    this.#readAhead();
    this.#plan();
  }

  #halt(): void {
    this.#cancelTick?.();
    this.#cancelTick = null;
  }

  #plan(): void {
    this.#cancelTick = this.#source.after(TICK_MS, () => this.#tick());
  }

  #tick(): void {
    const now = this.#source.now();
    // A tab in the background ticks seldom: it goes on from where it was, it does not leap.
    const passed = Math.min(now - this.#tickedAt, 5 * TICK_MS);
    this.#tickedAt = now;
    if (this.#frozen === 0) this.#play(passed * this.state.get().speed);
    this.#readAhead();
    const { phase, revision } = this.state.get();
    if (phase !== 'playing') return;
    if (this.#buffer.length === 0 && this.#read === null && revision >= this.#source.newest()) {
      this.#set({ phase: 'ended' });
      return;
    }
    this.#plan();
  }

  #play(ms: number): void {
    this.#elapsedMs += ms;
    let played = 0;
    let revision = 0;
    while (played < TICK_CHANGES_MAX) {
      const next = this.#buffer[0];
      if (next === undefined) {
        // Time that passes while a read is under way is not owed.
        this.#elapsedMs = 0;
        break;
      }
      const gap = this.#gapBefore(next);
      if (gap > this.#elapsedMs) break;
      this.#elapsedMs -= gap;
      this.#lastAt = next.at;
      const end = this.#buffer.findIndex((one) => one.revision !== next.revision);
      for (const change of this.#buffer.splice(0, end < 0 ? this.#buffer.length : end)) {
        this.#push(change);
        played++;
      }
      revision = Number(next.revision);
    }
    if (played >= TICK_CHANGES_MAX) this.#elapsedMs = 0;
    if (revision === 0) return;
    this.changes.set(this.#ring.nextSeq);
    this.#set({ revision });
  }

  #gapBefore({ at }: PastChange): number {
    if (at === null || this.#lastAt === null) return UNKNOWN_GAP_MS;
    return Math.min(QUIET_MAX_MS, Math.max(0, at - this.#lastAt));
  }

  #push(change: PastChange): void {
    const event: ChangeEvent = { ...change, at: change.at ?? 0 };
    this.#ring.push({ kind: 'change', event, isPast: false, receivedAt: this.#source.now() });
  }

  #readAhead(): void {
    const newest = this.#source.newest();
    if (this.#read !== null || this.#buffer.length >= READ_AHEAD || this.#bufferedTo >= newest) return;
    const abort = new AbortController();
    this.#read = abort;
    this.#source.read({ from: this.#bufferedTo + 1, to: newest }, abort.signal).then(
      (page) => {
        if (this.#read !== abort) return;
        this.#read = null;
        this.#bufferedTo = Math.max(this.#bufferedTo, Number(page.to));
        for (const change of page.changes) this.#buffer.push(change);
        if (this.state.get().phase === 'playing') this.#readAhead();
      },
      (error: unknown) => {
        if (this.#read !== abort) return;
        this.#read = null;
        this.#halt();
        this.#set({ phase: 'failed', error: errorText(error) });
      },
    );
  }

  #set(change: Partial<ReplayState>): void {
    this.state.set({ ...this.state.get(), ...change });
  }
}
