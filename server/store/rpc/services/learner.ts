/**
 * A learner serves what cannot mislead: its own status, snapshots and serializable reads. Everything else is refused as etcd does, so
 * that clients turn to a voter.
 */

import { etcdErrors } from '../../../../lib/base/etcdpb/errors.ts';
import type { RangeRequest } from '../../../../lib/base/etcdpb/kv.ts';
import type { StoreMember } from '../../member/types.ts';
import type { Method } from '../front/types.ts';

/** What a member says of itself. */
const OWN_VIEW: ReadonlySet<string> = new Set([
  '/etcdserverpb.Maintenance/Status',
  '/quorate.v1.Extras/WatcherCounts',
  '/quorate.v1.Extras/LeaderChanges',
]);
const READS: ReadonlySet<string> = new Set(['/etcdserverpb.KV/Range', '/quorate.v1.Extras/ListChildren']);
const SNAPSHOT = '/etcdserverpb.Maintenance/Snapshot';

/** The same methods, refused while `member` is a learner. */
export function guardLearner(member: StoreMember, methods: readonly Method[]): readonly Method[] {
  const isLearner = () => member.members().some(({ id, isLearner }) => id === member.memberId && isLearner);
  return methods.map((method) => {
    if (OWN_VIEW.has(method.path) || method.path === SNAPSHOT) return method;
    if (method.kind === 'stream') {
      const { open } = method;
      return {
        ...method,
        open: (stream) => {
          if (isLearner()) throw etcdErrors.learnerRefuses();
          return open(stream);
        },
      };
    }
    const { handle } = method;
    const isServed = (request: object) =>
      READS.has(method.path) && (request as Pick<RangeRequest, 'serializable'>).serializable;
    return {
      ...method,
      handle: (request, call) => {
        if (isLearner() && !isServed(request)) throw etcdErrors.learnerRefuses();
        return handle(request, call);
      },
    };
  });
}
