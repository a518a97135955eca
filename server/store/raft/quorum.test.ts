import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { MemberId } from '../../../lib/base/brand.ts';
import { majorityReached, majorityVote, quorumReached, quorumVote } from './quorum.ts';
import { id } from './test-cluster.ts';

const electorate = fc
  .uniqueArray(fc.integer({ min: 1, max: 9 }), { maxLength: 7 })
  .map((values) => values.map((value) => id(value)));
const indexes = fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 9, maxLength: 9 });
const answers = fc.array(fc.constantFrom(true, false, undefined), { minLength: 9, maxLength: 9 });

const lookup = <T>(values: readonly T[], member: MemberId): T => values[Number(member) - 1] as T;

/** By definition: the highest candidate value that more than half have reached. */
function naiveReached(members: readonly MemberId[], values: readonly number[]): number {
  if (members.length === 0) return Number.POSITIVE_INFINITY;
  let best = 0;
  for (const candidate of values) {
    const holders = members.filter((member) => lookup(values, member) >= candidate).length;
    if (holders * 2 > members.length) best = Math.max(best, candidate);
  }
  return best;
}

/** By definition: tries every way the missing voters may still answer. */
function naiveVote(members: readonly MemberId[], votes: readonly (boolean | undefined)[]): string {
  if (members.length === 0) return 'won';
  const missing = members.filter((member) => lookup(votes, member) === undefined);
  const outcomes = new Set<boolean>();
  for (let bits = 0; bits < 2 ** missing.length; bits++) {
    const granted = members.filter((member) => {
      const position = missing.indexOf(member);
      return position >= 0 ? (bits >> position) % 2 === 1 : lookup(votes, member) === true;
    });
    outcomes.add(granted.length * 2 > members.length);
  }
  if (outcomes.size === 2) return 'pending';
  return outcomes.has(true) ? 'won' : 'lost';
}

test('a majority has reached what more than half have reached', () => {
  fc.assert(
    fc.property(electorate, indexes, (members, values) => {
      const reached = majorityReached(members, (member) => lookup(values, member));
      expect(reached).toBe(naiveReached(members, values));
    }),
  );
});

test('a joint quorum has reached what both majorities have reached', () => {
  fc.assert(
    fc.property(electorate, electorate, indexes, (voters, votersOutgoing, values) => {
      const reached = quorumReached({ voters, votersOutgoing }, (member) => lookup(values, member));
      expect(reached).toBe(Math.min(naiveReached(voters, values), naiveReached(votersOutgoing, values)));
    }),
  );
});

test('a vote is decided exactly when the missing answers cannot change it', () => {
  fc.assert(
    fc.property(electorate, answers, (members, values) => {
      expect(majorityVote(members, votesOf(values))).toBe(naiveVote(members, values));
    }),
  );
});

test('a joint vote needs both halves and is lost with either', () => {
  fc.assert(
    fc.property(electorate, electorate, answers, (voters, votersOutgoing, values) => {
      const halves = [naiveVote(voters, values), naiveVote(votersOutgoing, values)];
      const expected = halves.includes('lost') ? 'lost' : halves.includes('pending') ? 'pending' : 'won';
      expect(quorumVote({ voters, votersOutgoing }, votesOf(values))).toBe(expected);
    }),
  );
});

test('an answer of someone outside the electorate changes nothing', () => {
  expect(majorityVote([id(1), id(2), id(3)], new Map([[id(9), true]]))).toBe('pending');
});

function votesOf(values: readonly (boolean | undefined)[]): Map<MemberId, boolean> {
  const votes = new Map<MemberId, boolean>();
  for (const [i, value] of values.entries()) if (value !== undefined) votes.set(id(i + 1), value);
  return votes;
}
