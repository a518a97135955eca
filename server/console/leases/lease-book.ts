/**
 * What the store said last of each lease. A store answers for one lease at a time and never pushes renewals, so times are read again and
 * again, but only while somebody looks, those on a screen first, never more than CONCURRENT_READS at once, and once every lease was
 * read never more than READS_PER_SECOND. Every time goes out with the moment at which it was read.
 */
import { GrpcCode } from '../../../lib/base/grpc-status.ts';
import { EngineError, type LeaseCapability, type LeaseState } from '../../engines/engine.ts';
import { leaseToHex } from '../ids.ts';
import { Renewals } from './renewals.ts';

export const CONCURRENT_READS = 32;
export const READS_PER_SECOND = 400;
/** How long after a question its answer is kept fresh. */
const LOOKED_AT_MS = 10_000;
const TICK_MS = 100;
/** Which leases there are is asked again after this long, or at once when keys of leases came or went. */
const IDS_EVERY_MS = 2_000;
/** Clients renew at a third of the TTL: looking twice as often sees each renewal. */
const LOOKS_PER_TTL = 6;
const WANTED_MS = { min: 500, max: 2_000 };
const OTHERS_MS = { min: 2_000, max: 300_000 };
/** After a failed read the store is left alone for so long; what it refuses to tell is not asked again for longer. */
const FAILED_MS = 1_000;
const REFUSED_MS = 30_000;

export interface LeaseRecord {
  readonly id: bigint;
  readonly hex: string;
  readonly grantedTtlSeconds: number;
  readonly remainingTtlSeconds: number;
  /** 0: not read yet. */
  readonly at: number;
  readonly renewals: Renewals;
}

type Entry = { -readonly [K in keyof LeaseRecord]: LeaseRecord[K] } & {
  /** On a screen until then. */
  wantedUntil: number;
  isReading: boolean;
  isFirst: boolean;
  notBefore: number;
};

export interface LeaseBookOptions {
  readonly leases: LeaseCapability;
  readonly now: () => number;
}

export class LeaseBook {
  readonly #leases: LeaseCapability;
  readonly #now: () => number;
  readonly #entries = new Map<bigint, Entry>();
  readonly #wanted = new Set<Entry>();
  /** The same, in a row: the background goes round it. */
  #row: Entry[] = [];
  #cursor = 0;
  #reading = 0;
  #tokens = READS_PER_SECOND;
  #tokensAt = 0;
  #allUntil = 0;
  #pausedUntil = 0;
  #idsAt = 0;
  #idsAsked: Promise<void> | null = null;
  #timer: NodeJS.Timeout | undefined;
  #waiting: (() => void)[] = [];
  #isClosed = false;

  constructor({ leases, now }: LeaseBookOptions) {
    this.#leases = leases;
    this.#now = now;
  }

  records(): IterableIterator<LeaseRecord> {
    return this.#entries.values();
  }

  record(id: bigint): LeaseRecord | undefined {
    return this.#entries.get(id);
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#wake();
  }

  /** Leases may have come or gone: the next question asks which there are. */
  changed(): void {
    this.#idsAt = 0;
  }

  /** Another store: nothing known holds any more. */
  clear(): void {
    this.#entries.clear();
    this.#wanted.clear();
    this.#row = [];
    this.changed();
  }

  /** Which leases there are; from now on and for a while their times are kept fresh. @throws EngineError */
  async refresh(): Promise<void> {
    this.#allUntil = this.#now() + LOOKED_AT_MS;
    if (this.#now() - this.#idsAt >= IDS_EVERY_MS) await this.#askIds();
    this.#tick();
  }

  /** Waits until times of all of `ids` are known, at most `ms`; null: of every lease. */
  async known(ids: readonly bigint[] | null, ms: number): Promise<void> {
    const until = this.#now() + ms;
    if (ids !== null) this.want(ids);
    while (!this.#isClosed && this.#isUnread(ids)) {
      const left = until - this.#now();
      if (left <= 0) return;
      await this.#nextAnswer(left);
    }
  }

  /** These are on a screen: they come first. Ids the store did not list are asked for too. */
  want(ids: readonly bigint[]): void {
    const wantedUntil = this.#now() + LOOKED_AT_MS;
    for (const id of ids) {
      const entry = this.#ensure(id);
      entry.wantedUntil = wantedUntil;
      this.#wanted.add(entry);
    }
    this.#tick();
  }

  #isUnread(ids: readonly bigint[] | null): boolean {
    const entries = ids === null ? this.#row : ids.map((id) => this.#entries.get(id));
    const now = this.#now();
    return entries.some((entry) => entry?.at === 0 && entry.notBefore <= now);
  }

  #ensure(id: bigint): Entry {
    const known = this.#entries.get(id);
    if (known !== undefined) return known;
    const entry: Entry = {
      ...{ id, hex: leaseToHex(id) ?? '0', grantedTtlSeconds: 0, remainingTtlSeconds: 0, at: 0 },
      ...{ renewals: new Renewals(), wantedUntil: 0, isReading: false, isFirst: true, notBefore: 0 },
    };
    this.#entries.set(id, entry);
    this.#row.push(entry);
    return entry;
  }

  #askIds(): Promise<void> {
    this.#idsAsked ??= this.#takeIds().finally(() => {
      this.#idsAsked = null;
    });
    return this.#idsAsked;
  }

  async #takeIds(): Promise<void> {
    const askedAt = this.#now();
    // A change that comes while the store answers may be missing in the answer.
    this.#idsAt = askedAt;
    const ids = await this.#listed();
    const alive = new Set(ids);
    for (const [id, entry] of this.#entries) {
      if (alive.has(id) || entry.at >= askedAt) continue;
      this.#entries.delete(id);
      this.#wanted.delete(entry);
    }
    this.#row = [...this.#entries.values()];
    for (const id of ids) this.#ensure(id);
  }

  /** A question that failed is asked again with the next look: what stands here is told as an answer only while the store gives one. */
  async #listed(): Promise<readonly bigint[]> {
    try {
      return (await this.#leases.list()).ids;
    } catch (error) {
      this.#idsAt = 0;
      throw error;
    }
  }

  /** Starts what is due, and comes again while somebody looks. */
  #tick(): void {
    if (this.#isClosed) return;
    this.#startWanted();
    this.#startOthers();
    const now = this.#now();
    const isWatched = now < this.#allUntil || this.#wanted.size > 0;
    if (!isWatched || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#tick();
    }, TICK_MS);
    this.#timer.unref();
  }

  #startWanted(): void {
    const now = this.#now();
    if (now < this.#pausedUntil) return;
    for (const entry of this.#wanted) {
      if (entry.wantedUntil <= now) this.#wanted.delete(entry);
      else if (this.#reading < CONCURRENT_READS && isDue(entry, now, WANTED_MS)) this.#read(entry);
    }
  }

  /** Goes round all leases, on from where it stopped. */
  #startOthers(): void {
    const now = this.#now();
    this.#tokens = Math.min(READS_PER_SECOND, this.#tokens + ((now - this.#tokensAt) / 1_000) * READS_PER_SECOND);
    this.#tokensAt = now;
    if (now < this.#pausedUntil || now >= this.#allUntil) return;
    for (let looked = 0; looked < this.#row.length && this.#reading < CONCURRENT_READS; looked++) {
      const entry = this.#row[this.#cursor++ % this.#row.length];
      if (entry === undefined || !isDue(entry, now, OTHERS_MS)) continue;
      if (entry.at !== 0 && this.#tokens < 1) continue;
      this.#read(entry);
    }
  }

  #read(entry: Entry): void {
    entry.isReading = true;
    this.#reading++;
    // The first round owes nothing.
    if (!entry.isFirst) this.#tokens--;
    this.#leases
      .read(entry.id, false)
      .then(
        (state) => this.#note(entry, state),
        (error: unknown) => this.#noteFailure(entry, error),
      )
      .finally(() => {
        entry.isReading = false;
        this.#reading--;
        this.#wake();
        if (this.#isClosed) return;
        this.#startWanted();
        // The first round goes as fast as the store answers.
        if (entry.isFirst) this.#startOthers();
        entry.isFirst = false;
      });
  }

  #note(entry: Entry, { grantedTtlSeconds, remainingTtlSeconds }: LeaseState): void {
    if (remainingTtlSeconds < 0) {
      this.#wanted.delete(entry);
      if (this.#entries.delete(entry.id)) this.#row = this.#row.filter((one) => one !== entry);
      return;
    }
    entry.at = this.#now();
    entry.grantedTtlSeconds = grantedTtlSeconds;
    entry.remainingTtlSeconds = remainingTtlSeconds;
    entry.renewals.note(entry);
  }

  #noteFailure(entry: Entry, error: unknown): void {
    if (!(error instanceof EngineError)) throw error;
    const isRefused = error.code === GrpcCode.PERMISSION_DENIED || error.code === GrpcCode.UNAUTHENTICATED;
    if (isRefused) entry.notBefore = this.#now() + REFUSED_MS;
    else this.#pausedUntil = this.#now() + FAILED_MS;
  }

  #nextAnswer(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#waiting.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const one of waiting) one();
  }
}

function isDue(entry: Entry, now: number, every: { readonly min: number; readonly max: number }): boolean {
  if (entry.isReading || now < entry.notBefore) return false;
  if (entry.at === 0) return true;
  const wishMs = (entry.grantedTtlSeconds * 1_000) / LOOKS_PER_TTL;
  return now - entry.at >= Math.min(every.max, Math.max(every.min, wishMs));
}
