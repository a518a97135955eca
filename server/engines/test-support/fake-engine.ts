/**
 * A store in memory behind the Engine interface, with its faults under the test's control: lists that fail,
 * watches that break, history that is compacted. Keys are text; revisions count like etcd's.
 */
import { compareBytes, equalBytes, toByteString, utf8Decode, utf8Encode } from '../../../lib/base/bytes.ts';
import { GrpcCode } from '../../../lib/base/grpc-status.ts';
import type { KeyRange } from '../../../lib/keys/ranges.ts';
import {
  type ChangesRequest,
  type ChangesResult,
  type Engine,
  EngineError,
  type Guard,
  type GuardedWrite,
  type ListRequest,
  type ListResult,
  type StoredEvent,
  type StoredKey,
  type Watcher,
  type WatchHandler,
  type WatchRequest,
  type WriteOutcome,
} from '../engine.ts';

interface FakeWatch {
  readonly request: WatchRequest;
  readonly handler: WatchHandler;
  next: number;
  connected: boolean;
}

export interface WriteFault {
  readonly when: 'before' | 'after';
  readonly error: EngineError;
}

export class FakeEngine implements Engine {
  readonly kind = 'etcd';
  readonly endpoints = ['fake:1'];
  readonly leases = null;
  readonly cluster = null;
  readonly access = null;
  readonly maintenance = null;
  readonly metrics = null;
  readonly extras = null;
  revision = 1;
  compacted = 0;
  /** Lists answered so far. */
  lists = 0;
  /** Called before the n-th list is answered; may change the store, or throw in the store's name. */
  onList: (n: number) => void = () => undefined;
  writes = 0;
  /** May change the store before the n-th write, or name a failure before or after it happened. */
  onWrite: (n: number, request: GuardedWrite) => WriteFault | undefined = () => undefined;
  /** Pages hold at most this many keys, whatever was asked. */
  pageKeys = Number.POSITIVE_INFINITY;
  reconnects: string[] = [];
  pings = 0;
  readonly #events: StoredEvent[] = [];
  readonly #newest = new Map<string, StoredKey>();
  readonly #watches = new Set<FakeWatch>();
  #closed: EngineError | undefined;

  get watchCount(): number {
    return this.#watches.size;
  }

  put(key: string, value = ''): number {
    return this.commit([{ key, value }]);
  }

  remove(key: string): number {
    return this.commit([{ key, value: null }]);
  }

  /** Several changes at one revision. */
  commit(changes: readonly { readonly key: string; readonly value: string | null }[]): number {
    this.revision++;
    for (const { key, value } of changes) this.#events.push(this.#eventFor(utf8Encode(key), value));
    for (const watch of [...this.#watches]) this.#deliver(watch);
    return this.revision;
  }

  compact(revision: number): void {
    this.compacted = revision;
  }

  breakWatches(error = 'connection lost'): void {
    for (const watch of this.#watches) {
      watch.connected = false;
      watch.handler.onConnection({ connected: false, endpoint: 'fake:1', error });
    }
  }

  resumeWatches(): void {
    for (const watch of [...this.#watches]) {
      watch.connected = true;
      if (watch.next < this.compacted) {
        this.#watches.delete(watch);
        watch.handler.onCompacted(this.compacted);
        continue;
      }
      watch.handler.onConnection({ connected: true, endpoint: 'fake:1', error: null });
      this.#deliver(watch);
    }
  }

  readonly kv = {
    list: async (request: ListRequest): Promise<ListResult> => {
      this.#requireOpen();
      this.lists++;
      this.onList(this.lists);
      const at = request.revision === undefined || request.revision === 0 ? this.revision : request.revision;
      this.#requireReadable(at);
      const all = this.#stateAt(at).filter((kv) => inRange(kv.key, request));
      const limit = Math.min(request.limit || Number.POSITIVE_INFINITY, this.pageKeys);
      return {
        revision: this.revision,
        kvs: request.countOnly === true ? [] : all.slice(0, limit),
        more: request.countOnly !== true && all.length > limit,
        count: all.length,
      };
    },
    write: async (request: GuardedWrite): Promise<WriteOutcome> => {
      this.#requireOpen();
      this.writes++;
      const fault = this.onWrite(this.writes, request);
      if (fault?.when === 'before') throw fault.error;
      const outcome = this.#write(request);
      if (fault?.when === 'after') throw fault.error;
      return outcome;
    },
  };

  readonly history = {
    compactedRevision: async (): Promise<number> => this.compacted,
    changes: async (request: ChangesRequest): Promise<ChangesResult> => {
      this.#requireOpen();
      this.#requireReadable(request.fromRevision);
      const all = this.#events.filter(
        ({ kv }) =>
          kv.modRevision >= request.fromRevision && kv.modRevision <= request.toRevision && inRange(kv.key, request),
      );
      const events = all.slice(-request.eventsMax);
      return { events, dropped: events.length < all.length, complete: true };
    },
  };

  watch(request: WatchRequest, handler: WatchHandler): Watcher {
    const watch: FakeWatch = { request, handler, next: request.startRevision, connected: true };
    this.#watches.add(watch);
    queueMicrotask(() => {
      if (!this.#watches.has(watch)) return;
      handler.onConnection({ connected: true, endpoint: 'fake:1', error: null });
      this.#deliver(watch);
    });
    return {
      ping: () => {
        this.pings++;
      },
      reconnect: (reason) => {
        this.reconnects.push(reason);
        watch.connected = true;
        this.#deliver(watch);
      },
      close: () => {
        this.#watches.delete(watch);
      },
    };
  }

  /** The server stops sending without a word. */
  silence(): void {
    for (const watch of this.#watches) watch.connected = false;
  }

  cost() {
    return { rpcs: this.lists, bytesSent: 0, bytesReceived: 0, watches: this.#watches.size };
  }

  close(why = new EngineError(GrpcCode.UNAVAILABLE, 'the console is closing')): void {
    this.#closed = why;
    this.#watches.clear();
  }

  #requireOpen(): void {
    if (this.#closed !== undefined) throw this.#closed;
  }

  #write({ guards, ops, otherwiseRead }: GuardedWrite): WriteOutcome {
    const now = this.#stateAt(this.revision);
    const succeeded = guards.every((guard) => holds(guard, now));
    if (!succeeded) {
      const reads = otherwiseRead.map((range) => now.filter((kv) => inRange(kv.key, range)));
      return { succeeded, revision: this.revision, deleted: [], reads };
    }
    const hit = ops.map((op) => (op.type === 'put' ? [] : now.filter((kv) => inRange(kv.key, op.range))));
    this.commit(
      ops.flatMap((op, i): { readonly key: string; readonly value: string | null }[] =>
        op.type === 'put'
          ? [{ key: utf8Decode(op.key) ?? '', value: utf8Decode(op.value) ?? '' }]
          : (hit[i] ?? []).map((kv) => ({ key: utf8Decode(kv.key) ?? '', value: null })),
      ),
    );
    return { succeeded, revision: this.revision, deleted: hit.map((keys) => keys.length), reads: [] };
  }

  #requireReadable(revision: number): void {
    if (revision < this.compacted)
      throw new EngineError(GrpcCode.OUT_OF_RANGE, 'etcdserver: mvcc: required revision has been compacted');
    if (revision > this.revision)
      throw new EngineError(GrpcCode.OUT_OF_RANGE, 'etcdserver: mvcc: required revision is a future revision');
  }

  #eventFor(key: Uint8Array, value: string | null): StoredEvent {
    const name = toByteString(key);
    const prev = this.#newest.get(name) ?? null;
    const kv: StoredKey = {
      key,
      value: utf8Encode(value ?? ''),
      createRevision: value === null ? 0 : (prev?.createRevision ?? this.revision),
      modRevision: this.revision,
      version: value === null ? 0 : (prev?.version ?? 0) + 1,
      lease: 0n,
    };
    if (value === null) this.#newest.delete(name);
    else this.#newest.set(name, kv);
    return { type: value === null ? 'delete' : 'put', kv, prev };
  }

  #stateAt(revision: number): StoredKey[] {
    const state = new Map<string, StoredKey>();
    for (const { type, kv } of this.#events) {
      if (kv.modRevision > revision) break;
      if (type === 'put') state.set(toByteString(kv.key), kv);
      else state.delete(toByteString(kv.key));
    }
    return [...state.values()].sort((a, b) => compareBytes(a.key, b.key));
  }

  #deliver(watch: FakeWatch): void {
    if (!watch.connected) return;
    const due = this.#events.filter(
      ({ kv }) => kv.modRevision >= watch.next && watch.request.ranges.some((range) => inRange(kv.key, range)),
    );
    if (due.length === 0) return;
    watch.next = this.revision + 1;
    watch.handler.onAlive();
    watch.handler.onEvents(due, due.at(-1)?.kv.modRevision ?? 0);
  }
}

/** As etcd compares: for every key of the range; none counts as one whose numbers are all 0. */
function holds({ target, is, value, ...range }: Guard, now: readonly StoredKey[]): boolean {
  const found = now.filter((kv) => inRange(kv.key, range));
  const numbers = found.length === 0 ? [0] : found.map((kv) => Number(kv[target]));
  const wanted = Number(value);
  return numbers.every((number) => {
    if (is === '=') return number === wanted;
    if (is === '!=') return number !== wanted;
    return is === '<' ? number < wanted : number > wanted;
  });
}

function inRange(key: Uint8Array, range: KeyRange): boolean {
  if (range.end.length === 0) return equalBytes(key, range.key);
  const isOpen = equalBytes(range.end, Uint8Array.of(0));
  return compareBytes(key, range.key) >= 0 && (isOpen || compareBytes(key, range.end) < 0);
}
