/**
 * The one stream of a store: opens it, reads it, and opens it again with Last-Event-ID when it breaks.
 * Waits 0.25 s after the first failure, doubling to 8 s; a stream that is silent for SILENCE_MS_MAX counts as broken, since the server
 * sends at least a heartbeat.
 */
import { failureOf } from '../api/call.ts';
import type { LiveEventName } from '../api/types.ts';
import { INITIAL_STATUS, type LiveFailure, readSent, type SentEvent, type StreamListener } from './protocol.ts';
import { SseParser } from './sse-parser.ts';

const RETRY_MS_MIN = 250;
export const RETRY_MS_MAX = 8_000;
export const SILENCE_MS_MAX = 45_000;

/** The outside world, so that tests need neither network nor clock. */
export interface ConnectionWorld {
  readonly fetch: (path: string, init: RequestInit) => Promise<Response>;
  readonly now: () => number;
  /** Runs `task` once after `ms`; returns how to call it off. */
  readonly after: (ms: number, task: () => void) => () => void;
}

const browserWorld: ConnectionWorld = {
  fetch: (path, init) => fetch(path, init),
  now: () => Date.now(),
  after: (ms, task) => {
    const timer = setTimeout(task, ms);
    return () => clearTimeout(timer);
  },
};

const NAMES: ReadonlySet<string> = new Set<LiveEventName>([
  'hello',
  'cluster',
  'revision',
  'index',
  'changes',
  'gap',
  'recent',
  'bye',
]);

export class LiveConnection {
  readonly #path: string;
  readonly #listener: StreamListener;
  readonly #world: ConnectionWorld;
  #abort: AbortController | null = null;
  #cancelTimer: () => void = () => {};
  #isClosed = false;
  #attempt = 0;
  #downSince: number | null = null;
  #lastFailure: LiveFailure | null = null;
  #lastEventId = '';

  constructor(path: string, listener: StreamListener, world: ConnectionWorld = browserWorld) {
    this.#path = path;
    this.#listener = listener;
    this.#world = world;
    listener.onStatus(INITIAL_STATUS);
    this.#open();
  }

  /** Tries now, if it is waiting; a stream that is open is left alone. */
  retryNow(): void {
    if (this.#isClosed || this.#abort !== null) return;
    this.#open();
  }

  close(): void {
    this.#isClosed = true;
    this.#cancelTimer();
    this.#abort?.abort();
  }

  #open(): void {
    this.#cancelTimer();
    this.#attempt++;
    const abort = new AbortController();
    this.#abort = abort;
    this.#listener.onStatus({
      phase: 'connecting',
      attempt: this.#attempt,
      downSince: this.#downSince,
      failure: this.#lastFailure,
    });
    void this.#read(abort).then(
      (failure) => this.#onEnd(failure),
      (cause: unknown) => this.#onEnd(this.#networkFailure(cause)),
    );
  }

  /** Resolves with the reason when the stream ends in an orderly way. */
  async #read(abort: AbortController): Promise<LiveFailure> {
    const headers: Record<string, string> = { accept: 'text/event-stream' };
    if (this.#lastEventId !== '') headers['last-event-id'] = this.#lastEventId;
    this.#watchSilence(abort);
    const response = await this.#world.fetch(this.#path, { headers, cache: 'no-store', signal: abort.signal });
    if (!response.ok || response.body === null) {
      const failure = await failureOf(response, this.#path);
      return { code: failure.code, message: failure.message, where: this.#path };
    }
    const parser = new SseParser((event) => {
      this.#lastEventId = event.id;
      this.#deliver(event.name, event.data);
    });
    const reader = response.body
      .pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, BufferSource>)
      .getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return { code: 'NETWORK', message: 'The console ended the stream.', where: this.#path };
      this.#watchSilence(abort);
      parser.push(value);
    }
  }

  #deliver(name: string, text: string): void {
    if (this.#isClosed || !NAMES.has(name)) return;
    if (name === 'hello') this.#onOpen();
    const sent = { name: name as LiveEventName, text, receivedAt: this.#world.now() } satisfies SentEvent;
    this.#listener.onMessage(readSent(sent), sent);
  }

  #onOpen(): void {
    this.#attempt = 0;
    this.#downSince = null;
    this.#lastFailure = null;
    this.#listener.onStatus({ phase: 'open', since: this.#world.now() });
  }

  #watchSilence(abort: AbortController): void {
    this.#cancelTimer();
    this.#cancelTimer = this.#world.after(SILENCE_MS_MAX, () =>
      abort.abort(new Error('the stream was silent for too long')),
    );
  }

  #onEnd(failure: LiveFailure): void {
    this.#cancelTimer();
    this.#abort?.abort();
    this.#abort = null;
    if (this.#isClosed) return;
    const now = this.#world.now();
    this.#downSince ??= now;
    this.#lastFailure = failure;
    const attempt = Math.max(1, this.#attempt);
    const wait = Math.min(RETRY_MS_MAX, RETRY_MS_MIN * 2 ** (attempt - 1));
    this.#listener.onStatus({ phase: 'waiting', attempt, downSince: this.#downSince, retryAt: now + wait, failure });
    this.#cancelTimer = this.#world.after(wait, () => this.#open());
  }

  #networkFailure(cause: unknown): LiveFailure {
    const detail = cause instanceof Error && cause.message !== '' ? ` (${cause.message})` : '';
    return { code: 'NETWORK', message: `The console does not answer${detail}.`, where: this.#path };
  }
}
