/**
 * Deliberately broken members. A simulator that does not catch them proves nothing about members that pass
 * (mutations.test.ts). Each breaks one promise, in the driver where it can, in the core's prototype where it must.
 */
import { type LogIndex, type MemberId, NO_MEMBER } from '../../../lib/base/brand.ts';
import { RaftLog } from '../raft/log.ts';
import { quorumVote } from '../raft/quorum.ts';
import type { ConfChange, HardState, Message, RaftConfig, RaftNode } from '../raft/types.ts';

/** What a driver does differently. An empty object is a sound member. */
export interface MemberMutation {
  readonly acknowledgesBeforeFlush?: boolean;
  readonly recoverHardState?: (stored: HardState) => HardState;
  /** Answers a read at this index without asking anybody; undefined: asks, as it should. */
  readonly readIndex?: (node: RaftNode) => LogIndex | undefined;
  readonly acknowledgesBeforeCommit?: boolean;
  readonly appliesTwice?: boolean;
  /** Takes over an image's index and not its content. */
  readonly installsNoState?: boolean;
  readonly core?: Partial<RaftConfig>;
  readonly send?: (message: Message) => Message;
  /** What it applies in the place of a committed change, one after another. */
  readonly applyChange?: (id: MemberId, change: ConfChange) => readonly ConfChange[];
}

export interface Mutation {
  /** The promise that is broken. */
  readonly breaks: string;
  readonly member: MemberMutation;
  /** Patches the core; returns what undoes it. */
  readonly patch?: () => () => void;
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
    patch: () =>
      replaceLogMethod('commitIfOwnTerm', function commit(this: RaftLog, index) {
        if (index <= this.commitIndex) return false;
        this.commitTo(index);
        return true;
      }),
  },
  commitWithoutQuorum: {
    breaks: 'an entry is committed when a quorum holds it durably (Raft paper §5.3)',
    member: {},
    patch: () => {
      const sound = RaftLog.prototype.commitIfOwnTerm;
      return replaceLogMethod('commitIfOwnTerm', function commit(this: RaftLog, _reached, own) {
        return sound.call(this, this.stableIndex, own);
      });
    },
  },
  electAnyone: {
    breaks: 'a vote goes only to a log as complete as the voter’s own (Raft paper §5.4.1)',
    member: {},
    patch: () => replaceLogMethod('isUpToDate', () => true),
  },
  voteTwice: {
    breaks: 'one vote per term (Raft paper §5.2)',
    member: {
      send: (message) => (message.type === 'requestVoteResponse' ? { ...message, reject: false } : message),
    },
  },
  skipPreVote: {
    breaks: 'nobody raises its term before others said that it could win (thesis §9.6)',
    member: { core: { hasPreVote: false } },
  },
  acknowledgeBeforeCommit: {
    breaks: 'a write is acknowledged when it is committed and applied',
    member: { acknowledgesBeforeCommit: true },
  },
  applyTwice: {
    breaks: 'every committed entry is applied once',
    member: { appliesTwice: true },
  },
  snapshotWithoutState: {
    breaks: 'a snapshot brings the state along',
    member: { installsNoState: true },
  },
  forgetChange: {
    breaks: 'every member applies every configuration change',
    member: {
      applyChange: (id, change) => {
        const isForgotten = id % 2n === 0n && change.changes.some(({ type }) => type === 'remove');
        return isForgotten ? [] : [change];
      },
    },
  },
  skipJoint: {
    breaks: 'several voters change through a joint configuration, with both majorities (thesis §4.3)',
    member: {
      applyChange: (_id, { changes }) => changes.map((change) => ({ transition: 'auto', changes: [change] })),
    },
  },
  learnerVotes: {
    breaks: 'a learner counts for nothing (thesis §4.2.1)',
    member: {
      applyChange: (_id, change) => [
        {
          ...change,
          changes: change.changes.map(({ type, id }) => ({ type: type === 'addLearner' ? 'addVoter' : type, id })),
        },
      ],
    },
  },
  readByLease: {
    breaks: 'a read asks a quorum now, not at some time within an election timeout (thesis §6.4.1 needs clocks)',
    member: {
      readIndex: (node) => {
        const { role, progress, confState, commitIndex, id } = node.status();
        if (role !== 'leader') return undefined;
        const heard = new Map(progress.map((peer) => [peer.id, peer.recentActive || peer.id === id]));
        return quorumVote(confState, heard) === 'won' ? commitIndex : undefined;
      },
    },
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
