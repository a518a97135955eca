/**
 * Drills of one store. Only the bundled store has a supervisor; on any other they are refused here, on the server, whatever the
 * browser asks. Where the store has users, they are for root: the supervisor acts beside the store and knows no users.
 */
import type { DrillHealed, DrillsView, DrillView, RecentDrill } from '../../../lib/api/drill-types.ts';
import type { ClusterView, MemberView, WireHexId } from '../../../lib/api/types.ts';
import { errorText } from '../../../lib/base/error-text.ts';
import { GrpcCode } from '../../../lib/base/grpc-status.ts';
import { ConsoleError } from '../errors.ts';
import type { StoreHealth } from '../health/store-health.ts';
import { memberToHex } from '../ids.ts';
import type { DrillAction } from './plan.ts';
import type { DrillChange, DrillSupervisor, RunningDrill } from './supervisor.ts';

export const NOT_OURS = 'drills are for the bundled store; this one is run by somebody else, and is left in peace';
const FOR_ROOT = 'drills act on the members themselves: sign in as a user with the role root';

/** Marks in the revision bar; each view of the cluster carries them. */
export const RECENT_MAX = 20;

/** Who asks. */
export interface DrillCaller {
  readonly isRoot: boolean;
  readonly readOnly: boolean;
}

export class StoreDrills {
  readonly #supervisor: DrillSupervisor | null;
  readonly #health: StoreHealth;
  /** Of members that a drill was asked for, by name: a console that has just started has not read its members' numbers yet. */
  readonly #ids = new Map<string, WireHexId>();
  #recent: RecentDrill[] = [];

  constructor(supervisor: DrillSupervisor | null, health: StoreHealth) {
    this.#supervisor = supervisor;
    this.#health = health;
    supervisor?.onChange((change) => {
      const { member } = change.drill;
      health.mark(markOf(change, this.#ids.get(member) ?? health.idOf(member)));
      this.#remember(change);
    });
  }

  /** @param members who is who */
  view(caller: DrillCaller, members: readonly { readonly id: bigint; readonly name: string }[]): DrillsView {
    const idOf = (name: string): WireHexId | null => {
      const member = members.find((one) => one.name === name);
      return member === undefined ? null : memberToHex(member.id);
    };
    const running = (this.#supervisor?.running ?? []).map((drill) => viewOf(drill, idOf(drill.member)));
    return { refusal: this.#refusal(caller), running, recent: this.#recent };
  }

  /** Why this one may not begin; null: it may. */
  refusalOf(action: DrillAction, member: MemberView, caller: DrillCaller): string | null {
    return this.#refusal(caller) ?? this.#supervisor?.refusalOf({ kind: action.kind, member: member.name }) ?? null;
  }

  /** In force when it resolves. @throws ConsoleError */
  async begin({ kind, seconds, delayMs }: DrillAction, member: MemberView, caller: DrillCaller): Promise<string> {
    const supervisor = this.#require(caller);
    this.#ids.set(member.name, member.id);
    try {
      await supervisor.begin({ kind, member: member.name, forMs: seconds * 1_000, delayMs });
    } catch (error) {
      const why = errorText(error);
      throw new ConsoleError(GrpcCode.FAILED_PRECONDITION, `the drill did not begin: ${why}`);
    }
    return `The drill on ${member.name} runs and heals by itself in ${seconds} s.`;
  }

  /** Never waits for the store: it may be down because of the drill. @throws ConsoleError */
  async heal(member: WireHexId | null, caller: DrillCaller, view: ClusterView): Promise<DrillHealed> {
    const supervisor = this.#require(caller);
    const name = member === null ? null : (view.members.find(({ id }) => id === member)?.name ?? '');
    const chosen = supervisor.running.filter((drill) => name === null || drill.member === name);
    await Promise.all(chosen.map((drill) => supervisor.heal(drill.member)));
    return { healed: chosen.length };
  }

  #remember({ type, drill }: DrillChange): void {
    const text = `${drill.member} ${DONE[drill.kind]}`;
    const { startedAt } = drill;
    const revision = String(this.#health.revision);
    if (type === 'began') {
      const begun = { text, startedAt, endedAt: null, fromRevision: revision, toRevision: null };
      this.#recent = [...this.#recent, begun].slice(-RECENT_MAX);
      return;
    }
    this.#recent = this.#recent.map((one) =>
      one.text === text && one.startedAt === startedAt ? { ...one, endedAt: Date.now(), toRevision: revision } : one,
    );
  }

  #require(caller: DrillCaller): DrillSupervisor {
    const refusal = this.#refusal(caller);
    if (refusal === null && this.#supervisor !== null) return this.#supervisor;
    const code = this.#supervisor === null ? GrpcCode.FAILED_PRECONDITION : GrpcCode.PERMISSION_DENIED;
    throw new ConsoleError(code, refusal ?? NOT_OURS);
  }

  #refusal({ isRoot, readOnly }: DrillCaller): string | null {
    if (this.#supervisor === null) return NOT_OURS;
    if (readOnly) return 'this console is read-only for this store';
    return isRoot ? null : FOR_ROOT;
  }
}

const viewOf = (
  { kind, member, startedAt, healsAt, delayMs }: RunningDrill,
  memberId: WireHexId | null,
): DrillView => ({
  ...{ kind, memberId, startedAt, healsAt, delayMs },
  memberName: member,
});

const DONE = {
  kill: 'was killed',
  pause: 'was paused',
  isolate: 'was cut off from its peers',
  slowDisk: 'got a slow disk',
} as const;

function markOf({ drill, ...change }: DrillChange, memberId: WireHexId | null) {
  if (change.type === 'began') {
    const text = `A drill: ${drill.member} ${DONE[drill.kind]}, for ${Math.round(drill.forMs / 1_000)} s at most.`;
    return { kind: 'drill', memberId, text, at: drill.startedAt } as const;
  }
  const how = { inTime: 'in time', early: 'by hand', memberEnded: 'because the process ended' }[change.how];
  return { kind: 'healed', memberId, text: `The drill on ${drill.member} is over, ${how}.` } as const;
}
