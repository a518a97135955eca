/**
 * The token of the configured user. etcd drops tokens on restart, on any change to users or roles, and after 300 s
 * without use; it says so in exact texts, and clients log in again on exactly those.
 */
import { GrpcCode } from '../../../lib/base/grpc-status.ts';
import { type Credentials, EngineError } from '../engine.ts';

const LOGIN_AGAIN = [
  'etcdserver: invalid auth token',
  'etcdserver: revision of auth store is old',
  'etcdserver: user name is empty',
];
const AUTH_IS_OFF = 'etcdserver: authentication is not enabled';

/** True for the store's answer to a login that needs none. */
export const saysAuthIsOff = (error: EngineError): boolean =>
  error.code === GrpcCode.FAILED_PRECONDITION && error.message === AUTH_IS_OFF;

/** True for the refusals that a fresh token cures. They come before anything is applied. */
export const wantsLogin = (text: string): boolean => LOGIN_AGAIN.some((known) => text.includes(known));

export class TokenSource {
  readonly #credentials: Credentials | null;
  readonly #login: (credentials: Credentials) => Promise<string>;
  /** Undefined: not asked yet. Null: authentication is off. */
  #token: string | null | undefined;
  #pending: Promise<string | null> | undefined;

  constructor(credentials: Credentials | null, login: (credentials: Credentials) => Promise<string>) {
    this.#credentials = credentials;
    this.#login = login;
  }

  /** @throws EngineError when the store refuses user and password or cannot be reached. */
  token(): Promise<string | null> {
    if (this.#credentials === null) return Promise.resolve(null);
    if (this.#token !== undefined) return Promise.resolve(this.#token);
    return this.#refresh(this.#credentials);
  }

  /** Forgets `stale`, unless somebody has replaced it already. False: there is nothing to log in with. */
  invalidate(stale: string | null): boolean {
    if (this.#credentials === null) return false;
    if (this.#token === stale) this.#token = undefined;
    return true;
  }

  #refresh(credentials: Credentials): Promise<string | null> {
    this.#pending ??= this.#login(credentials)
      .catch((cause: unknown) => {
        if (cause instanceof EngineError && saysAuthIsOff(cause)) return null;
        throw cause;
      })
      .then((token) => {
        this.#token = token;
        return token;
      })
      .finally(() => {
        this.#pending = undefined;
      });
    return this.#pending;
  }
}
