/**
 * A user's token, for every client of etcd. Stores drop tokens on restart, on a change of users, and after a time without use; they
 * say so in exact texts, and clients sign in again on exactly those.
 */

const SIGN_IN_AGAIN = [
  'etcdserver: invalid auth token',
  'etcdserver: revision of auth store is old',
  // The same from servers whose table of errors lacks it.
  'auth: revision in header is old',
  'etcdserver: user name is empty',
];
const AUTH_IS_OFF = 'etcdserver: authentication is not enabled';

/** True for the refusals that a fresh token cures. They come before anything is applied: the request may be sent again. */
export const wantsLogin = (text: string): boolean => SIGN_IN_AGAIN.some((known) => text.includes(known));

/** True for the store's answer to a sign-in that needs none. */
export const isAuthOff = (text: string): boolean => text.includes(AUTH_IS_OFF);

export class TokenSource {
  readonly #signIn: (() => Promise<string | null>) | null;
  /** Undefined: not asked yet. Null: authentication is off. */
  #token: string | null | undefined;
  #pending: Promise<string | null> | undefined;

  /** `signIn` answers null while authentication is off; null: there is no user to sign in. */
  constructor(signIn: (() => Promise<string | null>) | null) {
    this.#signIn = signIn;
  }

  /** Null: go without. @throws what signing in throws */
  token(): Promise<string | null> {
    if (this.#signIn === null) return Promise.resolve(null);
    if (this.#token !== undefined) return Promise.resolve(this.#token);
    this.#pending ??= this.#signIn()
      .then((token) => {
        this.#token = token;
        return token;
      })
      .finally(() => {
        this.#pending = undefined;
      });
    return this.#pending;
  }

  /** The one in use. Null: none. */
  get current(): string | null {
    return this.#token ?? null;
  }

  /** Forgets `stale`, unless somebody has replaced it already. False: there is nobody to sign in. */
  invalidate(stale: string | null): boolean {
    if (this.#signIn === null) return false;
    if (this.#token === stale) this.#token = undefined;
    return true;
  }
}
