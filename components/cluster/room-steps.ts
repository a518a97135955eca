/**
 * The way out of a full store (NOSPACE), one guarded action at a time: cut history, delete keys where history is not what fills it,
 * give the space back member by member with the leader last, clear the alarm. Worked out from what members report, so a step is done when they say so and not when a button was pressed.
 */
import type { ClusterAction } from '../../lib/api/cluster-types.ts';
import type { ClusterView, MemberView, RevisionView, WireInt } from '../../lib/api/types.ts';
import { formatBytes, formatCount, plural } from '../../lib/format/number.ts';

/** History that stays: what changed in the last hour, as far as the console saw it, and this many revisions at least. */
const KEPT_MS = 3_600_000;
const KEPT_REVISIONS = 1_000;
/** Less than this share of a file is not worth a pause of its member. */
const WORTH_SHARE = 0.1;

export interface RoomStep {
  readonly id: string;
  readonly title: string;
  readonly why: string;
  /** 'maybe': members cannot tell whether it is needed. */
  readonly state: 'done' | 'next' | 'later' | 'maybe';
  /** Null: done, or to be done on another page. */
  readonly action: ClusterAction | null;
}

const DELETE_STEP = 'delete';

export const isFull = ({ status }: MemberView): boolean =>
  status?.errors.some((text) => text.includes('NOSPACE')) ?? false;

/** Never the newest revision: whoever follows the store closely must be able to go on. */
export function compactTo({ current, compacted, times }: RevisionView, now: number): WireInt | null {
  const old = times.findLast(({ at }) => at <= now - KEPT_MS);
  const byCount = BigInt(current) - BigInt(KEPT_REVISIONS);
  const byTime = old === undefined ? byCount : BigInt(old.revision);
  const wanted = byTime < byCount ? byTime : byCount;
  return wanted > BigInt(compacted) && wanted > 0n ? String(wanted) : null;
}

/** What fills each member's file: "m1: 2.0 GiB, of which 1.9 GiB is in use". */
export const fillWords = ({ name, id, status }: MemberView): string =>
  status === null
    ? `${name === '' ? id : name} does not answer`
    : `${name === '' ? id : name}: ${formatBytes(Number(status.dbSizeBytes))}, of which ${formatBytes(Number(status.dbSizeInUseBytes))} is in use`;

export function roomSteps(view: ClusterView, revisions: RevisionView, now: number): readonly RoomStep[] {
  const to = compactTo(revisions, now);
  const steps: Omit<RoomStep, 'state'>[] = [
    to === null
      ? {
          id: 'compact',
          title: 'Cut history',
          why: `Only ${plural(Number(BigInt(revisions.current) - BigInt(revisions.compacted)), 'revision')} can be read: they are kept for those who follow the store.`,
          action: null,
        }
      : {
          id: 'compact',
          title: `Cut history below revision ${formatCount(to)}`,
          why: `Old versions of keys fill the store. The last ${plural(Number(BigInt(revisions.current) - BigInt(to)), 'revision')} stay.`,
          action: { type: 'compact', revision: to },
        },
    {
      id: DELETE_STEP,
      title: 'Delete keys that nobody needs',
      why: 'Cutting history frees old versions only. Where the keys themselves fill the store, delete some: deletes are taken while it is full. Their room comes back when history is cut behind the deletes, under History below, and the members have given it back.',
      action: null,
    },
    ...leaderLast(view.members).map((member) => defragmentStep(member)),
    ...view.members.filter(isFull).map((member) => ({
      id: `disarm ${member.id}`,
      title: `Clear the alarm of ${nameOf(member)}`,
      why: 'Writes are accepted again. If there is still no room the alarm comes back at once: delete more keys, or start members with a larger quota.',
      action: { type: 'disarm', member: member.id, alarm: 'NOSPACE' } as const,
    })),
  ];
  const next = steps.findIndex(({ action }) => action !== null);
  // Nothing is left to free: keys may have gone before, so that the alarm is tried as well.
  const isLast = next === -1 || steps[next]?.action?.type === 'disarm';
  return steps.map((step, at) => ({ ...step, state: stateOf(step, { isLast, isNext: at === next }) }));
}

function stateOf(
  { id, action }: Omit<RoomStep, 'state'>,
  { isLast, isNext }: { readonly isLast: boolean; readonly isNext: boolean },
): RoomStep['state'] {
  if (id === DELETE_STEP) return isLast ? 'next' : 'maybe';
  if (action === null) return 'done';
  return isNext ? 'next' : 'later';
}

/** Done where one sees what takes the room. */
export const isDeleteStep = ({ id }: RoomStep): boolean => id === DELETE_STEP;

function defragmentStep(member: MemberView): Omit<RoomStep, 'state'> {
  const size = Number(member.status?.dbSizeBytes ?? 0);
  const free = Math.max(0, size - Number(member.status?.dbSizeInUseBytes ?? 0));
  const isWorth = size > 0 && free >= size * WORTH_SHARE;
  return {
    id: `defragment ${member.id}`,
    title: `Give back the space of ${nameOf(member)}${member.isLeader ? ', the leader, last' : ''}`,
    why:
      member.status === null
        ? 'It does not answer: bring it back first.'
        : isWorth
          ? `${formatBytes(free)} of its ${formatBytes(size)} is free inside the file.`
          : `Only ${formatBytes(free)} of its ${formatBytes(size)} is free inside the file: nothing to win.`,
    action: isWorth ? { type: 'defragment', member: member.id } : null,
  };
}

const nameOf = ({ name, id }: MemberView): string => (name === '' ? id : name);

/** One at a time: an etcd server answers nothing meanwhile, and without its leader a cluster elects another. */
const leaderLast = (members: readonly MemberView[]): readonly MemberView[] => [
  ...members.filter(({ isLeader }) => !isLeader),
  ...members.filter(({ isLeader }) => isLeader),
];
