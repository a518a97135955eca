/** The dry run of each maintenance action: what will happen, in words and numbers, or why it is refused. Pure. */
import type { ClusterAction, ClusterPlan } from '../../../lib/api/cluster-types.ts';
import type { ClusterView, MemberView, WireHexId } from '../../../lib/api/types.ts';
import { etcdctl } from '../../../lib/format/commands.ts';
import { formatBytes, formatCount } from '../../../lib/format/number.ts';
import { rangeWords } from '../../../lib/keys/range-words.ts';
import { toWire } from '../../../lib/keys/wire-bytes.ts';
import type { WatchersOfMember } from '../../engines/engine.ts';
import { type DrillAction, planDrill } from '../drills/plan.ts';
import { LAG_ENTRIES_MAX } from './view.ts';

export interface PlanInput {
  /** What is under way: rollouts by id, jobs of this console by title. */
  readonly underWay: { readonly rollouts: readonly string[]; readonly jobs: readonly string[] };
  readonly view: ClusterView;
  readonly endpoints: readonly string[];
  readonly revision: number;
  readonly compacted: number;
  /** Why a drill may not begin; null: it may. */
  readonly drillRefusal: (action: DrillAction, member: MemberView) => string | null;
  /** Who watches, member by member; counts null: that one cannot tell. Null: none of them can. */
  readonly watched: readonly { readonly member: string; readonly counts: WatchersOfMember | null }[] | null;
}

type Outline = Omit<ClusterPlan, 'state'>;

export function planOf(action: ClusterAction, input: PlanInput): ClusterPlan {
  return { ...outline(action, input), state: stateOf(input.view) };
}

/** Leader, members, their votes and health: everything the arithmetic rests on. */
export function stateOf({ leaderId, members }: ClusterView): string {
  const each = members.map(({ id, isLearner, health }) => `${id}:${isLearner ? 'learner' : 'voter'}:${health}`);
  return [`leader ${leaderId ?? 'none'}`, ...each.sort()].join(' ');
}

function outline(action: ClusterAction, input: PlanInput): Outline {
  switch (action.type) {
    case 'moveLeader':
      return withMember(action.member, input, (member) => moveLeader(member, input));
    case 'defragment':
      return withMember(action.member, input, (member) => defragment(member, input));
    case 'compact':
      return compact(Number(action.revision), input);
    case 'disarm':
      return withMember(action.member, input, (member) => disarm(member, action.alarm, input));
    case 'addMember':
      return addMember(action.peerUrls, action.asLearner, input);
    case 'promoteMember':
      return withMember(action.member, input, (member) => promote(member, input));
    case 'removeMember':
      return withMember(action.member, input, (member) => remove(member, input));
    case 'updateMember':
      return withMember(action.member, input, (member) => update(member, action.peerUrls, input));
    case 'drill':
      return withMember(action.member, input, (member) =>
        planDrill(action, member, { view: input.view, refusal: input.drillRefusal(action, member) }),
      );
  }
}

function withMember(id: WireHexId, { view }: PlanInput, plan: (member: MemberView) => Outline): Outline {
  const member = view.members.find((one) => one.id === id);
  if (member !== undefined) return plan(member);
  const known = view.members.map((one) => one.id).join(', ');
  return {
    title: `Member ${id}`,
    effects: [],
    refusal: `there is no member ${id}; members are ${known}`,
    confirm: id,
    command: '',
  };
}

function moveLeader(member: MemberView, { view, endpoints }: PlanInput): Outline {
  const name = nameOf(member);
  const leader = view.members.find((one) => one.isLeader);
  return {
    title: `Make ${name} the leader`,
    effects: [
      `${leader === undefined ? 'The leader' : nameOf(leader)} waits until ${name} has every entry, then hands over.`,
      'Writes wait for that moment, usually less than a second. Nothing is lost; leases go on.',
    ],
    refusal:
      leader === undefined
        ? 'there is no leader to hand over'
        : member.isLeader
          ? `${name} leads already`
          : member.isLearner
            ? `${name} is a learner: learners do not vote and cannot lead`
            : member.health !== 'healthy'
              ? `${name} is ${member.health}: the leader would wait for it in vain`
              : null,
    confirm: name,
    command: etcdctl(leader === undefined ? endpoints : [leader.endpoint], ['move-leader', member.id]),
  };
}

function defragment(member: MemberView, { view, endpoints }: PlanInput): Outline {
  const name = nameOf(member);
  const size = Number(member.status?.dbSizeBytes ?? 0);
  const inUse = Number(member.status?.dbSizeInUseBytes ?? 0);
  const others = view.quorum.healthy - (isHealthyVoter(member) ? 1 : 0);
  return {
    title: `Defragment ${name}`,
    effects: [
      `${name} rewrites its file: ${formatBytes(Math.max(0, size - inUse))} of ${formatBytes(size)} can be given back at most.`,
      'An etcd server answers nothing meanwhile, for seconds to minutes; a bundled member goes on.',
      member.isLeader ? `${name} leads: expect an election if it takes longer than the election timeout.` : '',
      `Without it ${others} of ${view.quorum.voters} voters answer; ${view.quorum.needed} are needed.`,
    ].filter((text) => text !== ''),
    refusal:
      member.status === null
        ? `${name} does not answer`
        : isHealthyVoter(member) && others < view.quorum.needed && view.quorum.voters > 1
          ? `quorum would not survive the pause: ${others} other voters answer, ${view.quorum.needed} are needed`
          : null,
    confirm: name,
    command: etcdctl(member.endpoint === '' ? endpoints : [member.endpoint], ['defrag']),
  };
}

function compact(revision: number, { revision: current, compacted, endpoints, watched, underWay }: PlanInput): Outline {
  const dies = Math.max(0, revision - Math.max(compacted, 1));
  return {
    title: `Compact history below revision ${formatCount(revision)}`,
    effects: [
      `${formatCount(dies)} of ${formatCount(Math.max(0, current - Math.max(compacted, 1)))} revisions of history go for good: no reading, comparing or restoring below ${formatCount(revision)}.`,
      'Keys and their values as they are now stay untouched.',
      `Watches and consoles that still want revisions below ${formatCount(revision)} are told so and must start anew.`,
      ...needsOf(underWay),
      ...(watched === null ? [] : cutOff(watched)),
    ],
    refusal:
      revision > current
        ? `revision ${formatCount(revision)} does not exist yet; the newest is ${formatCount(current)}`
        : revision <= compacted
          ? `history is compacted up to ${formatCount(compacted)} already`
          : null,
    confirm: String(revision),
    command: etcdctl(endpoints, ['compact', String(revision)]),
  };
}

/** Rollouts rest on keys as they stand; jobs take values from history, and so does their undo. */
function needsOf({ rollouts, jobs }: PlanInput['underWay']): string[] {
  return [
    rollouts.length === 0
      ? 'No rollout is under way.'
      : `Under way: ${rollouts.join(', ')}. Rollouts need no history, neither to go on nor to go back: releases are keys.`,
    ...(jobs.length === 0 ? [] : [`Under way here, and undone from history only: ${jobs.join('; ')}.`]),
  ];
}

const RANGES_NAMED_MAX = 3;

/** Which watches a compaction cuts off, as far as the members can tell. */
function cutOff(watched: NonNullable<PlanInput['watched']>): string[] {
  const known = watched.flatMap(({ counts }) => counts ?? []);
  const total = known.reduce((sum, { watchers }) => sum + watchers, 0);
  const cut = known.reduce((sum, { cancelled }) => sum + cancelled, 0);
  const silent = watched.filter(({ counts }) => counts === null).map(({ member }) => member);
  const sentences = [
    cut === 0
      ? `None of the ${formatCount(total)} watches now open is that far behind.`
      : `${formatCount(cut)} of the ${formatCount(total)} watches now open ${cut === 1 ? 'is' : 'are'} that far behind: ${rangesCut(known)}.`,
  ];
  if (silent.length > 0) sentences.push(`What is watched on ${silent.join(', ')} is not known.`);
  return sentences;
}

function rangesCut(known: readonly WatchersOfMember[]): string {
  const byRange = new Map<string, number>();
  for (const { key, rangeEnd, cancelled } of known.flatMap(({ ranges }) => ranges)) {
    if (cancelled === 0) continue;
    const words = rangeWords({ key: toWire(key), end: toWire(rangeEnd) });
    byRange.set(words, (byRange.get(words) ?? 0) + cancelled);
  }
  const named = [...byRange].sort(([, a], [, b]) => b - a);
  const shown = named.slice(0, RANGES_NAMED_MAX).map(([words, count]) => `${formatCount(count)} of ${words}`);
  const hasMore = named.length > RANGES_NAMED_MAX || known.some(({ more }) => more);
  return [...shown, ...(hasMore || shown.length === 0 ? ['others'] : [])].join(', ');
}

function disarm(member: MemberView, alarm: 'NOSPACE' | 'CORRUPT', { endpoints }: PlanInput): Outline {
  const name = nameOf(member);
  const stands = member.status?.errors.some((text) => text.includes(alarm)) ?? false;
  return {
    title: `Clear the alarm ${alarm} of ${name}`,
    effects:
      alarm === 'NOSPACE'
        ? [
            'Writes are accepted again. If the space is not there, the alarm comes back at once: compact and defragment first.',
          ]
        : [
            `${name} is trusted again. The alarm says that its keys differed from the others': compare hashes first, and replace the member if they still do.`,
          ],
    refusal: stands ? null : `${name} does not report ${alarm}`,
    confirm: name,
    command: etcdctl(endpoints, ['alarm', 'disarm']),
  };
}

function addMember(peerUrls: readonly string[], asLearner: boolean, { view, endpoints }: PlanInput): Outline {
  const { voters, healthy, needed } = view.quorum;
  const neededThen = Math.floor((voters + 1) / 2) + 1;
  const taken = view.members.find((member) => member.peerUrls.some((url) => peerUrls.includes(url)));
  const shown = peerUrls.join(', ');
  return {
    title: asLearner ? `Add a learner at ${shown}` : `Add a voter at ${shown}`,
    effects: asLearner
      ? [
          'The new member gets every entry and does not vote: nothing about quorum changes.',
          'Promote it when it has caught up.',
        ]
      : [
          `From now on ${neededThen} of ${voters + 1} voters are needed (${needed} of ${voters} before), and the new one does not answer until it is started.`,
          'A learner would catch up first and count only then: prefer that on a store that matters.',
        ],
    refusal:
      peerUrls.length === 0
        ? 'a member needs at least one peer URL'
        : taken !== undefined
          ? `${nameOf(taken)} has that peer URL already`
          : !asLearner && healthy < neededThen
            ? `quorum would be lost at once: ${healthy} voters answer, ${neededThen} would be needed`
            : null,
    confirm: shown,
    command: etcdctl(
      endpoints,
      ['member', 'add', 'NAME'],
      [`--peer-urls=${peerUrls.join(',')}`, ...(asLearner ? ['--learner'] : [])],
    ),
  };
}

function promote(member: MemberView, { view, endpoints }: PlanInput): Outline {
  const name = nameOf(member);
  const { voters } = view.quorum;
  const lag = Number(member.status?.lagEntries ?? 0);
  return {
    title: `Give ${name} a vote`,
    effects: [
      `${name} counts from now on: ${Math.floor((voters + 1) / 2) + 1} of ${voters + 1} voters are needed (${view.quorum.needed} of ${voters} before).`,
    ],
    refusal: !member.isLearner
      ? `${name} votes already`
      : member.status === null
        ? `${name} does not answer`
        : lag > LAG_ENTRIES_MAX
          ? `${name} is ${formatCount(lag)} entries behind: wait until it has caught up`
          : null,
    confirm: name,
    command: etcdctl(endpoints, ['member', 'promote', member.id]),
  };
}

function remove(member: MemberView, { view, endpoints }: PlanInput): Outline {
  const name = nameOf(member);
  const { voters, healthy } = view.quorum;
  const votersThen = member.isLearner ? voters : voters - 1;
  const healthyThen = isHealthyVoter(member) ? healthy - 1 : healthy;
  const neededThen = Math.floor(votersThen / 2) + 1;
  const survives = healthyThen - neededThen;
  return {
    title: `Remove ${name}`,
    effects: [
      `${name} stops and never comes back under its id; its data directory is worth nothing to the cluster then.`,
      member.isLeader ? `${name} leads: the others elect a new leader, writes wait for about a second.` : '',
      member.isLearner
        ? 'It does not vote: nothing about quorum changes.'
        : `Then ${neededThen} of ${votersThen} voters are needed, ${healthyThen} answer: the store survives ${survives < 1 ? 'no failure' : survives === 1 ? '1 failure' : `${survives} failures`}.`,
    ].filter((text) => text !== ''),
    refusal:
      votersThen === 0
        ? 'it is the only voter: the store would be gone'
        : !member.isLearner && healthyThen < neededThen
          ? `quorum would not survive: ${healthyThen} of ${votersThen} voters would answer, ${neededThen} are needed`
          : null,
    confirm: name,
    command: etcdctl(endpoints, ['member', 'remove', member.id]),
  };
}

function update(member: MemberView, peerUrls: readonly string[], { view, endpoints }: PlanInput): Outline {
  const name = nameOf(member);
  const taken = view.members.find((one) => one.id !== member.id && one.peerUrls.some((url) => peerUrls.includes(url)));
  return {
    title: `Change where ${name} is reached by its peers`,
    effects: [
      `The others look for ${name} at ${peerUrls.join(', ')} instead of ${member.peerUrls.join(', ')}.`,
      'It must listen there already, or it is cut off until it does.',
    ],
    refusal:
      peerUrls.length === 0
        ? 'a member needs at least one peer URL'
        : taken !== undefined
          ? `${nameOf(taken)} has that peer URL already`
          : null,
    confirm: name,
    command: etcdctl(endpoints, ['member', 'update', member.id], [`--peer-urls=${peerUrls.join(',')}`]),
  };
}

const isHealthyVoter = ({ isLearner, health }: MemberView): boolean =>
  !isLearner && (health === 'healthy' || health === 'lagging');

/** A member that was never started has no name yet. */
const nameOf = (member: MemberView): string => (member.name === '' ? member.id : member.name);
