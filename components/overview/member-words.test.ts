import { expect, test } from 'vitest';
import type { ClusterView, MemberView } from '../../lib/api/types.ts';
import { headline, lagWord, quorumArithmetic, ringMember } from './member-words.ts';

const status = (lag: number): NonNullable<MemberView['status']> => ({
  version: '3.6.0',
  dbSizeBytes: '0',
  dbSizeInUseBytes: '0',
  raftTerm: '7',
  raftIndex: '18204',
  raftAppliedIndex: '18204',
  lagEntries: String(lag),
  roundTripMs: 1,
  errors: [],
});
const member = (name: string, fields: Partial<MemberView> = {}): MemberView => ({
  id: name,
  name,
  endpoint: '',
  peerUrls: [],
  clientUrls: [],
  isLearner: false,
  isLeader: false,
  health: 'healthy',
  status: status(0),
  lastSeenAt: 1,
  error: null,
  ...fields,
});
const view = (members: MemberView[], survives: number, fields: Partial<ClusterView> = {}): ClusterView => ({
  at: 0,
  reachable: true,
  members,
  leaderId: members.find((one) => one.isLeader)?.id ?? null,
  leaderSince: null,
  term: '7',
  quorum: { voters: members.length, healthy: members.length, needed: Math.floor(members.length / 2) + 1, survives },
  risks: [],
  leaderChanges: [],
  watchingSince: 0,
  drills: { refusal: null, running: [], recent: [] },
  cost: { watches: 1, rpcsPerSecond: 0, bytesPerSecond: 0 },
  ...fields,
});

test('the headline says what is up, who leads and what may fail', () => {
  const members = [member('m1'), member('m2', { isLeader: true }), member('m3')];
  expect(headline(view(members, 1))).toBe(
    'All 3 members are up; m2 leads in term 7. The store survives 1 more failure.',
  );
  const down = [member('m1'), member('m2', { isLeader: true }), member('m3', { health: 'unreachable', status: null })];
  expect(headline(view(down, 0))).toBe(
    'm3 does not answer; m2 leads in term 7. If one more member fails, writes stop.',
  );
});

test('a lost majority is said before anything hopeful', () => {
  const gone = { health: 'unreachable', status: null } as const;
  expect(headline(view([member('m1'), member('m2', gone), member('m3', gone)], -1))).toBe(
    'm2 and m3 do not answer; there is no leader, so nothing can be written. The majority is lost: no write is accepted until members return.',
  );
});

test('a member that lags is named although it is up', () => {
  const members = [
    member('m1', { health: 'lagging', status: status(5_000) }),
    member('m2', { isLeader: true }),
    member('m3'),
  ];
  expect(headline(view(members, 1))).toContain('All 3 members are up, but m1 lags behind;');
});

test('a few entries under way are "in step", many are counted', () => {
  expect(lagWord(member('m1', { status: status(3) }))).toBe('in step');
  expect(lagWord(member('m1', { status: status(5_210) }))).toBe('5,210 entries behind');
  expect(lagWord(member('m1', { isLeader: true, status: status(0) }))).toBe('');
});

test('a member that does not answer shows no number of before', () => {
  const silent = ringMember(member('m3', { health: 'unreachable', status: null }), '7', false);
  expect([silent.note, silent.arrowLabel, silent.tone]).toEqual(['', 'no answer', 'bad']);
});

test('a single voter is explained, not counted', () => {
  expect(quorumArithmetic({ voters: 1, healthy: 1, needed: 1, survives: 0 })).toContain('decides alone');
});

test('a store that takes nothing is not told as one that is well', () => {
  const full = member('m1', { status: { ...status(0), errors: ['memberID:1 alarm:NOSPACE '] } });
  expect(headline(view([full, member('m2', { isLeader: true })], 0))).toMatch(
    /^The store is full and takes no writes\. All 2 members are up; m2 leads/,
  );
});
