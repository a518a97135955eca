/**
 * A learner serves what cannot mislead: its own status, snapshots and serializable reads. Everything else is refused as etcd does, so
 * that clients turn to a voter.
 */

import { etcdErrors } from '../../../../lib/base/etcdpb/errors.ts';
import type { RangeRequest } from '../../../../lib/base/etcdpb/kv.ts';
import type { StoreMember } from '../../member/types.ts';
import type { Method } from '../front/types.ts';

const STATUS = '/etcdserverpb.Maintenance/Status';
const RANGE = '/etcdserverpb.KV/Range';
const SNAPSHOT = '/etcdserverpb.Maintenance/Snapshot';

/** The same methods, refused while `member` is a learner. */
export function guardLearner(member: StoreMember, methods: readonly Method[]): readonly Method[] {
  const isLearner = () => member.members().some(({ id, isLearner }) => id === member.memberId && isLearner);
  return methods.map((method) => {
    if (method.path === STATUS || method.path === SNAPSHOT) return method;
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
    const isServed = (request: object) => method.path === RANGE && (request as RangeRequest).serializable;
    return {
      ...method,
      handle: (request, call) => {
        if (isLearner() && !isServed(request)) throw etcdErrors.learnerRefuses();
        return handle(request, call);
      },
    };
  });
}
