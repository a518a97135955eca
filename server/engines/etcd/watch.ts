/**
 * One watch that survives its streams: when a stream breaks it is opened again, elsewhere if it can be, at the revision
 * after the last one delivered.
 *
 * Only events move that revision. Progress answers do not: servers before 3.4.25 and 3.5.8 give them to watchers that are
 * still behind (etcd issue 15220). Several ranges are as many watchers on one stream, put in order by RangeMerge.
 */
import type { ClientDuplexStream } from '@grpc/grpc-js';
import { methods } from '../../../lib/base/etcdpb/methods.ts';
import { type Event, EventType, KeyValue } from '../../../lib/base/etcdpb/mvcc.ts';
import { wantsLogin } from '../../../lib/base/etcdpb/sign-in.ts';
import type { WatchRequest as WatchRequestPb, WatchResponse } from '../../../lib/base/etcdpb/watch.ts';
import { GrpcCode } from '../../../lib/base/grpc-status.ts';
import type { Init } from '../../../lib/base/protobuf/schema.ts';
import { EngineError, type StoredEvent, type Watcher, type WatchHandler, type WatchRequest } from '../engine.ts';
import { codeOf, connectionReason, type Endpoint, textOf } from './endpoint.ts';
import type { Meter } from './meter.ts';
import type { EndpointPool } from './pool.ts';
import { answersTooEarly, RangeMerge } from './range-merge.ts';

const BACKOFF_MIN_MS = 50;
const BACKOFF_MAX_MS = 2_000;
/** A server that has not confirmed the watch by then is given up. */
const CREATE_TIMEOUT_MS = 3_000;
/** One turn of the server's loop, so that one answer serves a burst. */
const ASK_AFTER_MS = 5;
const ASK_OLD_AFTER_MS = 500;
/** Telling its version is quick; a server that does not is treated as a new one. */
const VERSION_TIMEOUT_MS = 1_000;
const ASK_AGAIN_MS = 100;

/** The watch id of an answer to a progress request: it speaks for every watcher of the stream. */
const ALL_WATCHERS = -1n;
const LATE = 'the store gave out a change after it had said that there are no more up to that revision';

type Request = Init<WatchRequestPb>;
type Stream = ClientDuplexStream<Request, WatchResponse>;

interface OpenRequest extends WatchRequest {
  /** Called once, however it ends. */
  readonly onClose?: () => void;
}

export class EtcdWatcher implements Watcher {
  readonly #pool: EndpointPool;
  readonly #meter: Meter;
  readonly #request: OpenRequest;
  readonly #handler: WatchHandler;
  #next: number;
  /** Watchers of this stream that the server has not confirmed. */
  #unconfirmed = 0;
  /** Null for a single range: its events arrive in order. */
  #merge: RangeMerge | null = null;
  #stream: Stream | undefined;
  #endpoint = '';
  #backoffMs = BACKOFF_MIN_MS;
  #timer: NodeJS.Timeout | undefined;
  #askTimer: NodeJS.Timeout | undefined;
  #askAfterMs = ASK_AFTER_MS;
  #closed = false;

  constructor(pool: EndpointPool, meter: Meter, request: OpenRequest, handler: WatchHandler) {
    this.#pool = pool;
    this.#meter = meter;
    this.#request = request;
    this.#handler = handler;
    this.#next = request.startRevision;
    meter.watchOpened();
    void this.#open();
  }

  ping(): void {
    this.#stream?.write({ progressRequest: {} });
  }

  reconnect(reason: string): void {
    if (!this.#closed && this.#stream !== undefined) this.#broken(reason, 0);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#meter.watchClosed();
    this.#drop();
    this.#request.onClose?.();
  }

  async #open(): Promise<void> {
    const avoid = this.#endpoint;
    let endpoint: Endpoint | undefined;
    let token: string | null;
    try {
      token = await this.#pool.tokens.token();
      endpoint = this.#pool.candidates(avoid)[0];
      if (endpoint !== undefined && this.#request.ranges.length > 1) await this.#learnVersion(endpoint, token);
    } catch (cause) {
      const error = cause instanceof EngineError ? cause : new EngineError(GrpcCode.UNKNOWN, String(cause));
      this.#ended(error.code, error.message, null);
      return;
    }
    if (this.#closed || endpoint === undefined) return;
    this.#endpoint = endpoint.address;
    const stream = this.#streamTo(endpoint, token);
    if (stream === undefined) return;
    this.#stream = stream;
    stream.on('data', (response: WatchResponse) => {
      if (stream === this.#stream) this.#onResponse(response, token);
    });
    stream.on('error', (error: Error) => {
      if (stream === this.#stream) this.#ended(codeOf(error), textOf(error), token);
    });
    stream.on('end', () => {
      if (stream === this.#stream) this.#ended(GrpcCode.UNAVAILABLE, 'the server ended the stream', token);
    });
    const { ranges, withPrevious: prevKv = false } = this.#request;
    this.#unconfirmed = ranges.length;
    this.#merge = ranges.length > 1 ? new RangeMerge(this.#next) : null;
    for (const { key, end: rangeEnd } of ranges) {
      stream.write({ createRequest: { key, rangeEnd, startRevision: this.#next, progressNotify: true, prevKv } });
    }
    this.#later(CREATE_TIMEOUT_MS, () => this.#broken(`${this.#endpoint} did not confirm the watch`, 0));
  }

  /** Undefined: the engine was closed meanwhile, and the watch ends with it. */
  #streamTo(endpoint: Endpoint, token: string | null): Stream | undefined {
    try {
      return endpoint.stream(methods.watch, token);
    } catch (cause) {
      if (!(cause instanceof EngineError)) throw cause;
      this.close();
      this.#handler.onFailed(cause);
      return undefined;
    }
  }

  #onResponse(response: WatchResponse, token: string | null): void {
    if (response.canceled) {
      this.#onCanceled(response, token);
      return;
    }
    if (response.created) this.#unconfirmed--;
    if (response.created && this.#unconfirmed === 0) {
      clearTimeout(this.#timer);
      this.#backoffMs = BACKOFF_MIN_MS;
      this.#handler.onConnection({ connected: true, endpoint: this.#endpoint, error: null });
    }
    this.#handler.onAlive();
    if (this.#merge !== null) this.#onMerged(this.#merge, response);
    else if (response.events.length > 0) this.#deliver(response.events.map(toStoredEvent));
  }

  async #learnVersion(endpoint: Endpoint, token: string | null): Promise<void> {
    const version = await endpoint
      .call(methods.status, {}, { timeoutMs: VERSION_TIMEOUT_MS, token })
      .then((status) => status.version)
      .catch(() => '');
    this.#askAfterMs = answersTooEarly(version) ? ASK_OLD_AFTER_MS : ASK_AFTER_MS;
  }

  #onMerged(merge: RangeMerge, response: WatchResponse): void {
    if (response.events.length > 0) {
      if (!merge.add(response.events.map(toStoredEvent))) {
        this.close();
        this.#handler.onFailed(new EngineError(GrpcCode.DATA_LOSS, LATE, { endpoint: this.#endpoint }));
        return;
      }
    } else if (response.watchId === ALL_WATCHERS && this.#unconfirmed === 0) {
      clearTimeout(this.#askTimer);
      this.#askTimer = undefined;
      this.#deliver(merge.release(response.header?.revision ?? 0));
    }
    this.#askProgress(merge);
  }

  /**
   * Newer servers do not answer while a watcher lags behind, and the question is repeated as long as something waits. Older ones answer
   * at once; they are asked when their laggards, served every 100 ms, must have caught up.
   */
  #askProgress(merge: RangeMerge, delayMs = this.#askAfterMs): void {
    if (!merge.holds || merge !== this.#merge || this.#askTimer !== undefined) return;
    this.#askTimer = setTimeout(() => {
      this.#askTimer = undefined;
      this.ping();
      this.#askProgress(merge, ASK_AGAIN_MS);
    }, delayMs);
    this.#askTimer.unref();
  }

  #deliver(all: readonly StoredEvent[]): void {
    const events = all.filter((event) => event.kv.modRevision >= this.#next);
    const last: KeyValue | undefined = events.at(-1)?.kv;
    if (last === undefined) return;
    this.#next = last.modRevision + 1;
    this.#handler.onEvents(events, last.modRevision);
  }

  #onCanceled(response: WatchResponse, token: string | null): void {
    if (response.compactRevision > 0) {
      this.close();
      this.#handler.onCompacted(response.compactRevision);
      return;
    }
    const { code, text } = parseReason(response.cancelReason);
    this.#ended(code, text, token);
  }

  /** The stream is over: try again, unless the store said that trying cannot help. */
  #ended(code: GrpcCode, text: string, token: string | null): void {
    if (this.#closed) return;
    if (wantsLogin(text) && this.#pool.tokens.invalidate(token)) {
      this.#broken(text, 0);
      return;
    }
    if (
      code === GrpcCode.PERMISSION_DENIED ||
      code === GrpcCode.INVALID_ARGUMENT ||
      code === GrpcCode.UNAUTHENTICATED
    ) {
      this.close();
      this.#handler.onFailed(new EngineError(code, text, { endpoint: this.#endpoint }));
      return;
    }
    this.#broken(connectionReason(text), this.#backoffMs);
    this.#backoffMs = Math.min(this.#backoffMs * 2, BACKOFF_MAX_MS);
  }

  #broken(reason: string, delayMs: number): void {
    this.#drop();
    this.#handler.onConnection({ connected: false, endpoint: this.#endpoint, error: reason });
    this.#later(delayMs, () => void this.#open());
  }

  #drop(): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#askTimer);
    this.#askTimer = undefined;
    this.#merge = null;
    const stream = this.#stream;
    this.#stream = undefined;
    if (stream === undefined) return;
    stream.on('error', () => undefined);
    stream.cancel();
  }

  #later(ms: number, action: () => void): void {
    clearTimeout(this.#timer);
    if (this.#closed) return;
    this.#timer = setTimeout(action, ms);
    this.#timer.unref();
  }
}

export function toStoredEvent(event: Event): StoredEvent {
  const type = event.type === EventType.DELETE ? 'delete' : 'put';
  return { type, kv: event.kv ?? KeyValue.create(), prev: event.prevKv ?? null };
}

/** "rpc error: code = PermissionDenied desc = etcdserver: permission denied", as etcd writes refusals of a watch. */
export function parseReason(reason: string): { code: GrpcCode; text: string } {
  const match = /^rpc error: code = (\w+) desc = (.*)$/s.exec(reason);
  if (match === null)
    return { code: GrpcCode.UNAVAILABLE, text: reason === '' ? 'the server ended the watch' : reason };
  const name = (match[1] ?? '').replace(/(?<=[a-z])(?=[A-Z])/g, '_').toUpperCase();
  const code = (GrpcCode as Readonly<Record<string, GrpcCode>>)[name] ?? GrpcCode.UNKNOWN;
  return { code, text: match[2] ?? reason };
}
