/** quorate.v1.Extras: what etcd has no call for (server/docs/extras.md). All of it only reads. */
import { type ByteString, fromByteString, prefixRangeEnd, toByteString } from '../../../../lib/base/bytes.ts';
import { EtcdError, etcdErrors } from '../../../../lib/base/etcdpb/errors.ts';
import { GrpcCode } from '../../../../lib/base/grpc-status.ts';
import {
  type LeaderChange,
  type ListChildrenRequest,
  type WatcherCountsRequest,
  extrasMethods as wire,
} from '../../../../lib/base/quoratepb/extras.ts';
import type { ChildScan } from '../../mvcc/child-scan.ts';
import { type KeyRange, keyRangeOf } from '../../mvcc/key-range.ts';
import type { WatchedRange } from '../../mvcc/watch/watched-ranges.ts';
import { serverStream, unary } from '../front/method.ts';
import type { Call, Method, ServerStream, StreamHandler } from '../front/types.ts';
import {
  CHILD_SCANS_MAX,
  CHILD_SLICE_KEYS,
  CHILDREN_DEFAULT,
  CHILDREN_MAX,
  DELIMITER_BYTES_MAX,
  WATCHED_RANGES_DEFAULT,
  WATCHED_RANGES_MAX,
} from '../limits.ts';
import { readFor, type ServiceContext } from './context.ts';

const OPEN_END = Uint8Array.of(0);
const SLASH = '/' as ByteString;

export function extrasMethods(context: ServiceContext): readonly Method[] {
  const service = new ExtrasService(context);
  const { listChildren, watcherCounts, leaderChanges } = wire;
  return [
    unary(listChildren.path, listChildren, (request, call) => service.listChildren(request, call)),
    unary(watcherCounts.path, watcherCounts, (request, call) => service.watcherCounts(request, call)),
    serverStream(leaderChanges.path, leaderChanges, (stream) => new LeaderFollower(context, stream)),
  ];
}

class ExtrasService {
  readonly #context: ServiceContext;
  #scans = 0;

  constructor(context: ServiceContext) {
    this.#context = context;
  }

  async listChildren(request: ListChildrenRequest, call: Call) {
    const { member } = this.#context;
    const { prefix } = request;
    const asked = scanOf(request);
    const limit = limitOf(request.limit, CHILDREN_DEFAULT, CHILDREN_MAX);
    if (this.#scans >= CHILD_SCANS_MAX) throw etcdErrors.tooManyRequests();
    this.#scans++;
    try {
      if (!request.serializable) await member.readBarrier();
      const key = prefix.length === 0 ? OPEN_END : prefix;
      const scan = await readFor(this.#context, call, {
        check: ({ auth, identity }) => auth.checkRead(identity, key, prefixRangeEnd(prefix)),
        read: () => member.kv.children({ ...asked, limit }),
      });
      await this.#finish(scan, call);
      const children = scan.children.map((child) => ({ ...child, name: fromByteString(child.name) }));
      return { header: member.header(), children, more: scan.more, revision: scan.revision };
    } finally {
      this.#scans--;
    }
  }

  async #finish(scan: ChildScan, call: Call): Promise<void> {
    while (scan.step(CHILD_SLICE_KEYS)) {
      await new Promise<void>((resolve) => this.#context.clock.after(0, resolve));
      if (call.cancelled) throw new EtcdError(GrpcCode.CANCELED, 'context canceled');
    }
  }

  watcherCounts(request: WatcherCountsRequest, call: Call) {
    const { member } = this.#context;
    const limit = limitOf(request.limit, WATCHED_RANGES_DEFAULT, WATCHED_RANGES_MAX);
    const key = request.key.length === 0 ? OPEN_END : request.key;
    const { rangeEnd } = request;
    return readFor(this.#context, call, {
      check: ({ auth, identity }) => auth.checkRead(identity, key, rangeEnd),
      read: () => {
        const { total, ranges } = member.watches.watchersOf(keyRangeOf({ key, rangeEnd }), request.compactRevision);
        const shown = ranges.slice(0, limit).map(watchedRange);
        return { header: member.header(), ...total, ranges: shown, more: ranges.length > limit };
      },
    });
  }
}

/** @throws EtcdError when the request contradicts itself */
function scanOf({ prefix: prefixBytes, delimiter: given, after, revision }: ListChildrenRequest) {
  if (given.length > DELIMITER_BYTES_MAX) throw invalid(`a delimiter has at most ${DELIMITER_BYTES_MAX} bytes`);
  const prefix = toByteString(prefixBytes);
  const delimiter = given.length === 0 ? SLASH : toByteString(given);
  const last = toByteString(after);
  if (last !== '' && !last.startsWith(prefix)) throw invalid('"after" does not begin with the prefix');
  return { prefix, prefixEnd: endOf(prefix), delimiter, revision, from: firstBehind(last, prefix, delimiter) };
}

/** Where the page behind the child `last` begins; undefined behind the last group there can be. */
function firstBehind(last: ByteString, prefix: ByteString, delimiter: ByteString): ByteString | undefined {
  if (last === '') return prefix;
  const at = last.indexOf(delimiter, prefix.length);
  if (at < 0) return `${last}\0` as ByteString;
  if (at + delimiter.length < last.length) throw invalid('"after" is not the name of a child of the prefix');
  return endOf(last);
}

/** The first key behind all that begin with `prefix`; undefined: there is none. */
function endOf(prefix: ByteString): ByteString | undefined {
  if (prefix === '') return undefined;
  const end = prefixRangeEnd(fromByteString(prefix));
  return end.length === 1 && end[0] === 0 ? undefined : toByteString(end);
}

function limitOf(asked: number, standard: number, most: number): number {
  if (asked < 0 || asked > most) throw invalid(`"limit" is a number from 0 to ${most}`);
  return asked === 0 ? standard : asked;
}

const invalid = (text: string): EtcdError => new EtcdError(GrpcCode.INVALID_ARGUMENT, `quorate: ${text}`);

function watchedRange({ range, ...counts }: WatchedRange) {
  return { ...wireRange(range), ...counts };
}

function wireRange(range: KeyRange): { key: Uint8Array; rangeEnd: Uint8Array } {
  if (range.kind === 'key') return { key: fromByteString(range.key), rangeEnd: new Uint8Array(0) };
  if (range.kind === 'range')
    return { key: fromByteString(range.from), rangeEnd: range.to === undefined ? OPEN_END : fromByteString(range.to) };
  return { key: new Uint8Array(0), rangeEnd: new Uint8Array(0) };
}

/** Says who leads, now and after every change. A slow reader skips to the latest. */
class LeaderFollower implements StreamHandler<object> {
  readonly #context: ServiceContext;
  readonly #stream: ServerStream<LeaderChange>;
  readonly #unsubscribe: () => void;
  #said = '';

  constructor(context: ServiceContext, stream: ServerStream<LeaderChange>) {
    this.#context = context;
    this.#stream = stream;
    this.#unsubscribe = context.member.onLeaderChange(() => this.#say());
    this.#say();
  }

  onMessage(): void {}
  onEnd(): void {}

  onDrain(): void {
    this.#say();
  }

  onClose(): void {
    this.#unsubscribe();
  }

  #say(): void {
    if (this.#stream.full) return;
    const { member } = this.#context;
    const { leaderId } = member.raftStatus();
    const header = member.header();
    const news = `${leaderId} ${header.raftTerm}`;
    if (news === this.#said) return;
    this.#said = news;
    this.#stream.send({ header, leader: leaderId });
  }
}
