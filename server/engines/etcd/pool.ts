/**
 * The endpoints of one cluster: picks one, moves on when it fails, logs in where needed.
 *
 * - Members known to serve are asked before others, others still when there is none.
 * - Reads go to the next endpoint when one is unreachable, slow or leaderless, until their time is used up.
 * - Writes are sent once. They move on only when grpc-js never opened a stream for them.
 */
import type { ChannelCredentials } from '@grpc/grpc-js';
import { type Method, methods } from '../../../lib/base/etcdpb/methods.ts';
import { TokenSource, wantsLogin } from '../../../lib/base/etcdpb/sign-in.ts';
import { GrpcCode } from '../../../lib/base/grpc-status.ts';
import type { Init } from '../../../lib/base/protobuf/schema.ts';
import { type Credentials, EngineError, type MemberStanding } from '../engine.ts';
import { isConfiguredHost } from '../hosts.ts';
import { saysAuthIsOff } from './auth.ts';
import { Endpoint } from './endpoint.ts';
import type { Meter } from './meter.ts';

/** One try of a read; the whole read may take READ_TIMEOUT_MS over several endpoints. */
const READ_TRY_TIMEOUT_MS = 2_000;
const READ_TIMEOUT_MS = 10_000;
/** A little more than etcd's own limit for a proposal (7 s at defaults), so that its answer arrives. */
const WRITE_TIMEOUT_MS = 8_000;
/** Each change of users makes the tokens from before it worthless; somebody may change many in a row. */
const LOGINS_MAX = 3;
/** Between two rounds over all endpoints, while the cluster elects a leader. */
const ROUND_PAUSE_MS = 150;

interface ReadOptions {
  readonly signal?: AbortSignal | undefined;
  /** For answers known to be large. */
  readonly timeoutMs?: number;
}

export interface PoolOptions {
  readonly addresses: readonly string[];
  readonly credentials: ChannelCredentials;
  readonly login: Credentials | null;
  readonly standings: EndpointStandings;
  readonly meter: Meter;
}

/** By address; those that nobody has told of count as serving. */
export type EndpointStandings = Map<string, MemberStanding>;

/** An idle member refuses a write after seconds, a silent one never does; both outweigh all that speaks for an endpoint. */
const STANDING_RANK: Readonly<Record<MemberStanding, number>> = { serving: 0, idle: 4, silent: 8 };
const AVOID_RANK = 16;

export class EndpointPool {
  readonly tokens: TokenSource;
  readonly standings: EndpointStandings;
  readonly #options: PoolOptions;
  readonly #endpoints = new Map<string, Endpoint>();
  readonly #listeners = new Set<(endpoint: string) => void>();
  #preferred: string;

  constructor(options: PoolOptions) {
    this.#options = options;
    this.standings = options.standings;
    const [first] = options.addresses;
    if (first === undefined) throw new RangeError('a store needs at least one endpoint');
    this.#preferred = first;
    for (const address of options.addresses) this.endpoint(address);
    const { login } = options;
    this.tokens = new TokenSource(
      login &&
        (() =>
          this.logIn(login).catch((cause: unknown) => {
            if (cause instanceof EngineError && saysAuthIsOff(cause)) return null;
            throw cause;
          })),
    );
  }

  /** Opens channels to members that the settings did not name, too, on hosts that they did. @throws EngineError PERMISSION_DENIED */
  endpoint(address: string): Endpoint {
    const existing = this.#endpoints.get(address);
    if (existing !== undefined) return existing;
    if (!isConfiguredHost(address, this.#options.addresses)) {
      throw new EngineError(GrpcCode.PERMISSION_DENIED, `${address} is on no host that the settings name`);
    }
    const { credentials, meter } = this.#options;
    const endpoint = new Endpoint(address, {
      credentials,
      meter,
      onStateChange: () => {
        for (const listener of this.#listeners) listener(address);
      },
    });
    this.#endpoints.set(address, endpoint);
    return endpoint;
  }

  onStateChange(listener: (endpoint: string) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Where the next call goes first: serving before not, connected before not, the one that worked last before others. */
  candidates(avoid?: string): Endpoint[] {
    const rank = (address: string, endpoint: Endpoint): number =>
      (address === avoid ? AVOID_RANK : 0) +
      STANDING_RANK[this.standings.get(address) ?? 'serving'] +
      (endpoint.connected ? 0 : 2) +
      (address === this.#preferred ? 0 : 1);
    return this.#options.addresses
      .map((address) => this.endpoint(address))
      .sort((a, b) => rank(a.address, a) - rank(b.address, b));
  }

  async call<Q extends object, A extends object>(
    method: Method<Q, A>,
    request: Init<Q>,
    options: ReadOptions = {},
  ): Promise<A> {
    return method.repeatable ? this.#read(method, request, options) : this.#write(method, request);
  }

  /** Exactly this endpoint, once, logging in where needed. */
  async callAt<Q extends object, A extends object>(
    endpoint: Endpoint,
    method: Method<Q, A>,
    request: Init<Q>,
    options: { readonly timeoutMs: number; readonly signal?: AbortSignal | undefined },
  ): Promise<A> {
    return this.withToken(endpoint.address, (token) => endpoint.call(method, request, { ...options, token }));
  }

  /** With a token that the store takes: signs in again as often as it says that it does not know this one (any more). */
  async withToken<T>(address: string, call: (token: string | null) => Promise<T>): Promise<T> {
    for (let tries = 1; ; tries++) {
      const token = await this.tokens.token();
      try {
        return await call(token);
      } catch (cause) {
        const again = cause instanceof EngineError && wantsLogin(cause.message) && this.tokens.invalidate(token);
        if (!again) throw cause;
        if (tries === LOGINS_MAX) {
          const said = `${address} would take none of ${LOGINS_MAX} fresh sign-ins: users are being changed`;
          throw new EngineError(GrpcCode.UNAVAILABLE, `${said} (${cause.message})`, { endpoint: address });
        }
      }
    }
  }

  /** Calls from now on fail with `why`. */
  close(why?: EngineError): void {
    for (const endpoint of this.#endpoints.values()) endpoint.close(why);
  }

  #read<Q extends object, A extends object>(
    method: Method<Q, A>,
    request: Init<Q>,
    { signal, timeoutMs }: ReadOptions,
  ): Promise<A> {
    return this.fromAny(
      (endpoint, leftMs) => {
        const tryMs = Math.min(leftMs, timeoutMs ?? READ_TRY_TIMEOUT_MS);
        return this.callAt(endpoint, method, request, { timeoutMs: tryMs, signal });
      },
      { signal, ...(timeoutMs === undefined ? {} : { timeoutMs }) },
    );
  }

  /** What the first endpoint says that can: the next one is asked when one is unreachable, slow or leaderless. */
  async fromAny<T>(
    ask: (endpoint: Endpoint, leftMs: number) => Promise<T>,
    { signal, timeoutMs: total = READ_TIMEOUT_MS }: ReadOptions = {},
  ): Promise<T> {
    const until = Date.now() + total;
    for (;;) {
      let answered = false;
      let last: EngineError | undefined;
      for (const endpoint of this.candidates()) {
        const left = until - Date.now();
        if (left <= 0) break;
        try {
          const answer = await ask(endpoint, left);
          this.#preferred = endpoint.address;
          return answer;
        } catch (cause) {
          if (!(cause instanceof EngineError) || !isPassing(cause)) throw cause;
          answered ||= cause.message.startsWith('etcdserver:');
          last = cause;
        }
      }
      last ??= new EngineError(GrpcCode.DEADLINE_EXCEEDED, `no endpoint answered within ${total} ms`);
      // Servers that answer "no leader" are worth waiting for; ones that cannot be reached are reported at once.
      if (!answered || Date.now() + ROUND_PAUSE_MS >= until || signal?.aborted === true) throw last;
      await new Promise((resolve) => setTimeout(resolve, ROUND_PAUSE_MS));
    }
  }

  async #write<Q extends object, A extends object>(method: Method<Q, A>, request: Init<Q>): Promise<A> {
    let last: unknown;
    for (const endpoint of this.candidates()) {
      try {
        const answer = await this.callAt(endpoint, method, request, { timeoutMs: WRITE_TIMEOUT_MS });
        this.#preferred = endpoint.address;
        return answer;
      } catch (cause) {
        const notSent = cause instanceof EngineError && cause.code === GrpcCode.UNAVAILABLE && cause.outcome === 'none';
        if (!notSent) throw cause;
        last = cause;
      }
    }
    throw last;
  }

  /** A token. Asks without one itself. @throws EngineError as the store says */
  async logIn(credentials: Credentials): Promise<string> {
    let last: unknown;
    for (const endpoint of this.candidates()) {
      try {
        const request = { name: credentials.user, password: credentials.password };
        const options = { timeoutMs: READ_TRY_TIMEOUT_MS, token: null };
        return (await endpoint.call(methods.authenticate, request, options)).token;
      } catch (cause) {
        if (!(cause instanceof EngineError) || !isPassing(cause)) throw cause;
        last = cause;
      }
    }
    throw last;
  }
}

/** Another endpoint, or the same one a moment later, may well answer. */
function isPassing(error: EngineError): boolean {
  return error.code === GrpcCode.UNAVAILABLE || error.code === GrpcCode.DEADLINE_EXCEEDED;
}
