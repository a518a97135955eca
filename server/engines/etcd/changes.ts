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
import type { Endpoint } from './endpoint.ts';
import type { Meter } from './meter.ts';
import type { EndpointPool } from './pool.ts';
import { parseReason, toStoredEvent } from './watch.ts';

/** etcd sends at most this many revisions of one watcher in one catch-up answer. */
const CATCH_UP_REVISIONS = 1_000;
const PROGRESS_EVERY_MS = 50;
/** A server that has not confirmed the watch by then is given up for another one. */
const CREATE_TIMEOUT_MS = 3_000;
/** Without an event or a trustworthy progress answer. */
const SILENCE_MS = 1_500;
const TIMEOUT_MS = 20_000;
const STATUS_TIMEOUT_MS = 2_000;
const READ_OPTIONS = { timeoutMs: STATUS_TIMEOUT_MS };

/** As a read: the next endpoint is asked when one cannot answer. @throws EngineError */
export function readChanges(pool: EndpointPool, meter: Meter, request: ChangesRequest): Promise<ChangesResult> {
  return pool.fromAny(async (endpoint) => {
    const { version } = await pool.callAt(endpoint, methods.status, {}, { timeoutMs: STATUS_TIMEOUT_MS });
    const source = { endpoint, meter, trustsProgress: hasHonestProgress(version) };
    const read = () => pool.withToken(endpoint.address, (token) => readAt(source, request, token));
    try {
      return await read();
    } catch (error) {
      if (!(error instanceof EngineError) || error.code !== GrpcCode.PERMISSION_DENIED) throw error;
      // Servers before 3.5 refuse a watch with a token that they forgot in the same words. A read is told the difference.
      const used = pool.tokens.current;
      await pool.callAt(endpoint, methods.range, { key: request.key, limit: 1, keysOnly: true }, READ_OPTIONS);
      if (pool.tokens.current === used) throw error;
      return read();
    }
  });
}

interface Source {
  readonly endpoint: Endpoint;
  readonly meter: Meter;
  readonly trustsProgress: boolean;
}

async function readAt(
  { endpoint, meter, trustsProgress }: Source,
  request: ChangesRequest,
  token: string | null,
): Promise<ChangesResult> {
  const collected = new Collector(request);
  const stream = endpoint.stream(methods.watch, token);
  meter.watchOpened();
  const timers: NodeJS.Timeout[] = [];
  try {
    return await new Promise<ChangesResult>((resolve, reject) => {
      const later = (ms: number, action: () => void): void => {
        timers.push(setTimeout(action, ms));
      };
      let isConfirmed = false;
      const finish = (complete: boolean): void => resolve(collected.result(complete));
      const fail = (code: GrpcCode, text: string): void =>
        reject(new EngineError(code, text, { endpoint: endpoint.address }));
      stream.on('error', (error: Error) => reject(endpoint.explain(error, true, TIMEOUT_MS)));
      stream.on('end', () => fail(GrpcCode.UNAVAILABLE, `${endpoint.address} ended the stream`));
      stream.on('data', (response: WatchResponse) => {
        if (response.canceled) reject(refusal(response, endpoint.address));
        else if (response.created) {
          isConfirmed = true;
          if (trustsProgress) timers.push(setInterval(() => stream.write({ progressRequest: {} }), PROGRESS_EVERY_MS));
          else later(SILENCE_MS, () => collected.empty && finish(false));
        } else if (collected.take(response, trustsProgress)) finish(true);
      });
      later(CREATE_TIMEOUT_MS, () => {
        if (!isConfirmed) fail(GrpcCode.DEADLINE_EXCEEDED, `${endpoint.address} did not confirm the watch`);
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

function refusal(response: WatchResponse, endpoint: string): EngineError {
  if (response.compactRevision > 0) {
    return new EngineError(GrpcCode.OUT_OF_RANGE, 'etcdserver: mvcc: required revision has been compacted', {
      endpoint,
    });
  }
  const { code, text } = parseReason(response.cancelReason);
  return new EngineError(code, text, { endpoint });
}

/** Versions that answer a progress request only when the watch has caught up. */
function hasHonestProgress(version: string): boolean {
  const [major = 0, minor = 0, patch = 0] = version.split('.').map((part) => Number.parseInt(part, 10));
  if (major !== 3) return major > 3;
  if (minor === 4) return patch >= 25;
  if (minor === 5) return patch >= 8;
  return minor > 5;
}
