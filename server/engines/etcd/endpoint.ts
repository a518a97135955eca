/**
 * One endpoint's gRPC channel: unary calls with deadlines, bidirectional streams, connection state, metering.
 *
 * All calls to an endpoint, the monitor's included, share one HTTP/2 connection. Nothing is retried here.
 */
import { type ChannelCredentials, Client, type ClientDuplexStream, connectivityState, Metadata } from '@grpc/grpc-js';
import { errorText } from '../../../lib/base/error-text.ts';
import type { Method } from '../../../lib/base/etcdpb/methods.ts';
import { GrpcCode } from '../../../lib/base/grpc-status.ts';
import { Handover } from '../../../lib/base/handover.ts';
import type { Init } from '../../../lib/base/protobuf/schema.ts';
import { EngineError } from '../engine.ts';
import type { Meter } from './meter.ts';

/** Range answers and watch bursts have no bound in etcd; clientv3 accepts up to 2 GiB, we stop before Node's own limits. */
const RECEIVE_BYTES_MAX = 512 * 1024 * 1024;
/** etcd refuses client pings more often than every 5 s. */
const KEEPALIVE_MS = 10_000;
const KEEPALIVE_TIMEOUT_MS = 3_000;
const RECONNECT_BACKOFF_MIN_MS = 250;
const RECONNECT_BACKOFF_MAX_MS = 2_000;

/** grpc-js words for "no stream was ever opened": only then is a failed write known not to have been sent. */
const NOT_SENT = 'No connection established';
/** grpc-js words for a call that came while the channel was being closed. */
const NOT_BEGUN = 'Channel closed before call started';
/** Said before a change of members is proposed: not all of them have been connected for 5 s. */
const NOT_PROPOSED = 'etcdserver: unhealthy cluster';

/** What etcd says to a call without a user, as an invalid argument. */
const NOBODY = 'etcdserver: user name is empty';
/** What etcd says of maintenance that only root may do: the plain error of its user store, with the code "unknown". */
const RAW_DENIAL = 'auth: permission denied';

export interface CallOptions {
  readonly timeoutMs: number;
  readonly token: string | null;
  readonly signal?: AbortSignal | undefined;
}

export class Endpoint {
  readonly address: string;
  readonly #client: Client;
  readonly #meter: Meter;
  readonly #onStateChange: () => void;
  #connected = false;
  /** What is said to whoever asks after the end. */
  #closed: EngineError | undefined;

  constructor(address: string, options: { credentials: ChannelCredentials; meter: Meter; onStateChange: () => void }) {
    this.address = address;
    this.#meter = options.meter;
    this.#onStateChange = options.onStateChange;
    this.#client = new Client(address, options.credentials, {
      'grpc.max_receive_message_length': RECEIVE_BYTES_MAX,
      'grpc.max_send_message_length': -1,
      'grpc.keepalive_time_ms': KEEPALIVE_MS,
      'grpc.keepalive_timeout_ms': KEEPALIVE_TIMEOUT_MS,
      'grpc.initial_reconnect_backoff_ms': RECONNECT_BACKOFF_MIN_MS,
      'grpc.max_reconnect_backoff_ms': RECONNECT_BACKOFF_MAX_MS,
      'grpc.enable_retries': 0,
      'grpc.enable_http_proxy': 0,
      'grpc.service_config_disable_resolution': 1,
    });
    this.#followState();
  }

  get connected(): boolean {
    return this.#connected;
  }

  /** @throws EngineError; `outcome` is 'unknown' when the request may have reached the server. */
  call<Q extends object, A extends object>(method: Method<Q, A>, request: Init<Q>, options: CallOptions): Promise<A> {
    if (this.#closed !== undefined) return Promise.reject(this.#closed);
    const { promise, ...settle } = Promise.withResolvers<A>();
    const waiting = new Handover(settle);
    const [encode, decode] = this.#codec(method);
    this.#meter.rpc();
    const call = this.#client.makeUnaryRequest(
      method.path,
      encode,
      (bytes: Buffer) => new Handover(decode(bytes)),
      request,
      metadata(options.token),
      { deadline: Date.now() + options.timeoutMs },
      (error, handover) => {
        options.signal?.removeEventListener('abort', abort);
        const answer = handover?.take();
        if (error === null && answer !== undefined) waiting.take()?.resolve(answer);
        else waiting.take()?.reject(this.explain(error, method.repeatable, options.timeoutMs));
      },
    );
    const abort = (): void => call.cancel();
    options.signal?.addEventListener('abort', abort, { once: true });
    if (options.signal?.aborted === true) call.cancel();
    return promise;
  }

  /** @throws EngineError when closed; all else arrives as the stream's 'error' (see explain) */
  stream<Q extends object, A extends object>(
    method: Method<Q, A>,
    token: string | null,
  ): ClientDuplexStream<Init<Q>, A> {
    if (this.#closed !== undefined) throw this.#closed;
    const meta = metadata(token);
    // The server ends the stream when its member loses the leader: a watch on a cut-off member must not stay silent.
    meta.set('hasleader', 'true');
    this.#meter.rpc();
    return this.#client.makeBidiStreamRequest(method.path, ...this.#codec(method), meta);
  }

  /** Answers one after the other until the server ends it. @throws EngineError */
  async *download<Q extends object, A extends object>(
    method: Method<Q, A>,
    request: Init<Q>,
    options: { readonly token: string | null; readonly signal: AbortSignal },
  ): AsyncGenerator<A> {
    if (this.#closed !== undefined) throw this.#closed;
    this.#meter.rpc();
    const call = this.#client.makeServerStreamRequest(
      method.path,
      ...this.#codec(method),
      request,
      metadata(options.token),
    );
    const abort = (): void => call.cancel();
    options.signal.addEventListener('abort', abort, { once: true });
    if (options.signal.aborted) call.cancel();
    try {
      // Read on demand: a slow taker slows the server, and nothing piles up here.
      for await (const answer of call) yield answer as A;
    } catch (error) {
      throw this.explain(error, true, 0);
    } finally {
      options.signal.removeEventListener('abort', abort);
      call.cancel();
    }
  }

  /** Starts connecting when idle. */
  wake(): void {
    if (this.#closed === undefined) this.#client.getChannel().getConnectivityState(true);
  }

  close(why = new EngineError(GrpcCode.UNAVAILABLE, 'the console is closing')): void {
    this.#closed = why;
    this.#client.close();
  }

  #codec<Q extends object, A extends object>(
    method: Method<Q, A>,
  ): [encode: (value: Init<Q>) => Buffer, decode: (bytes: Buffer) => A] {
    return [
      (value) => {
        const bytes = method.request.encode(value);
        this.#meter.count(bytes.length, 0);
        return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
      },
      (bytes) => {
        this.#meter.count(0, bytes.length);
        return method.response.decode(bytes);
      },
    ];
  }

  #followState(): void {
    const channel = this.#client.getChannel();
    const step = (): void => {
      if (this.#closed !== undefined) return;
      const state = channel.getConnectivityState(false);
      const connected = state === connectivityState.READY;
      if (connected !== this.#connected) {
        this.#connected = connected;
        this.#onStateChange();
      }
      if (state === connectivityState.SHUTDOWN) return;
      channel.watchConnectivityState(state, Number.POSITIVE_INFINITY, step);
    };
    step();
  }

  /** What a failed call or stream means. */
  explain(error: unknown, repeatable: boolean, timeoutMs: number): EngineError {
    const text = textOf(error);
    if (this.#closed !== undefined && text === NOT_BEGUN) return this.#closed;
    const code = meantBy(codeOf(error), text);
    const details = { endpoint: this.address, outcome: outcomeOf(code, text, repeatable) };
    if (code === GrpcCode.DEADLINE_EXCEEDED) {
      return new EngineError(code, `${this.address} did not answer within ${timeoutMs} ms`, details);
    }
    if (code === GrpcCode.UNAVAILABLE && !text.startsWith('etcdserver:')) {
      const said = isBrokenOff(text)
        ? 'broke off before it had answered'
        : `cannot be reached: ${connectionReason(text)}`;
      return new EngineError(code, `${this.address} ${said}`, details);
    }
    return new EngineError(code, text, details);
  }
}

/** grpc-js words for a stream that ended without an answer of the server: it stopped, or its connection was torn. */
const BROKEN_OFF = /^(Received RST_STREAM|Call cancelled$|Connection dropped$|Write error: |Write failed )/;
const isBrokenOff = (text: string): boolean => BROKEN_OFF.test(text);

/** Some answers carry a code that says less than their words do. */
function meantBy(code: GrpcCode, text: string): GrpcCode {
  if (text === RAW_DENIAL) return GrpcCode.PERMISSION_DENIED;
  if (text === NOBODY) return GrpcCode.UNAUTHENTICATED;
  return isBrokenOff(text) ? GrpcCode.UNAVAILABLE : code;
}

export function codeOf(error: unknown): GrpcCode {
  const code = error !== null && typeof error === 'object' && 'code' in error ? error.code : undefined;
  return typeof code === 'number' && code > 0 && code <= 16 ? (code as GrpcCode) : GrpcCode.UNKNOWN;
}

/** The status text without grpc-js's "14 UNAVAILABLE: " in front. */
export function textOf(error: unknown): string {
  if (error !== null && typeof error === 'object' && 'details' in error && typeof error.details === 'string') {
    return error.details;
  }
  return errorText(error);
}

/** "connect ECONNREFUSED 127.0.0.1:2379" out of grpc-js's long sentence. */
export function connectionReason(text: string): string {
  const match = /Last error: (?:Error: )?(.*?)\.? Resolution note:/.exec(text);
  const reason = match?.[1] ?? text;
  return reason === '' || reason === 'null' ? 'no connection' : reason;
}

/** Codes a server gives before anything is proposed; all others on a write mean: it may have happened. */
const CERTAIN_REFUSALS: ReadonlySet<GrpcCode> = new Set([
  GrpcCode.INVALID_ARGUMENT,
  GrpcCode.NOT_FOUND,
  GrpcCode.ALREADY_EXISTS,
  GrpcCode.PERMISSION_DENIED,
  GrpcCode.FAILED_PRECONDITION,
  GrpcCode.ABORTED,
  GrpcCode.OUT_OF_RANGE,
  GrpcCode.UNIMPLEMENTED,
  GrpcCode.DATA_LOSS,
  GrpcCode.UNAUTHENTICATED,
]);

function outcomeOf(code: GrpcCode, text: string, repeatable: boolean): 'none' | 'unknown' {
  if (repeatable || CERTAIN_REFUSALS.has(code)) return 'none';
  // etcd's quota and rate refusals come before the proposal; the same code from HTTP/2 ("calm down") says nothing.
  if (code === GrpcCode.RESOURCE_EXHAUSTED && text.startsWith('etcdserver: ')) return 'none';
  return text.includes(NOT_SENT) || text === NOT_PROPOSED ? 'none' : 'unknown';
}

function metadata(token: string | null): Metadata {
  const meta = new Metadata();
  if (token !== null) meta.set('token', token);
  return meta;
}
