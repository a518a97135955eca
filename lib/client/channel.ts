/**
 * One gRPC connection per endpoint, used one at a time: the first that answers is kept until it fails, then the next one is
 * tried. A request that may change something is sent once; one that cannot do harm is repeated until its deadline.
 */
import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type ChannelCredentials,
  Client,
  type ClientDuplexStream,
  connectivityState,
  credentials,
  Metadata,
  type ServiceError,
  status,
} from '@grpc/grpc-js';
import { defined } from '../base/assert.ts';
import { errorText } from '../base/error-text.ts';
import { type Method, methods } from '../base/etcdpb/methods.ts';
import { isAuthOff, TokenSource, wantsLogin } from '../base/etcdpb/sign-in.ts';
import { GrpcCode } from '../base/grpc-status.ts';
import { Handover } from '../base/handover.ts';
import type { Init } from '../base/protobuf/schema.ts';
import { onAbort } from './abort.ts';
import { ClientError } from './errors.ts';

/** etcd's own bound for a proposal is 7 s with default settings: waiting less would call slow writes lost. */
const CALL_TIMEOUT_MS = 10_000;
const CONNECT_TIMEOUT_MS = 2000;
const RETRY_DELAY_MS_MIN = 50;
const RETRY_DELAY_MS_MAX = 1000;
/** Users may change again while a call signs in; beyond this it is told so. */
const SIGN_INS_PER_CALL = 3;
/** Answers may be large (etcd sends up to 2 GiB); requests are bounded by the server. */
const RECEIVE_BYTES_MAX = 2 ** 31 - 1;

const GRPC_OPTIONS = {
  'grpc.max_receive_message_length': RECEIVE_BYTES_MAX,
  // Finds a connection that died without a word. etcd refuses pings more often than every 5 s.
  'grpc.keepalive_time_ms': 10_000,
  'grpc.keepalive_timeout_ms': 5000,
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 1000,
};

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  /** For the whole call, retries included. */
  readonly timeoutMs?: number | undefined;
}

/** A user of a store with authentication. */
export interface Credentials {
  readonly user: string;
  readonly password: string;
}

export interface Tls {
  /** PEM. */
  readonly ca?: Uint8Array | undefined;
  readonly cert?: Uint8Array | undefined;
  readonly key?: Uint8Array | undefined;
}

type Stream<Request extends object, Response extends object> = ClientDuplexStream<Init<Request>, Response>;

interface Connection {
  readonly endpoint: string;
  readonly client: Client;
}

export class Channel {
  readonly #clients: readonly Connection[];
  readonly #tokens: TokenSource;
  #current = 0;
  #closed = false;

  /** @param endpoints `host:port` each; `http://` and `https://` before them are accepted as etcdctl accepts them. */
  constructor(endpoints: readonly string[], tls: Tls | undefined, login?: Credentials) {
    if (endpoints.length === 0) throw new RangeError('no endpoint given');
    const secure = tls !== undefined || endpoints.some((endpoint) => endpoint.startsWith('https://'));
    const channelCredentials = secure ? sslCredentials(tls ?? {}) : credentials.createInsecure();
    this.#clients = endpoints.map((text) => {
      const endpoint = text.replace(/^https?:\/\//, '').replace(/\/$/, '');
      return { endpoint, client: new Client(endpoint, channelCredentials, GRPC_OPTIONS) };
    });
    this.#tokens = new TokenSource(login === undefined ? null : () => this.#signIn(login));
  }

  close(): void {
    this.#closed = true;
    for (const { client } of this.#clients) client.close();
  }

  /** @throws ClientError */
  async unary<Request extends object, Response extends object>(
    method: Method<Request, Response>,
    request: Init<Request>,
    options: CallOptions = {},
  ): Promise<Response> {
    const deadline = performance.now() + (options.timeoutMs ?? CALL_TIMEOUT_MS);
    let signInsLeft = SIGN_INS_PER_CALL;
    for (let attempt = 0; ; attempt++) {
      options.signal?.throwIfAborted();
      const token = method.path === methods.authenticate.path ? null : await this.#tokens.token();
      const client = await this.#connected(deadline, options.signal);
      try {
        return await unaryOnce(client, method, request, {
          deadlineMs: deadline - performance.now(),
          signal: options.signal,
          token,
        });
      } catch (cause) {
        options.signal?.throwIfAborted();
        const error = toClientError(cause, !method.repeatable);
        // Refused for its token alone, a write was certainly not made: it may be sent again with a fresh one.
        if (signInsLeft-- > 0 && wantsLogin(error.message) && this.#tokens.invalidate(token)) continue;
        const delay = retryDelayMs(attempt);
        const transient = error.code === GrpcCode.UNAVAILABLE;
        if (!transient || !method.repeatable || performance.now() + delay >= deadline) throw error;
        this.#rotate(client);
        await pause(delay, options.signal);
      }
    }
  }

  /** An open stream on an endpoint that answers. Errors arrive as the stream's; convert them with `toClientError`. */
  async duplex<Request extends object, Response extends object>(
    method: Method<Request, Response>,
    options: CallOptions = {},
  ): Promise<Stream<Request, Response>> {
    const deadline = performance.now() + (options.timeoutMs ?? CALL_TIMEOUT_MS);
    const token = await this.#tokens.token();
    const client = await this.#connected(deadline, options.signal);
    const metadata = metadataOf(token);
    // A member cut off from its leader ends the stream instead of keeping silent.
    metadata.set('hasleader', 'true');
    const stream = client.makeBidiStreamRequest(
      method.path,
      (value: Init<Request>) => Buffer.from(method.request.encode(value)),
      (bytes: Buffer) => method.response.decode(bytes),
      metadata,
    );
    stream.once('error', (error) => {
      if (!this.refused(error.message, token)) this.#rotate(client);
    });
    return stream;
  }

  /** The store said `text`: true when signing in again may help; the next call then does. */
  refused(text: string, token?: string | null): boolean {
    return wantsLogin(text) && this.#tokens.invalidate(token ?? this.#tokens.current);
  }

  /** @throws ClientError */
  async #signIn({ user, password }: Credentials): Promise<string | null> {
    try {
      return (await this.unary(methods.authenticate, { name: user, password })).token;
    } catch (cause) {
      if (cause instanceof ClientError && isAuthOff(cause.message)) return null;
      throw cause;
    }
  }

  /** The current endpoint, or the next one that can be connected to, until the deadline. */
  async #connected(deadline: number, signal: AbortSignal | undefined): Promise<Client> {
    const failures = new Map<string, string>();
    for (let attempt = 0; ; attempt++) {
      if (this.#closed) throw new ClientError(GrpcCode.CANCELED, 'the client is closed');
      signal?.throwIfAborted();
      const { endpoint, client } = defined(this.#clients[this.#current], 'the current endpoint is one of ours');
      const left = deadline - performance.now();
      const problem = await waitForReady(client, Math.min(left, CONNECT_TIMEOUT_MS));
      if (problem === undefined) return client;
      failures.set(endpoint, problem);
      this.#rotate(client);
      const roundDone = (attempt + 1) % this.#clients.length === 0;
      const delay = roundDone ? retryDelayMs(attempt / this.#clients.length) : 0;
      if (performance.now() + delay >= deadline) {
        const tried = [...failures].map(([name, reason]) => `${name} (${reason})`).join(', ');
        throw new ClientError(GrpcCode.UNAVAILABLE, `no endpoint can be reached: ${tried}`);
      }
      if (delay > 0) await pause(delay, signal);
    }
  }

  /** Moves on from `failed`, unless another call has done so already. */
  #rotate(failed: Client): void {
    if (this.#clients[this.#current]?.client === failed) this.#current = (this.#current + 1) % this.#clients.length;
  }
}

function metadataOf(token: string | null): Metadata {
  const metadata = new Metadata();
  if (token !== null) metadata.set('token', token);
  return metadata;
}

function sslCredentials({ ca, cert, key }: Tls): ChannelCredentials {
  const buffer = (bytes: Uint8Array | undefined) => (bytes === undefined ? null : Buffer.from(bytes));
  return credentials.createSsl(buffer(ca), buffer(key), buffer(cert));
}

function unaryOnce<Request extends object, Response extends object>(
  client: Client,
  method: Method<Request, Response>,
  request: Init<Request>,
  options: { readonly deadlineMs: number; readonly signal: AbortSignal | undefined; readonly token: string | null },
): Promise<Response> {
  const { promise, ...settle } = Promise.withResolvers<Response>();
  const waiting = new Handover(settle);
  const call = client.makeUnaryRequest(
    method.path,
    (value: Init<Request>) => Buffer.from(method.request.encode(value)),
    (bytes: Buffer) => new Handover(method.response.decode(bytes)),
    request,
    metadataOf(options.token),
    { deadline: Date.now() + options.deadlineMs },
    (error, handover) => {
      settled();
      const response = handover?.take();
      if (error !== null) waiting.take()?.reject(error);
      else if (response === undefined) waiting.take()?.reject(new ClientError(GrpcCode.INTERNAL, 'an empty answer'));
      else waiting.take()?.resolve(response);
    },
  );
  const settled = onAbort(options.signal, () => call.cancel());
  return promise;
}

/** Undefined when connected; otherwise why not, in words. */
function waitForReady(client: Client, timeoutMs: number): Promise<string | undefined> {
  const channel = client.getChannel();
  if (channel.getConnectivityState(true) === connectivityState.READY) return Promise.resolve(undefined);
  return new Promise((resolve) => {
    const give = Date.now() + timeoutMs;
    const look = () => {
      const state = channel.getConnectivityState(true);
      if (state === connectivityState.READY) resolve(undefined);
      else if (state === connectivityState.TRANSIENT_FAILURE) resolve('connection failed');
      else if (state === connectivityState.SHUTDOWN) resolve('closed');
      else channel.watchConnectivityState(state, give, (error) => (error ? resolve('no answer') : look()));
    };
    look();
  });
}

const pause = (ms: number, signal: AbortSignal | undefined): Promise<void> =>
  sleep(ms, undefined, signal ? { signal } : {});

/** Doubles up to the bound; a random half keeps many clients from returning at once. */
export function retryDelayMs(attempt: number): number {
  const full = Math.min(RETRY_DELAY_MS_MAX, RETRY_DELAY_MS_MIN * 2 ** attempt);
  return full / 2 + randomInt(Math.ceil(full / 2) + 1);
}

export function toClientError(cause: unknown, isWrite: boolean): ClientError {
  if (cause instanceof ClientError) return cause;
  if (!isServiceError(cause)) {
    return new ClientError(GrpcCode.UNKNOWN, errorText(cause), { cause });
  }
  const unclear = [status.UNAVAILABLE, status.DEADLINE_EXCEEDED, status.CANCELLED, status.UNKNOWN, status.INTERNAL];
  const code = cause.code as GrpcCode;
  return new ClientError(code, cause.details, { cause, maybeApplied: isWrite && unclear.includes(cause.code) });
}

function isServiceError(cause: unknown): cause is ServiceError {
  return cause instanceof Error && 'code' in cause && typeof cause.code === 'number' && 'details' in cause;
}
