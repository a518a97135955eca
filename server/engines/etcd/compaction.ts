/**
 * Where history begins. etcd has no call for it; a watch on one key from an older revision is cancelled with the answer.
 * Cost: one single-key read when nothing changed, one short watch when something did.
 */

import { methods } from '../../../lib/base/etcdpb/methods.ts';
import { GrpcCode } from '../../../lib/base/grpc-status.ts';
import { EngineError } from '../engine.ts';
import type { Meter } from './meter.ts';
import type { EndpointPool } from './pool.ts';
import { EtcdWatcher } from './watch.ts';

const ANSWER_TIMEOUT_MS = 3_000;
/** @param probe any key the user may read, existing or not */
export async function compactedRevision(
  pool: EndpointPool,
  meter: Meter,
  known: number,
  probe: Uint8Array,
): Promise<number> {
  // A fresh store is at revision 1, so 1 is readable unless something was compacted.
  const revision = Math.max(known, 1);
  try {
    await pool.call(methods.range, { key: probe, revision, limit: 1, keysOnly: true });
    return known;
  } catch (cause) {
    if (!(cause instanceof EngineError) || cause.code !== GrpcCode.OUT_OF_RANGE) throw cause;
  }
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      watcher.close();
    };
    const timer = setTimeout(() => {
      stop();
      reject(new EngineError(GrpcCode.DEADLINE_EXCEEDED, 'the store did not say where its history begins'));
    }, ANSWER_TIMEOUT_MS);
    const ignore = (): void => undefined;
    const watcher = new EtcdWatcher(
      pool,
      meter,
      { ranges: [{ key: probe, end: new Uint8Array(0) }], startRevision: revision },
      {
        onEvents: ignore,
        onAlive: ignore,
        onConnection: ignore,
        onCompacted: (compacted) => {
          stop();
          resolve(compacted);
        },
        onFailed: (error) => {
          stop();
          reject(error);
        },
      },
    );
  });
}
