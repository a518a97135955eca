/**
 * This member's NOSPACE alarm: raised when a write does not fit the quota, as etcd does, and when the disk is nearly full, here
 * also where no client writes. The one raised for the disk is lifted when there is room again; one that the quota raised, or
 * a former process, is the operator's to disarm.
 */
import type { MemberId } from '../../../lib/base/brand.ts';
import { AlarmAction, type AlarmMember, AlarmType } from '../../../lib/base/etcdpb/cluster.ts';
import { EtcdError } from '../../../lib/base/etcdpb/errors.ts';
import type { Clock, Timer } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { Proposal } from './core-member.ts';
import type { SpaceGuard } from './space-guard.ts';

const WATCH_MS = 2000;

interface NoSpaceAlarmOptions {
  readonly memberId: MemberId;
  readonly space: Pick<SpaceGuard, 'isLow'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly alarms: () => readonly AlarmMember[];
  readonly propose: (request: Proposal) => Promise<unknown>;
}

export class NoSpaceAlarm {
  readonly #options: NoSpaceAlarmOptions;
  #timer: Timer | undefined;
  #isStopped = false;
  /** The alarm that stands, or that may come to stand, was raised by this process for want of room on the disk. */
  #isForDisk = false;
  /** An attempt failed, or goes on: the cluster may take it later. */
  #mayCome = false;

  constructor(options: NoSpaceAlarmOptions) {
    this.#options = options;
    this.#watch();
  }

  stop(): void {
    this.#isStopped = true;
    this.#timer?.cancel();
  }

  /** @throws EtcdError when the cluster does not take it */
  async raise(): Promise<void> {
    const isForDisk = this.#options.space.isLow();
    // Before it is known: one that the cluster takes after all, and nobody lifts, refuses every write from then on.
    this.#isForDisk ||= isForDisk;
    this.#mayCome ||= isForDisk;
    await this.#set(AlarmAction.ACTIVATE);
    this.#isForDisk = isForDisk;
    this.#mayCome = false;
  }

  #watch(): void {
    const { clock, log } = this.#options;
    this.#timer = clock.after(WATCH_MS, () => {
      this.#look()
        .catch((error: unknown) => {
          if (!(error instanceof EtcdError)) throw error;
          log('warn', 'the cluster does not take the NOSPACE alarm of this member yet', { reason: error.message });
        })
        .finally(() => {
          if (!this.#isStopped) this.#watch();
        });
    });
  }

  async #look(): Promise<void> {
    const { space, alarms, memberId } = this.#options;
    const stands = alarms().some((entry) => entry.memberId === memberId && entry.alarm === AlarmType.NOSPACE);
    if (space.isLow()) {
      if (!stands) await this.raise();
    } else if (this.#isForDisk) {
      if (stands || this.#mayCome) await this.#set(AlarmAction.DEACTIVATE);
      this.#isForDisk = false;
      this.#mayCome = false;
    }
  }

  async #set(action: number): Promise<void> {
    const { memberId, propose } = this.#options;
    await propose({ alarm: { action, memberId, alarm: AlarmType.NOSPACE } });
  }
}
