/**
 * etcdserverpb.Watch: many watchers on one stream.
 *
 * Invariants: the created answer leaves before any event of its watcher; header.revision R of an answer means that every
 * event <= R of that watcher has left; a full output never buffers: the watcher falls back to history until drained.
 */

import type { Revision } from '../../../../lib/base/brand.ts';
import { compareBytes, toByteString } from '../../../../lib/base/bytes.ts';
import { etcdErrors } from '../../../../lib/base/etcdpb/errors.ts';
import type { Event } from '../../../../lib/base/etcdpb/mvcc.ts';
import { FilterType, type WatchCreateRequest, WatchRequest, WatchResponse } from '../../../../lib/base/etcdpb/watch.ts';
import type { WatchBatch, WatchHandle, WatchSink } from '../../mvcc/types.ts';
import type { Timer } from '../../ports/clock.ts';
import { bidi } from '../front/method.ts';
import type { Method, ServerStream, StreamHandler } from '../front/types.ts';
import { STREAM_WATCHERS_MAX } from '../limits.ts';
import { headerAt, type ServiceContext } from './context.ts';
import { fragmentsOf } from './watch-fragments.ts';
import { refusalOfWatch } from './watch-permission.ts';
import { WatchWire, watchIdField } from './watch-wire.ts';

/** The id of answers that concern no watcher, or all of them. */
const NO_WATCH_ID = -1n;
const PROGRESS_JITTER = 0.1;
const OPEN_END = Uint8Array.of(0);

export function watchMethods(context: ServiceContext): readonly Method[] {
  const wire = new WatchWire();
  return [
    bidi(
      '/etcdserverpb.Watch/Watch',
      { request: WatchRequest, response: WatchResponse },
      (stream) => new WatchStream(context, wire, stream),
    ),
  ];
}

class WatchStream implements StreamHandler<WatchRequest> {
  readonly context: ServiceContext;
  readonly wire: WatchWire;
  readonly stream: ServerStream<WatchResponse>;
  readonly #watchers = new Map<bigint, Watcher>();
  readonly #stalled = new Set<Watcher>();
  #nextId = 0n;
  #progressTimer: Timer | undefined;
  /** Messages behind a creation that is not decided yet. */
  #waiting: WatchRequest[] | undefined;
  #isClosed = false;

  constructor(context: ServiceContext, wire: WatchWire, stream: ServerStream<WatchResponse>) {
    this.context = context;
    this.wire = wire;
    this.stream = stream;
  }

  /** In their order: what comes while a creation waits to learn who calls waits, too. */
  onMessage(request: WatchRequest): void {
    if (this.#waiting !== undefined) this.#waiting.push(request);
    else if (request.createRequest === undefined) this.#handle(request);
    else if (!this.context.member.auth.isEnabled) this.#create(request.createRequest, undefined);
    else this.#createWhenPermitted(request.createRequest);
  }

  #createWhenPermitted(request: WatchCreateRequest): void {
    this.#waiting = [];
    this.stream.pauseReading();
    refusalOfWatch(this.context, this.stream, request).then(
      (refusal) => {
        const waiting = this.#waiting ?? [];
        this.#waiting = undefined;
        if (this.#isClosed) return;
        this.#create(request, refusal);
        this.stream.resumeReading();
        for (const next of waiting) this.onMessage(next);
      },
      (error: Error) => this.stream.fail(error),
    );
  }

  #handle(request: WatchRequest): void {
    if (request.cancelRequest !== undefined) this.#cancel(request.cancelRequest.watchId);
    else if (request.progressRequest !== undefined) this.#progress();
  }

  /** A client that has no more requests still gets its events: etcd leaves the stream open, and so do we. */
  onEnd(): void {}

  onDrain(): void {
    const stalled = [...this.#stalled];
    this.#stalled.clear();
    for (const watcher of stalled) watcher.handle?.resume();
  }

  onClose(): void {
    this.#isClosed = true;
    this.#waiting = undefined;
    this.#progressTimer?.cancel();
    this.#progressTimer = undefined;
    for (const watcher of this.#watchers.values()) watcher.handle?.cancel();
    this.#watchers.clear();
    this.#stalled.clear();
  }

  #create(request: WatchCreateRequest, forbidden: string | undefined): void {
    const { member } = this.context;
    const refusal = this.#refusal(request, forbidden);
    if (refusal !== undefined) {
      const failed = { watchId: NO_WATCH_ID, created: true, canceled: true, cancelReason: refusal };
      this.stream.send({ header: member.header(), ...failed });
      return;
    }
    const id = request.watchId === 0n ? this.#takeId() : request.watchId;
    const watcher = new Watcher(this, id, request);
    this.#watchers.set(id, watcher);
    watcher.handle = member.watches.watch(
      {
        key: toByteString(request.key.length === 0 ? OPEN_END : request.key),
        rangeEnd: toByteString(request.rangeEnd),
        startRevision: request.startRevision,
        prevKv: request.prevKv,
        noPut: request.filters.includes(FilterType.NOPUT),
        noDelete: request.filters.includes(FilterType.NODELETE),
      },
      watcher,
    );
    this.stream.send({ header: member.header(), watchId: id, created: true });
    if (request.progressNotify) this.#startProgressTimer();
  }

  /** Why this watcher cannot be, in etcd's words. */
  #refusal(request: WatchCreateRequest, forbidden: string | undefined): string | undefined {
    if (request.startRevision < 0) return etcdErrors.compacted().message;
    if (forbidden !== undefined) return forbidden;
    const key = request.key.length === 0 ? OPEN_END : request.key;
    const isOpen = request.rangeEnd.length === 1 && request.rangeEnd[0] === 0;
    if (request.rangeEnd.length > 0 && !isOpen && compareBytes(key, request.rangeEnd) >= 0) {
      return 'mvcc: watcher range is empty';
    }
    if (request.watchId !== 0n && this.#watchers.has(request.watchId)) {
      return 'mvcc: duplicate watch ID provided on the WatchStream';
    }
    if (this.#watchers.size >= STREAM_WATCHERS_MAX) {
      return `quorate: a stream holds at most ${STREAM_WATCHERS_MAX} watchers; open another one`;
    }
    return undefined;
  }

  #takeId(): bigint {
    while (this.#watchers.has(this.#nextId)) this.#nextId++;
    return this.#nextId++;
  }

  /** An unknown id gets no answer, as etcd gives none. */
  #cancel(id: bigint): void {
    const watcher = this.#watchers.get(id);
    if (watcher === undefined) return;
    watcher.handle?.cancel();
    this.forget(watcher);
    this.stream.send({ header: this.context.member.header(), watchId: id, canceled: true });
  }

  /** One answer for the whole stream, and only when it is true of every watcher on it. Otherwise silence. */
  #progress(): void {
    const header = this.context.member.header();
    if (this.#watchers.size === 0) return;
    for (const watcher of this.#watchers.values()) if (watcher.handle?.isSynced() !== true) return;
    this.stream.send({ header, watchId: NO_WATCH_ID });
  }

  #startProgressTimer(): void {
    if (this.#progressTimer !== undefined) return;
    const { clock, random, progressNotifyIntervalMs } = this.context;
    const delayMs = progressNotifyIntervalMs * (1 + PROGRESS_JITTER * random());
    this.#progressTimer = clock.after(delayMs, () => {
      this.#progressTimer = undefined;
      let anyLeft = false;
      for (const watcher of this.#watchers.values()) anyLeft = watcher.notifyProgress() || anyLeft;
      if (anyLeft) this.#startProgressTimer();
    });
  }

  stall(watcher: Watcher): void {
    this.#stalled.add(watcher);
  }

  forget(watcher: Watcher): void {
    this.#watchers.delete(watcher.id);
    this.#stalled.delete(watcher);
  }
}

class Watcher implements WatchSink {
  readonly id: bigint;
  handle: WatchHandle | undefined;
  readonly #owner: WatchStream;
  readonly #fragment: boolean;
  readonly #wantsProgress: boolean;
  readonly #idField: Uint8Array;
  #sentSinceNotify = false;

  constructor(owner: WatchStream, id: bigint, request: WatchCreateRequest) {
    this.#owner = owner;
    this.id = id;
    this.#idField = watchIdField(id);
    this.#fragment = request.fragment;
    this.#wantsProgress = request.progressNotify;
  }

  deliver(batch: WatchBatch): boolean {
    const { stream, context, wire } = this.#owner;
    if (stream.full) {
      this.#owner.stall(this);
      return false;
    }
    if (batch.events.length === 0) return true;
    this.#sentSinceNotify = true;
    const header = headerAt(context.member, batch.revision);
    if (this.#fragment) this.#sendFragments(header, batch.events);
    else {
      const encoded = wire.partsOf(header, this.#idField, batch.events);
      stream.send({ header, watchId: this.id, events: batch.events }, encoded);
    }
    return true;
  }

  #sendFragments(header: ReturnType<typeof headerAt>, events: readonly Event[]): void {
    const { stream, context } = this.#owner;
    const parts = fragmentsOf(events, context.receiveBytesMax);
    parts.forEach((part, i) => {
      stream.send({ header, watchId: this.id, events: part, fragment: i < parts.length - 1 });
    });
  }

  compacted(compactRevision: Revision): void {
    const { stream, context } = this.#owner;
    this.#owner.forget(this);
    stream.send({ header: headerAt(context.member, 0), watchId: this.id, canceled: true, compactRevision });
  }

  /** False when this watcher never asked for progress. */
  notifyProgress(): boolean {
    if (!this.#wantsProgress) return false;
    const { stream, context } = this.#owner;
    if (!this.#sentSinceNotify && !stream.full && this.handle?.isSynced() === true) {
      stream.send({ header: context.member.header(), watchId: this.id });
    }
    this.#sentSinceNotify = false;
    return true;
  }
}
