/**
 * Changes of leaders as a member tells them at once: a call of the bundled store (server/docs/extras.md). Others answer that they do not
 * know it, and are asked for their Status instead.
 */
import { GrpcCode } from '../../../lib/base/grpc-status.ts';
import { extrasMethods } from '../../../lib/base/quoratepb/extras.ts';
import { EngineError, type LeaderFollowing, type LeaderNews } from '../engine.ts';
import type { EndpointPool } from './pool.ts';

export function followLeader(pool: EndpointPool, address: string, onNews: (news: LeaderNews) => void): LeaderFollowing {
  const end = new AbortController();
  const follow = async (): Promise<'unsupported' | 'broken'> => {
    try {
      const options = { token: await pool.tokens.token(), signal: end.signal };
      for await (const news of pool.endpoint(address).download(extrasMethods.leaderChanges, {}, options)) {
        if (end.signal.aborted) break;
        onNews({
          memberId: news.header?.memberId ?? 0n,
          leader: news.leader,
          raftTerm: news.header?.raftTerm ?? 0,
        });
      }
      return 'broken';
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      return error.code === GrpcCode.UNIMPLEMENTED ? 'unsupported' : 'broken';
    }
  };
  return { ended: follow(), close: () => end.abort() };
}
