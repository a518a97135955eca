import { expect, test } from 'vitest';
import type { ClusterView, MemberView } from '../../lib/api/types.ts';
import { clusterSentence } from './cluster-sentence.ts';

const noon = new Date(2026, 10, 21, 12, 0, 0).getTime();

const member = (name: string, health: MemberView['health'] = 'healthy'): MemberView => ({
  id: name,
  name,
  endpoint: `http://${name}`,
  peerUrls: [],
  clientUrls: [],
  isLearner: false,
  isLeader: name === 'm2',
  health,
  status: null,
  lastSeenAt: null,
  error: null,
});

const cluster = (fields: Partial<ClusterView>): ClusterView => ({
  at: noon,
  reachable: true,
  members: [member('m1'), member('m2'), member('m3')],
  leaderId: 'm2',
  leaderSince: { at: noon - 60_000, exact: true },
  term: '4',
  quorum: { voters: 3, healthy: 3, needed: 2, survives: 1 },
  risks: [],
  leaderChanges: [],
  drills: { refusal: null, running: [], recent: [] },
  watchingSince: noon,
  cost: { watches: 1, rpcsPerSecond: 0, bytesPerSecond: 0 },
  ...fields,
});

const say = (view: ClusterView): string =>
  clusterSentence(view, noon)
    .map((part) => part.text)
    .join(' · ');

test('a healthy cluster is told in one sentence', () => {
  expect(say(cluster({}))).toBe('3 of 3 members · m2 leads since 11:59 · survives 1 failure');
});

test('a leader from before the console started is not dated by its start', () => {
  expect(say(cluster({ leaderSince: { at: noon, exact: false } }))).toContain('m2 leads since before 12:00');
});

test('a lost majority and a missing leader are said as such', () => {
  const view = cluster({
    members: [member('m1'), member('m2', 'unreachable'), member('m3', 'unreachable')],
    leaderId: null,
    leaderSince: null,
    quorum: { voters: 3, healthy: 1, needed: 2, survives: -1 },
  });
  expect(say(view)).toBe('1 of 3 members · no leader · has lost its majority');
});

test('nothing is claimed about a store that does not answer', () => {
  expect(say(cluster({ reachable: false, leaderId: null }))).toBe(
    'store unreachable · leader unknown · tolerance unknown',
  );
});

test('a store that an alarm stops says so first, whoever is up', () => {
  const alarmed = (text: string): MemberView => ({
    ...member('m1'),
    // Of a status the sentence reads the errors alone.
    status: { errors: [text] } as unknown as MemberView['status'],
  });
  const saying = (text: string) => say(cluster({ members: [alarmed(text), member('m2'), member('m3')] }));
  expect(saying('memberID:1 alarm:NOSPACE ')).toBe(
    'full: takes no writes · 3 of 3 members · m2 leads since 11:59 · survives 1 failure',
  );
  expect(saying('memberID:1 alarm:CORRUPT ')).toContain('corrupt: serves nothing · ');
  expect(saying('etcdserver: no leader')).toMatch(/^3 of 3 members/);
});
