/**
 * A watch that survives reconnects: it goes on behind the last revision it delivered, so nothing is lost and nothing comes
 * twice. Changes of one revision arrive together, as the store sends them. A reader that is slow slows the stream down
 * (HTTP/2 flow control); nothing is buffered here without bound.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { methods } from '../base/etcdpb/methods.ts';
import type { Event } from '../base/etcdpb/mvcc.ts';
import type { WatchResponse } from '../base/etcdpb/watch.ts';
import { GrpcCode } from '../base/grpc-status.ts';
import { onAbort } from './abort.ts';
import { type Channel, retryDelayMs, toClientError } from './channel.ts';
import { ClientError, CompactedError } from './errors.ts';

export interface WatchRange {
  readonly key: Uint8Array;
  readonly rangeEnd: Uint8Array;
  /** First revision to deliver; undefined: from now on. */
  readonly startRevision: number | undefined;
  readonly prevKv: boolean;
  readonly signal: AbortSignal | undefined;
}

/** All changes of one answer: whole revisions, oldest first. */
export interface WatchBatch {
  /** The store's revision up to which everything has been delivered. */
  readonly revision: number;
  /** Empty in the first batch, which says from which revision on the watch stands. */
  readonly events: readonly Event[];
}

/** Ends when `signal` aborts. @throws CompactedError, or ClientError when the store refuses the watch. */
export async function* watchRange(channel: Channel, range: WatchRange): AsyncGenerator<WatchBatch, void, void> {
  let next = range.startRevision;
  let announced = false;
  for (let failures = 0; !range.signal?.aborted; failures++) {
    try {
      for await (const answer of openWatch(channel, { ...range, startRevision: next })) {
        failures = 0;
        const revision = answer.header?.revision ?? 0;
        if (answer.created) {
          // Watching "from now on" means from behind this revision, also after a reconnect before the first change.
          next ??= revision + 1;
          if (!announced) yield { revision: next - 1, events: [] };
          announced = true;
          continue;
        }
        if (answer.events.length === 0) {
          // A progress notice: everything up to it was delivered. Without it a quiet watch would resume where history is long gone.
          next = Math.max(next ?? 0, revision + 1);
          continue;
        }
        next = Math.max(next ?? 0, lastRevision(answer) + 1);
        yield { revision: next - 1, events: answer.events };
      }
    } catch (cause) {
      if (range.signal?.aborted) return;
      const error = toClientError(cause, false);
      if (!isPassing(error.code)) throw error;
    }
    await sleep(retryDelayMs(failures), undefined, range.signal ? { signal: range.signal } : {}).catch(() => undefined);
  }
}

async function* openWatch(channel: Channel, range: WatchRange): AsyncGenerator<WatchResponse, void, void> {
  const stream = await channel.duplex(methods.watch, { signal: range.signal });
  const finished = onAbort(range.signal, () => stream.cancel());
  try {
    stream.write({
      createRequest: {
        key: range.key,
        rangeEnd: range.rangeEnd,
        startRevision: range.startRevision ?? 0,
        prevKv: range.prevKv,
        progressNotify: true,
      },
    });
    for await (const answer of stream as AsyncIterable<WatchResponse>) {
      if (answer.compactRevision > 0) throw new CompactedError(answer.compactRevision);
      if (answer.canceled) {
        const reason = answer.cancelReason || 'the store ended the watch';
        throw new ClientError(channel.refused(reason) ? GrpcCode.UNAVAILABLE : refusalCode(reason), reason);
      }
      yield answer;
    }
  } finally {
    finished();
    stream.on('error', () => undefined); // the cancellation below reports itself
    stream.cancel();
  }
}

function lastRevision(answer: WatchResponse): number {
  return answer.events.reduce((last, event) => Math.max(last, event.kv?.modRevision ?? 0), 0);
}

function isPassing(code: GrpcCode): boolean {
  return (
    code === GrpcCode.UNAVAILABLE ||
    code === GrpcCode.CANCELED ||
    code === GrpcCode.DEADLINE_EXCEEDED ||
    code === GrpcCode.INTERNAL
  );
}

/** etcd writes the refusal of a watch as Go prints it: "rpc error: code = PermissionDenied desc = …". */
function refusalCode(reason: string): GrpcCode {
  return reason.includes('code = PermissionDenied') ? GrpcCode.PERMISSION_DENIED : GrpcCode.FAILED_PRECONDITION;
}
