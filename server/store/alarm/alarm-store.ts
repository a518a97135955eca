/**
 * Alarms as replicated state: which member raised NOSPACE or CORRUPT. They stay until disarmed. While any NOSPACE is
 * active nothing may be added (puts, transactions with a put in either branch, lease grants); CORRUPT refuses every
 * request to keys and leases.
 */
import { type AlarmMember, AlarmType } from '../../../lib/base/etcdpb/cluster.ts';

export class AlarmStore {
  /** By alarm type, then member id. */
  #alarms: AlarmMember[] = [];

  /** All of `type`; NONE: all. Ordered by type, then member id. */
  list(type: number = AlarmType.NONE): readonly AlarmMember[] {
    return type === AlarmType.NONE ? this.#alarms : this.#alarms.filter(({ alarm }) => alarm === type);
  }

  isActive(type: number): boolean {
    return this.#alarms.some(({ alarm }) => alarm === type);
  }

  /** Idempotent. Activating NONE does nothing and answers undefined. */
  activate(member: AlarmMember): AlarmMember | undefined {
    if (member.alarm === AlarmType.NONE) return undefined;
    if (this.#find(member) === undefined) {
      this.#alarms = [...this.#alarms, member].sort(
        (a, b) => a.alarm - b.alarm || (a.memberId < b.memberId ? -1 : a.memberId > b.memberId ? 1 : 0),
      );
    }
    return member;
  }

  /** What was removed, or undefined when it was not active. */
  deactivate(member: AlarmMember): AlarmMember | undefined {
    const found = this.#find(member);
    if (found !== undefined) this.#alarms = this.#alarms.filter((alarm) => alarm !== found);
    return found;
  }

  replace(alarms: readonly AlarmMember[]): void {
    this.#alarms = [...alarms];
  }

  #find(member: AlarmMember): AlarmMember | undefined {
    return this.#alarms.find(({ memberId, alarm }) => memberId === member.memberId && alarm === member.alarm);
  }
}
