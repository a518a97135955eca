/**
 * A stretch of history, read by a watch that is closed when it has caught up.
 *
 * When is it done? An event at the last revision asked for says so. So does a catch-up answer with fewer revisions than a
 * server packs into one (its header is then the store's revision, and nothing is left). Where no event comes at all only a
 * progress answer can say it; before 3.4.25 and 3.5.8 servers give that too early (etcd issue 15220), so there silence
 * is reported as not complete.
 */
import { EMPTY_BYTES } from '../../../lib/base/bytes.ts';
import { methods } from '../../../lib/base/etcdpb/methods.ts';
import type { WatchResponse } from '../../../lib/base/etcdpb/watch.ts';
import { GrpcCode } from '../../../lib/base/grpc-status.ts';
import { type ChangesRequest, type ChangesResult, EngineError, type StoredEvent, type StoredKey } from '../engine.ts';
import { codeOf, textOf } from './endpoint.ts';
import type { Meter } from './meter.ts';
import type { EndpointPool } from './pool.ts';
import { parseReason, toStoredEvent } from './watch.ts';

/** etcd sends at most this many revisions of one watcher in one catch-up answer. */
const CATCH_UP_REVISIONS = 1_000;
const PROGRESS_EVERY_MS = 50;
/** Without an event or a trustworthy progress answer. */
const SILENCE_MS = 1_500;
const TIMEOUT_MS = 20_000;
const STATUS_TIMEOUT_MS = 2_000;

export async function readChanges(pool: EndpointPool, meter: Meter, request: ChangesRequest): Promise<ChangesResult> {
  const endpoint = pool.candidates()[0];
  if (endpoint === undefined) throw new EngineError(GrpcCode.UNAVAILABLE, 'no endpoint');
  const { version } = await pool.callAt(endpoint, methods.status, {}, { timeoutMs: STATUS_TIMEOUT_MS });
  const token = await pool.tokens.token();
  const trustsProgress = hasHonestProgress(version);
  const collected = new Collector(request);
  meter.watchOpened();
  const stream = endpoint.stream(methods.watch, token);
  const timers: NodeJS.Timeout[] = [];
  try {
    return await new Promise<ChangesResult>((resolve, reject) => {
      const later = (ms: number, action: () => void): void => {
        timers.push(setTimeout(action, ms));
      };
      const finish = (complete: boolean): void => resolve(collected.result(complete));
      stream.on('error', (error: Error) => reject(new EngineError(codeOf(error), textOf(error))));
      stream.on('end', () => reject(new EngineError(GrpcCode.UNAVAILABLE, 'the server ended the stream')));
      stream.on('data', (response: WatchResponse) => {
        if (response.canceled) reject(refusal(response));
        else if (response.created) {
          if (trustsProgress) timers.push(setInterval(() => stream.write({ progressRequest: {} }), PROGRESS_EVERY_MS));
          else later(SILENCE_MS, () => collected.empty && finish(false));
        } else if (collected.take(response, trustsProgress)) finish(true);
      });
      later(TIMEOUT_MS, () => finish(false));
      const { key, end: rangeEnd, fromRevision: startRevision, withPrevious: prevKv = false } = request;
      stream.write({ createRequest: { key, rangeEnd, startRevision, prevKv } });
    });
  } finally {
    for (const timer of timers) clearTimeout(timer);
    stream.on('error', () => undefined);
    stream.cancel();
    meter.watchClosed();
  }
}

class Collector {
  readonly #request: ChangesRequest;
  #events: StoredEvent[] = [];
  #dropped = false;

  constructor(request: ChangesRequest) {
    this.#request = request;
  }

  get empty(): boolean {
    return this.#events.length === 0;
  }

  /** True when nothing up to the last revision asked for can follow. */
  take(response: WatchResponse, trustsProgress: boolean): boolean {
    const { toRevision, eventsMax } = this.#request;
    const current = response.header?.revision ?? 0;
    if (response.events.length === 0) return trustsProgress && current >= toRevision;
    let revisions = 0;
    let last = 0;
    for (const raw of response.events) {
      const event = toStoredEvent(raw);
      const { modRevision } = event.kv;
      if (modRevision !== last) revisions++;
      last = modRevision;
      if (modRevision <= toRevision) this.#events.push(copyOf(event));
    }
    // Twice the bound before cutting, so that cutting stays cheap.
    if (this.#events.length > 2 * eventsMax) this.#cut();
    return last >= toRevision || (revisions < CATCH_UP_REVISIONS && current >= toRevision);
  }

  result(complete: boolean): ChangesResult {
    this.#cut();
    return { events: this.#events, dropped: this.#dropped, complete };
  }

  #cut(): void {
    const { eventsMax } = this.#request;
    if (this.#events.length <= eventsMax) return;
    this.#events = this.#events.slice(-eventsMax);
    this.#dropped = true;
  }
}

function copyOf({ type, kv, prev }: StoredEvent): StoredEvent {
  return { type, kv: copyKey(kv), prev: prev === null ? null : copyKey(prev) };
}

const copyKey = (kv: StoredKey): StoredKey => ({
  ...kv,
  key: kv.key.slice(),
  value: kv.value.length === 0 ? EMPTY_BYTES : kv.value.slice(),
});

function refusal(response: WatchResponse): EngineError {
  if (response.compactRevision > 0) {
    return new EngineError(GrpcCode.OUT_OF_RANGE, 'etcdserver: mvcc: required revision has been compacted');
  }
  const { code, text } = parseReason(response.cancelReason);
  return new EngineError(code, text);
}

/** Versions that answer a progress request only when the watch has caught up. */
export function hasHonestProgress(version: string): boolean {
  const [major = 0, minor = 0, patch = 0] = version.split('.').map((part) => Number.parseInt(part, 10));
  if (major !== 3) return major > 3;
  if (minor === 4) return patch >= 25;
  if (minor === 5) return patch >= 8;
  return minor > 5;
}
