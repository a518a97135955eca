/**
 * Deliberately broken members. A simulator that does not catch them proves nothing about members that pass
 * (mutations.test.ts). Each breaks one promise, in the driver where it can, in the core's prototype where it must.
 */
import { type LogIndex, NO_MEMBER } from '../../../lib/base/brand.ts';
import { RaftLog } from '../raft/log.ts';
import type { HardState, RaftNode } from '../raft/types.ts';

/** What a driver does differently. An empty object is a sound member. */
export interface MemberMutation {
  readonly acknowledgesBeforeFlush?: boolean;
  readonly recoverHardState?: (stored: HardState) => HardState;
  /** Answers a read at this index without asking anybody; undefined: asks, as it should. */
  readonly readIndex?: (node: RaftNode) => LogIndex | undefined;
}

export interface Mutation {
  /** The promise that is broken. */
  readonly breaks: string;
  readonly member: MemberMutation;
  /** Patches the core; returns what undoes it. */
  readonly patchCore?: () => () => void;
}

function replaceLogMethod<Name extends 'commitIfOwnTerm' | 'isUpToDate'>(
  name: Name,
  broken: RaftLog[Name],
): () => void {
  const sound = RaftLog.prototype[name];
  RaftLog.prototype[name] = broken;
  return () => {
    RaftLog.prototype[name] = sound;
  };
}

export const MUTATIONS: Readonly<Record<string, Mutation>> = {
  acknowledgeBeforeFlush: {
    breaks: 'an append is acknowledged only when it is durable',
    member: { acknowledgesBeforeFlush: true },
  },
  forgetVote: {
    breaks: 'a vote survives a restart (Raft paper, figure 2)',
    member: { recoverHardState: (stored) => ({ ...stored, vote: NO_MEMBER }) },
  },
  commitOldTerms: {
    breaks: 'only entries of the own term are committed by counting (Raft paper §5.4.2)',
    member: {},
    patchCore: () =>
      replaceLogMethod('commitIfOwnTerm', function commit(this: RaftLog, index) {
        if (index <= this.commitIndex) return false;
        this.commitTo(index);
        return true;
      }),
  },
  electAnyone: {
    breaks: 'a vote goes only to a log as complete as the voter’s own (Raft paper §5.4.1)',
    member: {},
    patchCore: () => replaceLogMethod('isUpToDate', () => true),
  },
  readUnconfirmed: {
    breaks: 'a read is answered only after a quorum confirmed the leader (thesis §6.4)',
    member: {
      readIndex: (node) => {
        const status = node.status();
        return status.role === 'leader' ? status.commitIndex : undefined;
      },
    },
  },
};
