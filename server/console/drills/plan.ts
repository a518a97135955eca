/** What a drill will do, in words and with the arithmetic of quorum, or why it is refused. Pure. */
import type { ClusterPlan } from '../../../lib/api/cluster-types.ts';
import type { DrillKind } from '../../../lib/api/drill-types.ts';
import type { ClusterView, MemberView } from '../../../lib/api/types.ts';

export interface DrillAction {
  readonly type: 'drill';
  readonly kind: DrillKind;
  readonly member: string;
  readonly seconds: number;
  /** Of a slow disk; null otherwise. */
  readonly delayMs: number | null;
}

/** What the operator types when the drill takes the store down. */
export const CONFIRM_OUTAGE = 'stop all writes';

/** @param refusal of whoever would have to do it; null: none */
export function planDrill(
  action: DrillAction,
  member: MemberView,
  { view, refusal }: { readonly view: ClusterView; readonly refusal: string | null },
): Omit<ClusterPlan, 'state'> {
  const name = member.name;
  const isOutage = takesQuorum(action, member, view);
  return {
    title: TITLES[action.kind](name, action),
    effects: [
      WHAT[action.kind](name, action),
      ...(member.isLeader ? [LEADS[action.kind](name)] : []),
      arithmetic(action, member, view),
      `It heals by itself after ${action.seconds} s, whatever becomes of this page and of the console. "Heal now" ends it at once.`,
    ],
    refusal:
      refusal ??
      (member.health === 'healthy' || member.health === 'lagging' ? null : `${name} does not answer as it is`),
    confirm: isOutage ? CONFIRM_OUTAGE : name,
    command: '',
  };
}

const TITLES: Readonly<Record<DrillKind, (name: string, action: DrillAction) => string>> = {
  kill: (name, { seconds }) => `Kill ${name} for ${seconds} s`,
  pause: (name, { seconds }) => `Pause ${name} for ${seconds} s`,
  isolate: (name, { seconds }) => `Cut ${name} off for ${seconds} s`,
  slowDisk: (name, { seconds, delayMs }) => `Slow the disk of ${name} by ${delayMs} ms for ${seconds} s`,
};

const WHAT: Readonly<Record<DrillKind, (name: string, action: DrillAction) => string>> = {
  kill: (name, { seconds }) =>
    `The process of ${name} ends at once (SIGKILL), as in a power cut, and is started again after ${seconds} s. Its clients lose their connections and go elsewhere.`,
  pause: (name) =>
    `The process of ${name} stands still (SIGSTOP): connections stay open and nothing is answered, as on a machine that hangs.`,
  isolate: (name) =>
    `${name} hears nothing from its peers and they nothing from it, as in a network partition. Its clients still reach it: it refuses what needs a leader, and answers serializable reads with what it had.`,
  slowDisk: (name, { delayMs }) =>
    `Every flush of ${name} takes ${delayMs} ms longer, of the log and of stored data, as on a failing disk.`,
};

const ELECTION = 'the others elect a leader after about a second; writes wait for that long.';
const LEADS: Readonly<Record<DrillKind, (name: string) => string>> = {
  kill: (name) => `${name} leads: ${ELECTION}`,
  pause: (name) => `${name} leads: ${ELECTION} When it goes on it finds that its term is over.`,
  isolate: (name) => `${name} leads: ${ELECTION} It steps down by itself when no quorum answers it.`,
  slowDisk: (name) =>
    `${name} leads, and entries go to the others while its own flush runs: it stays the leader as long as it sends heartbeats.`,
};

/** Voters that would still do their part in time. */
const othersLeft = (member: MemberView, { quorum }: ClusterView): number => quorum.healthy - (counts(member) ? 1 : 0);

const counts = ({ isLearner, health }: MemberView): boolean =>
  !isLearner && (health === 'healthy' || health === 'lagging');

const takesQuorum = ({ kind }: DrillAction, member: MemberView, view: ClusterView): boolean =>
  kind !== 'slowDisk' && counts(member) && othersLeft(member, view) < view.quorum.needed;

function arithmetic(action: DrillAction, member: MemberView, view: ClusterView): string {
  const { voters, needed } = view.quorum;
  const left = othersLeft(member, view);
  if (member.isLearner) return `${member.name} does not vote: nothing about quorum changes.`;
  if (action.kind === 'slowDisk') {
    return left >= needed
      ? `An entry is committed when ${needed} of ${voters} voters have flushed it; ${left} others flush as before, so writes do not wait.`
      : `An entry is committed when ${needed} of ${voters} voters have flushed it; only ${left} others answer, so every write waits for this disk.`;
  }
  if (left < needed) {
    return `Quorum is lost: ${left} of ${voters} voters would answer, ${needed} are needed. Every write and every fresh read waits until it heals; nothing that was acknowledged is lost, and leases do not run out meanwhile.`;
  }
  const spare = left - needed;
  const more = spare === 0 ? 'any further failure stops writes' : `it survives ${spare} more`;
  return `${left} of ${voters} voters go on, ${needed} are needed: the store keeps working, and ${more} until then.`;
}
