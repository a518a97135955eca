/** Who watches what, asked of quorate.v1.Extras of the bundled store; any other server answers UNIMPLEMENTED. Leader changes: leader-stream.ts. */
import { GrpcCode } from '../../../lib/base/grpc-status.ts';
import { extrasMethods } from '../../../lib/base/quoratepb/extras.ts';
import { EngineError, type ExtrasCapability } from '../engine.ts';
import type { EndpointPool } from './pool.ts';

const COUNT_TIMEOUT_MS = 2_000;

export function extrasOf(pool: EndpointPool): ExtrasCapability {
  return {
    async watchers(endpoint, { key, end, compactRevision, rangesMax }) {
      try {
        return await pool.callAt(
          pool.endpoint(endpoint),
          extrasMethods.watcherCounts,
          { key, rangeEnd: end, compactRevision, limit: rangesMax },
          { timeoutMs: COUNT_TIMEOUT_MS },
        );
      } catch (error) {
        if (error instanceof EngineError && error.code === GrpcCode.UNIMPLEMENTED) return null;
        throw error;
      }
    },
  };
}
