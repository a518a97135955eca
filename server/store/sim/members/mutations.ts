/** Deliberately broken members of the whole stack: each breaks one promise, and the run must say so (mutations.test.ts). */

import { DurableState } from '../../apply/durable-state.ts';
import { Membership } from '../../apply/membership.ts';
import type { StateMachine } from '../../apply/types.ts';
import { LeaseClock } from '../../lease/lease-clock.ts';
import type { CoreMember } from '../../member/core-member.ts';
import { Wal } from '../../wal/wal.ts';

/** What is done to one process as it starts. */
export interface MemberMutation {
  readonly breakMember?: (parts: {
    readonly core: CoreMember;
    readonly machine: StateMachine;
    readonly wal: Wal;
    readonly after: (delayMs: number, action: () => void) => void;
  }) => void;
  /** Rot that the checksums do not show, as if nobody looked at them. */
  readonly hidesRot?: boolean;
}

export interface Mutation {
  /** The promise that is broken. */
  readonly breaks: string;
  readonly member: MemberMutation;
  /** Patches classes of the store; returns what undoes it. */
  readonly patch?: () => () => void;
}

/** What the broken leader takes for gone of every lease. */
const FORGOTTEN_MS = 3000;
/** Every how many batches of a member one event is missing. */
const SKIPPED_EVERY = 10;

export const MEMBER_MUTATIONS: Readonly<Record<string, Mutation>> = {
  acknowledgeBeforeFlush: {
    breaks: 'the log calls back when what was appended is durable, not earlier',
    member: {
      breakMember: ({ wal, after }) => {
        const flush = wal.flush.bind(wal);
        wal.flush = (done) => {
          flush(() => undefined);
          after(0, () => done(undefined));
        };
      },
    },
  },
  dropEntryOnReopen: {
    breaks: 'the log gives back every entry that was flushed',
    member: {},
    patch: () => {
      const open = Wal.open;
      Wal.open = (options) => {
        const { wal, contents } = open.call(Wal, options);
        const { entries, hardState } = contents;
        const isCommitted = (entries.at(-1)?.index ?? 0) <= hardState.commitIndex;
        return { wal, contents: { ...contents, entries: isCommitted ? entries : entries.slice(0, -1) } };
      };
      return () => {
        Wal.open = open;
      };
    },
  },
  applyTwiceAfterRestart: {
    breaks: 'what is durable in the state machine is not applied again',
    member: {},
    patch: () => {
      const { commitNow } = DurableState.prototype;
      DurableState.prototype.commitNow = function broken(this: DurableState) {
        const commit = commitNow.call(this);
        return { ...commit, appliedIndex: Math.max(0, commit.appliedIndex - 1) };
      };
      return () => {
        DurableState.prototype.commitNow = commitNow;
      };
    },
  },
  leaseNotExtended: {
    breaks: 'a new leader gives every lease its whole TTL again',
    member: {},
    patch: () => {
      const { promote } = LeaseClock.prototype;
      LeaseClock.prototype.promote = function broken(this: LeaseClock, now: number) {
        promote.call(this, now - FORGOTTEN_MS, 0);
      };
      return () => {
        LeaseClock.prototype.promote = promote;
      };
    },
  },
  expireLeaseEarly: {
    breaks: 'a lease lives its TTL',
    member: {},
    patch: () => {
      const { expired } = LeaseClock.prototype;
      LeaseClock.prototype.expired = function broken(this: LeaseClock, now: number, limit: number) {
        return expired.call(this, now + FORGOTTEN_MS, limit);
      };
      return () => {
        LeaseClock.prototype.expired = expired;
      };
    },
  },
  loseLeaseRenewal: {
    breaks: 'an acknowledged renewal gives a lease its whole TTL again',
    member: {},
    patch: () => {
      const { renew } = LeaseClock.prototype;
      // Counted from long ago, the renewal is over when the alarm of the grant looks.
      LeaseClock.prototype.renew = function broken(this: LeaseClock, id) {
        return renew.call(this, id, Number.MIN_SAFE_INTEGER);
      };
      return () => {
        LeaseClock.prototype.renew = renew;
      };
    },
  },
  skipWatchEvent: {
    breaks: 'a watch delivers every event of its range',
    member: {
      breakMember: ({ machine }) => {
        const watch = machine.watch.bind(machine);
        let batches = 0;
        machine.watch = (spec, sink) =>
          watch(spec, {
            ...sink,
            deliver: (batch) => {
              batches++;
              return sink.deliver(batches % SKIPPED_EVERY === 0 ? { ...batch, events: batch.events.slice(1) } : batch);
            },
          });
      },
    },
  },
  readWithoutBarrier: {
    breaks: 'a linearizable read waits for a confirmed index',
    member: {
      breakMember: ({ core, after }) => {
        core.readBarrier = (done) => after(0, () => done(undefined));
      },
    },
  },
  removeWhileJoint: {
    breaks: 'who is replaced stays a member until the joint configuration is left',
    member: {},
    patch: () => {
      const { apply } = Membership.prototype;
      Membership.prototype.apply = function broken(this: Membership, decoded, confState) {
        const votersOutgoing = confState.votersOutgoing.filter((id) => confState.voters.includes(id));
        apply.call(this, decoded, { ...confState, votersOutgoing, learnersNext: [] });
        this.confState = confState;
      };
      return () => {
        Membership.prototype.apply = apply;
      };
    },
  },
  forgetRemoval: {
    breaks: 'a removed member is told so and stops',
    member: {
      breakMember: ({ machine }) => {
        machine.isRemoved = () => false;
      },
    },
  },
  imageWithoutMembers: {
    breaks: 'an image and a restart bring the membership back',
    member: {},
    patch: () => {
      const { replace } = Membership.prototype;
      Membership.prototype.replace = function broken(this: Membership, record) {
        replace.call(this, { ...record, members: record.members.slice(0, -1) });
      };
      return () => {
        Membership.prototype.replace = replace;
      };
    },
  },
  ignoreChecksums: {
    breaks: 'a record whose checksum does not fit is not used',
    member: { hidesRot: true },
  },
};
