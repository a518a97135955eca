/**
 * Programs that ask as users of the store: applications have no browser that could hold a session. They send user and password
 * with each request (HTTP Basic), or a token that was given out for them (Bearer). Both stand for a session of that user, kept
 * here under a hash; passwords and tokens themselves are not kept.
 *
 * Event streams of browsers cannot send headers. Their address carries a ticket instead: it names a user whom some
 * credentials of this list stand for at this moment, for this store, and for a while only.
 */
import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { GrpcCode } from '../../../lib/base/grpc-status.ts';
import { ConsoleError } from '../errors.ts';
import { fingerprintOf } from './fingerprint.ts';
import type { HeldUser } from './user-sessions.ts';

/** A password is asked of the store again after this long without a request. */
export const BASIC_IDLE_MS = 10 * 60_000;
/** And a token stands for its user this long in any case. */
export const TOKEN_LIFE_MS = 24 * 3_600_000;
/** An address with a ticket works for one to two of these; the same within one, so that clients do not reconnect for nothing. */
export const TICKET_MS = 3_600_000;
const SWEEP_MS = 60_000;
export const PROGRAMS_MAX = 5_000;
const TOKEN_BYTES = 32;

interface Entry {
  readonly store: string;
  readonly held: HeldUser;
  readonly ended: AbortController;
  readonly createdAt: number;
  readonly isToken: boolean;
  usedAt: number;
  /** Streams and long polls under way. */
  open: number;
}

export interface Program {
  readonly held: HeldUser;
  /** Aborts when the credentials stand for nobody any more. */
  readonly ended: AbortSignal;
  /** Call when the request, streams included, has ended. */
  done(): void;
}

export class Programs {
  readonly #entries = new Map<string, Entry>();
  /** Being asked of the store: a fleet that starts at once asks once. */
  readonly #asking = new Map<string, Promise<Entry>>();
  readonly #secret = randomBytes(TOKEN_BYTES);
  readonly #now: () => number;
  readonly #sweeper: NodeJS.Timeout;

  constructor(now: () => number = Date.now) {
    this.#now = now;
    this.#sweeper = setInterval(() => this.#sweep(), SWEEP_MS);
    this.#sweeper.unref();
  }

  /** `check` asks the store, and is called only where these credentials stand for nobody yet. @throws as check; RESOURCE_EXHAUSTED */
  async byPassword(
    { store, user, password }: { readonly store: string; readonly user: string; readonly password: string },
    check: () => Promise<HeldUser>,
  ): Promise<Program> {
    const id = JSON.stringify([store, user, fingerprintOf(password)]);
    const known = this.#entries.get(id);
    if (known !== undefined) return this.#use(known);
    const asked =
      this.#asking.get(id) ??
      check()
        .then((held) => this.#add(id, { store, held, isToken: false }))
        .finally(() => this.#asking.delete(id));
    this.#asking.set(id, asked);
    return this.#use(await asked);
  }

  byToken(store: string, token: string): Program | undefined {
    const entry = this.#entries.get(hashOf(token));
    if (entry === undefined || entry.store !== store) return undefined;
    if (!this.#isOver(entry)) return this.#use(entry);
    this.#end(hashOf(token), entry);
    return undefined;
  }

  byTicket(store: string, ticket: string): Program | undefined {
    const [payload = '', signature = ''] = ticket.split('.');
    const wanted = Buffer.from(this.#sign(payload));
    const given = Buffer.from(signature);
    if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) return undefined;
    const [ofStore, user, until] = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as [
      string,
      string,
      number,
    ];
    if (ofStore !== store || until <= this.#now()) return undefined;
    const entry = [...this.#entries.values()].find((one) => one.store === store && one.held.user === user);
    return entry === undefined ? undefined : this.#use(entry);
  }

  /** The token, which is known to its receiver only. @throws ConsoleError RESOURCE_EXHAUSTED */
  give(store: string, held: HeldUser): string {
    const token = randomBytes(TOKEN_BYTES).toString('base64url');
    this.#add(hashOf(token), { store, held, isToken: true });
    return token;
  }

  /** True when it stood for somebody. */
  take(store: string, token: string): boolean {
    const entry = this.#entries.get(hashOf(token));
    if (entry === undefined || entry.store !== store) return false;
    this.#end(hashOf(token), entry);
    return true;
  }

  ticketFor(store: string, { user }: HeldUser): string {
    const until = (Math.floor(this.#now() / TICKET_MS) + 2) * TICKET_MS;
    const payload = Buffer.from(JSON.stringify([store, user, until])).toString('base64url');
    return `${payload}.${this.#sign(payload)}`;
  }

  endWhere(isMeant: (held: HeldUser) => boolean): void {
    for (const [id, entry] of this.#entries) if (isMeant(entry.held)) this.#end(id, entry);
  }

  close(): void {
    clearInterval(this.#sweeper);
    this.endWhere(() => true);
  }

  #add(id: string, what: Pick<Entry, 'store' | 'held' | 'isToken'>): Entry {
    if (this.#entries.size >= PROGRAMS_MAX) {
      what.held.release();
      throw new ConsoleError(GrpcCode.RESOURCE_EXHAUSTED, `${PROGRAMS_MAX} programs are signed in already`);
    }
    const now = this.#now();
    const entry: Entry = { ...what, ended: new AbortController(), createdAt: now, usedAt: now, open: 0 };
    this.#entries.set(id, entry);
    return entry;
  }

  #use(entry: Entry): Program {
    entry.usedAt = this.#now();
    entry.open++;
    let isDone = false;
    const done = (): void => {
      if (isDone) return;
      isDone = true;
      entry.open--;
      entry.usedAt = this.#now();
    };
    return { held: entry.held, ended: entry.ended.signal, done };
  }

  #sign(payload: string): string {
    return createHmac('sha256', this.#secret).update(payload).digest('base64url');
  }

  #isOver({ isToken, createdAt, usedAt, open }: Entry): boolean {
    const now = this.#now();
    return isToken ? now - createdAt > TOKEN_LIFE_MS : open === 0 && now - usedAt > BASIC_IDLE_MS;
  }

  #sweep(): void {
    for (const [id, entry] of this.#entries) if (this.#isOver(entry)) this.#end(id, entry);
  }

  #end(id: string, entry: Entry): void {
    this.#entries.delete(id);
    entry.ended.abort();
    entry.held.release();
  }
}

const hashOf = (token: string): string => createHash('sha256').update(token).digest('base64');
