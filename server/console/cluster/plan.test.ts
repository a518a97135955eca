import { expect, test } from 'vitest';
import type { ClusterAction } from '../../../lib/api/cluster-types.ts';
import type { ClusterView, MemberHealth, MemberView } from '../../../lib/api/types.ts';
import { prefixRangeEnd, utf8Encode } from '../../../lib/base/bytes.ts';
import { type PlanInput, planOf } from './plan.ts';

interface Sketch {
  readonly health?: MemberHealth;
  readonly isLearner?: boolean;
  readonly isLeader?: boolean;
  readonly lag?: number;
  readonly errors?: readonly string[];
}

function member(
  index: number,
  { health = 'healthy', isLearner = false, isLeader = false, lag = 0, errors = [] }: Sketch,
): MemberView {
  return {
    id: `a${index}`,
    name: `m${index}`,
    endpoint: `127.0.0.1:${index}`,
    peerUrls: [`http://10.0.0.${index}:2380`],
    clientUrls: [],
    isLearner,
    isLeader,
    health,
    status:
      health === 'unreachable'
        ? null
        : {
            version: '3.6.0',
            dbSizeBytes: '2048',
            dbSizeInUseBytes: '1024',
            raftTerm: '2',
            raftIndex: '10',
            raftAppliedIndex: '10',
            lagEntries: String(lag),
            roundTripMs: 1,
            errors,
          },
    lastSeenAt: 0,
    error: null,
  };
}

function clusterOf(...sketches: Sketch[]): ClusterView {
  const members = sketches.map((sketch, index) => member(index + 1, sketch));
  const voters = members.filter(({ isLearner }) => !isLearner);
  const healthy = voters.filter(({ health }) => health === 'healthy' || health === 'lagging').length;
  const needed = Math.floor(voters.length / 2) + 1;
  return {
    at: 0,
    reachable: true,
    members,
    leaderId: members.find(({ isLeader }) => isLeader)?.id ?? null,
    leaderSince: null,
    term: '2',
    quorum: { voters: voters.length, healthy, needed, survives: healthy - needed },
    risks: [],
    leaderChanges: [],
    watchingSince: 0,
    drills: { refusal: null, running: [], recent: [] },
    cost: { watches: 0, rpcsPerSecond: 0, bytesPerSecond: 0 },
  };
}

const plan = (action: ClusterAction, view: ClusterView, watched: PlanInput['watched'] = null) =>
  planOf(action, {
    view,
    underWay: { rollouts: ['ro_1'], jobs: ['Copy 3 keys'] },
    endpoints: ['127.0.0.1:1'],
    revision: 1_000,
    compacted: 100,
    drillRefusal: () => null,
    watched,
  });
const LEADER = { isLeader: true };
const DOWN = { health: 'unreachable' } as const;

test.each<[string, ClusterAction, ClusterView, string | null]>([
  ['a healthy follower may lead', { type: 'moveLeader', member: 'a2' }, clusterOf(LEADER, {}, {}), null],
  ['the leader leads already', { type: 'moveLeader', member: 'a1' }, clusterOf(LEADER, {}, {}), 'm1 leads already'],
  [
    'a learner cannot lead',
    { type: 'moveLeader', member: 'a3' },
    clusterOf(LEADER, {}, { isLearner: true }),
    'm3 is a learner',
  ],
  [
    'a member that is down cannot lead',
    { type: 'moveLeader', member: 'a2' },
    clusterOf(LEADER, DOWN, {}),
    'm2 is unreachable',
  ],
  [
    'nobody hands over without a leader',
    { type: 'moveLeader', member: 'a2' },
    clusterOf({}, {}, {}),
    'there is no leader',
  ],
  ['one of three may pause', { type: 'defragment', member: 'a2' }, clusterOf(LEADER, {}, {}), null],
  [
    'no second one may pause',
    { type: 'defragment', member: 'a2' },
    clusterOf(LEADER, {}, DOWN),
    'quorum would not survive the pause',
  ],
  ['a single member may pause: there is no other way', { type: 'defragment', member: 'a1' }, clusterOf(LEADER), null],
  ['one of three may go', { type: 'removeMember', member: 'a3' }, clusterOf(LEADER, {}, {}), null],
  ['the dead one of three may go', { type: 'removeMember', member: 'a3' }, clusterOf(LEADER, {}, DOWN), null],
  [
    'a living one may not while another is dead',
    { type: 'removeMember', member: 'a2' },
    clusterOf(LEADER, {}, DOWN),
    'quorum would not survive: 1 of 2',
  ],
  [
    'the last voter stays',
    { type: 'removeMember', member: 'a1' },
    clusterOf(LEADER, { isLearner: true }),
    'it is the only voter',
  ],
  [
    'a learner always comes',
    { type: 'addMember', peerUrls: ['http://x:1'], asLearner: true },
    clusterOf(LEADER, DOWN),
    null,
  ],
  [
    'a second voter would stop a store of one',
    { type: 'addMember', peerUrls: ['http://x:1'], asLearner: false },
    clusterOf(LEADER),
    'quorum would be lost at once: 1 voters answer, 2',
  ],
  [
    'a fourth voter of three is fine',
    { type: 'addMember', peerUrls: ['http://x:1'], asLearner: false },
    clusterOf(LEADER, {}, {}),
    null,
  ],
  [
    'no two members at one address',
    { type: 'addMember', peerUrls: ['http://10.0.0.2:2380'], asLearner: true },
    clusterOf(LEADER, {}),
    'm2 has that peer URL already',
  ],
  ['a voter is not promoted', { type: 'promoteMember', member: 'a2' }, clusterOf(LEADER, {}), 'm2 votes already'],
  [
    'a learner far behind waits',
    { type: 'promoteMember', member: 'a2' },
    clusterOf(LEADER, { isLearner: true, lag: 5_000 }),
    '5,000 entries behind',
  ],
  [
    'a learner that caught up votes',
    { type: 'promoteMember', member: 'a2' },
    clusterOf(LEADER, { isLearner: true }),
    null,
  ],
  ['no compaction of the future', { type: 'compact', revision: '1001' }, clusterOf(LEADER), 'does not exist yet'],
  ['no compaction twice', { type: 'compact', revision: '100' }, clusterOf(LEADER), 'compacted up to 100 already'],
  [
    'an alarm that does not stand is not cleared',
    { type: 'disarm', member: 'a1', alarm: 'NOSPACE' },
    clusterOf(LEADER),
    'does not report NOSPACE',
  ],
  [
    'one that stands is',
    { type: 'disarm', member: 'a1', alarm: 'NOSPACE' },
    clusterOf({ ...LEADER, errors: ['memberID:161 alarm:NOSPACE'] }),
    null,
  ],
  ['who is not a member is named', { type: 'removeMember', member: 'ff' }, clusterOf(LEADER), 'there is no member ff'],
])('%s', (_title, action, view, refusal) => {
  const found = plan(action, view).refusal;
  if (refusal === null) expect(found).toBeNull();
  else expect(found).toContain(refusal);
});

test('removing a voter says what the store survives then', () => {
  const { effects } = plan({ type: 'removeMember', member: 'a3' }, clusterOf(LEADER, {}, {}));
  expect(effects.join(' ')).toContain('Then 2 of 2 voters are needed, 2 answer: the store survives no failure');
});

test('compaction says how much history dies', () => {
  const { effects } = plan({ type: 'compact', revision: '400' }, clusterOf(LEADER));
  expect(effects[0]).toContain('300 of 900 revisions');
  expect(effects[3]).toMatch(/^Under way: ro_1\. Rollouts need no history/);
  expect(effects[4]).toBe('Under way here, and undone from history only: Copy 3 keys.');
});

const counts = (watchers: number, cut: Readonly<Record<string, number>> = {}) => ({
  ...{ watchers, slow: 0, cancelled: Object.values(cut).reduce((sum, count) => sum + count, 0), more: false },
  ranges: Object.entries(cut).map(([key, cancelled]) => ({
    ...{ key: utf8Encode(key), rangeEnd: prefixRangeEnd(utf8Encode(key)), watchers: cancelled, slow: 0, cancelled },
  })),
});
const watchesOf = (watched: PlanInput['watched']): readonly string[] =>
  plan({ type: 'compact', revision: '400' }, clusterOf(LEADER), watched).effects.slice(5);

test('compaction says whose watches it cuts off, as far as members can tell', () => {
  expect(watchesOf(null)).toEqual([]);
  expect(watchesOf([{ member: 'm1', counts: counts(12) }])).toEqual([
    'None of the 12 watches now open is that far behind.',
  ]);
  expect(watchesOf([{ member: 'm1', counts: counts(2, { '/a/': 1 }) }])).toEqual([
    '1 of the 2 watches now open is that far behind: 1 of /a/….',
  ]);
  expect(
    watchesOf([
      { member: 'm1', counts: counts(5, { '/a/': 2, '/b': 1 }) },
      { member: 'm2', counts: counts(5, { '/b': 3, '/c': 1, '/d': 1 }) },
      { member: 'm3', counts: null },
    ]),
  ).toEqual([
    '8 of the 10 watches now open are that far behind: 4 of /b…, 2 of /a/…, 1 of /c…, others.',
    'What is watched on m3 is not known.',
  ]);
});

test('the state differs when leader, votes or health do, and not by the order of members', () => {
  const action: ClusterAction = { type: 'compact', revision: '400' };
  const states = [
    clusterOf(LEADER, {}),
    clusterOf({}, LEADER),
    clusterOf(LEADER, DOWN),
    clusterOf(LEADER, { isLearner: true }),
  ].map((view) => plan(action, view).state);
  expect(new Set(states).size).toBe(4);
  const view = clusterOf(LEADER, {});
  expect(plan(action, { ...view, members: view.members.toReversed() }).state).toBe(states[0]);
});
