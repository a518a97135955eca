/**
 * Who is signed in, per browser. A browser holds one random token in a cookie; what it stands for (users of stores) is kept
 * here, in memory, under the token's hash. A sign-in always changes the token, so one that was planted before is worth nothing.
 */
import { createHash, randomBytes } from 'node:crypto';
import { GrpcCode } from '../../../lib/base/grpc-status.ts';
import { ConsoleError } from '../errors.ts';

/** Without any request for so long a browser must sign in again; an open page asks all the time. */
export const IDLE_MS = 8 * 3_600_000;
/** And after this long in any case. */
export const LIFE_MS = 24 * 3_600_000;
const SWEEP_MS = 60_000;
const BROWSERS_MAX = 1_000;
const TOKEN_BYTES = 32;

/** One user of one store, held by whoever signed in as such. */
export interface Held {
  /** Called once, when nobody of this browser needs it any more. */
  release(): void;
}

interface Browser<H extends Held> {
  readonly users: Map<string, { readonly held: H; readonly ended: AbortController }>;
  readonly createdAt: number;
  usedAt: number;
}

export interface SignIn<H extends Held> {
  readonly held: H;
  /** Aborts when it ends: signed out, expired, or replaced. Streams end with it. */
  readonly ended: AbortSignal;
}

export class SignIns<H extends Held> {
  readonly #browsers = new Map<string, Browser<H>>();
  readonly #now: () => number;
  readonly #sweeper: NodeJS.Timeout;

  constructor(now: () => number = Date.now) {
    this.#now = now;
    this.#sweeper = setInterval(() => this.#sweep(), SWEEP_MS);
    this.#sweeper.unref();
  }

  /** Adds a user to what `token` stands for. Returns the token that takes its place. @throws ConsoleError RESOURCE_EXHAUSTED */
  begin(token: string | null, store: string, held: H): string {
    const known = this.#browser(token);
    if (known === undefined && this.#browsers.size >= BROWSERS_MAX) {
      throw new ConsoleError(GrpcCode.RESOURCE_EXHAUSTED, `${BROWSERS_MAX} browsers are signed in already`);
    }
    const browser = known ?? { users: new Map(), createdAt: this.#now(), usedAt: this.#now() };
    endUser(browser, store);
    browser.users.set(store, { held, ended: new AbortController() });
    if (token !== null) this.#browsers.delete(hashOf(token));
    const fresh = randomBytes(TOKEN_BYTES).toString('base64url');
    this.#browsers.set(hashOf(fresh), browser);
    return fresh;
  }

  /** Also a sign of life. Undefined: not signed in to this store, or no longer. */
  find(token: string | null, store: string): SignIn<H> | undefined {
    const browser = this.#browser(token);
    if (browser === undefined) return undefined;
    browser.usedAt = this.#now();
    const user = browser.users.get(store);
    return user === undefined ? undefined : { held: user.held, ended: user.ended.signal };
  }

  /** True when the browser is signed in nowhere any more: the cookie may go. */
  end(token: string | null, store: string): boolean {
    const browser = this.#browser(token);
    if (browser === undefined || token === null) return true;
    endUser(browser, store);
    if (browser.users.size > 0) return false;
    this.#browsers.delete(hashOf(token));
    return true;
  }

  /** Ends every sign-in that `isMeant`, whichever browser holds it. */
  endWhere(isMeant: (held: H) => boolean): void {
    for (const browser of this.#browsers.values()) {
      for (const [store, { held }] of [...browser.users]) if (isMeant(held)) endUser(browser, store);
    }
  }

  close(): void {
    clearInterval(this.#sweeper);
    this.endWhere(() => true);
  }

  #browser(token: string | null): Browser<H> | undefined {
    if (token === null) return undefined;
    const hash = hashOf(token);
    const browser = this.#browsers.get(hash);
    if (browser === undefined) return undefined;
    if (!this.#isOver(browser)) return browser;
    this.#drop(hash, browser);
    return undefined;
  }

  #isOver({ usedAt, createdAt, users }: Browser<H>): boolean {
    const now = this.#now();
    return users.size === 0 || now - usedAt > IDLE_MS || now - createdAt > LIFE_MS;
  }

  #sweep(): void {
    for (const [hash, browser] of this.#browsers) if (this.#isOver(browser)) this.#drop(hash, browser);
  }

  #drop(hash: string, browser: Browser<H>): void {
    this.#browsers.delete(hash);
    for (const store of [...browser.users.keys()]) endUser(browser, store);
  }
}

function endUser<H extends Held>(browser: Browser<H>, store: string): void {
  const user = browser.users.get(store);
  if (user === undefined) return;
  browser.users.delete(store);
  user.ended.abort();
  user.held.release();
}

const hashOf = (token: string): string => createHash('sha256').update(token).digest('base64');
