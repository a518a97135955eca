import { expect, test } from 'vitest';
import type { LeaderChange } from '../../../lib/api/types.ts';
import { type ExplainInput, explainElection, type Mark } from './explain.ts';
import type { Slice } from './health-window.ts';
import type { MemberDelta } from './member-reading.ts';

const M1 = 'a1';
const M2 = 'b2';
const LOST = 1_000_000;
const change = (at: number, leaderId: string | null, more: Partial<LeaderChange> = {}): LeaderChange => ({
  at,
  term: '2',
  leaderId,
  leaderName: leaderId,
  revision: '9',
  leaderlessMs: 0,
  leaderlessMsMax: 0,
  unseenTerms: 0,
  ...more,
});
const mark = (at: number, more: Partial<Mark>): Mark => ({
  at,
  kind: 'action',
  memberId: M1,
  text: 'it happened',
  cause: null,
  ...more,
});
const QUIET: MemberDelta = {
  fsyncP99Ms: 2,
  commitP99Ms: 2,
  peer: null,
  failedProposals: 0,
  heartbeatsFailed: 0,
  leaderChanges: 0,
  isRestarted: false,
};
const slice = (at: number, delta: Partial<MemberDelta> = {}): Slice => ({
  at,
  samples: new Map(),
  deltas: new Map([[BigInt(`0x${M1}`), { ...QUIET, ...delta }]]),
});

const explain = (more: Partial<ExplainInput> = {}) =>
  explainElection({
    changes: [
      change(0, M1),
      change(LOST, null),
      change(LOST + 1_200, M2, { leaderlessMs: 1_200, leaderlessMsMax: 1_300 }),
    ],
    index: 2,
    slices: [slice(LOST), slice(LOST + 5_000)],
    marks: [],
    nameOf: (id) => (id === M1 ? 'm1' : 'm2'),
    unread: [],
    ...more,
  });

test('nothing to be seen is "unknown", with what was looked at', () => {
  const { cause, certainty, evidence, verdict } = explain();
  expect({ cause, certainty }).toEqual({ cause: 'unknown', certainty: 'unknown' });
  expect(verdict).toContain('m1 went on answering');
  expect(evidence.map(({ text, supports }) => [text, supports])).toEqual([
    ['Flushes of m1: 99 of 100 took at most 2 ms.', false],
  ]);
});

test('what could not be looked at is named, and takes nothing away from "unknown"', () => {
  const { certainty, missing } = explain({ slices: [], unread: [{ id: M1, why: 'not offered (404).' }] });
  expect(certainty).toBe('unknown');
  expect(missing).toEqual(['Times of disk and peers of m1: not offered (404).']);
});

test.each([
  ['a hand-over asked for here', [mark(LOST - 500, { cause: 'moveLeader' })], 'planned', 'known'],
  ['a hand-over asked for long before', [mark(LOST - 14_000, { cause: 'moveLeader' })], 'unknown', 'unknown'],
  ['a drill on the one that led', [mark(LOST - 500, { kind: 'drill' })], 'drill', 'known'],
  ['a drill that began long ago and goes on', [mark(LOST - 60_000, { kind: 'drill' })], 'drill', 'known'],
  [
    'a drill that was over by then',
    [mark(LOST - 9_000, { kind: 'drill' }), mark(LOST - 4_000, { kind: 'healed' })],
    'unknown',
    'unknown',
  ],
  ['a drill on another one', [mark(LOST - 500, { kind: 'drill', memberId: M2 })], 'unknown', 'unknown'],
  ['a connection refused', [mark(LOST, { kind: 'silent', cause: 'refused' })], 'stopped', 'known'],
  ['silence', [mark(LOST, { kind: 'silent', cause: 'timeout' })], 'unresponsive', 'likely'],
  [
    'a process that is another one afterwards',
    [mark(LOST, { kind: 'silent', cause: 'timeout' }), mark(LOST + 9_000, { kind: 'restarted' })],
    'stopped',
    'known',
  ],
  ['silence of another one', [mark(LOST, { kind: 'silent', cause: 'refused', memberId: M2 })], 'unknown', 'unknown'],
] as const)('%s', (_name, marks, cause, certainty) => {
  expect(explain({ marks: [...marks] })).toMatchObject({ cause, certainty });
});

test('slow flushes of the one that led are likely the cause; of a later time they are none', () => {
  expect(explain({ slices: [slice(LOST, { fsyncP99Ms: 900 })] })).toMatchObject({
    cause: 'slowDisk',
    certainty: 'likely',
  });
  expect(explain({ slices: [slice(LOST + 15_000, { fsyncP99Ms: 900 })] })).toMatchObject({ cause: 'unknown' });
});

test('slow peers speak for the network, late heartbeats for a leader that was too busy', () => {
  expect(explain({ slices: [slice(LOST, { peer: { id: M2, p99Ms: 700 } })] }).cause).toBe('network');
  const busy = explain({ slices: [slice(LOST, { heartbeatsFailed: 3 })] });
  expect(busy).toMatchObject({ cause: 'overloaded', certainty: 'likely' });
  expect(busy.evidence.find(({ supports }) => supports)?.text).toBe('m1 sent 3 heartbeats too late.');
});

test('failed writes and terms that nobody was seen to win stand beside, whatever the cause', () => {
  const { evidence } = explain({
    changes: [change(0, M1), change(LOST, M2, { unseenTerms: 2 })],
    index: 1,
    slices: [slice(LOST, { failedProposals: 4 })],
  });
  const texts = evidence.map(({ text }) => text).join(' ');
  expect(texts).toContain('4 writes failed');
  expect(texts).toContain('2 terms passed');
});

test('a hand-over that brought the leader does not explain how that one was lost', () => {
  const changes = [change(0, M2), change(LOST - 2_000, M1), change(LOST, M2)];
  expect(explain({ changes, marks: [mark(LOST - 2_500, { cause: 'moveLeader' })] }).cause).toBe('unknown');
  expect(explain({ changes, marks: [mark(LOST - 500, { cause: 'moveLeader' })] }).cause).toBe('planned');
});

test('of the leader found at the start nothing is claimed', () => {
  expect(explain({ index: 0 })).toMatchObject({ cause: 'unknown', missing: ['The console was not watching then.'] });
});

test('a leader that was only out of sight was not elected anew', () => {
  const { verdict, certainty } = explain({ changes: [change(0, M1), change(LOST, null), change(LOST + 300, M1)] });
  expect(verdict).toContain('No election: m1 led on');
  expect(certainty).toBe('known');
});

test('a drill that hid the leader without an election is named as what hid it', () => {
  const changes = [change(0, M1), change(LOST, null), change(LOST + 300, M1)];
  const { cause, verdict } = explain({ changes, marks: [mark(LOST - 400, { kind: 'drill' })] });
  expect(cause).toBe('drill');
  expect(verdict).toContain('No election: m1 led on in term 2; a drill');
});
