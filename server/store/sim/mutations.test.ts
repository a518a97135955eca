/** Who checks the checkers: every deliberately broken member must be caught within a stated number of seeds. */
import { expect, test } from 'vitest';
import { MUTATIONS } from './mutations.ts';
import { runSeed } from './run.ts';

/** Seeds from 1 within which each is caught, with room for what later changes of the world may shift. */
const CAUGHT_WITHIN: Readonly<Record<string, { readonly seeds: number; readonly says: RegExp }>> = {
  acknowledgeBeforeFlush: { seeds: 5, says: /its disk (says|ends)|without a durable quorum/ },
  forgetVote: { seeds: 20, says: /votes for|hard state/ },
  commitOldTerms: { seeds: 30, says: /commit rule|leader completeness/ },
  commitWithoutQuorum: { seeds: 5, says: /without a durable quorum/ },
  electAnyone: { seeds: 30, says: /leader completeness|conflicts with commit/ },
  voteTwice: { seeds: 20, says: /votes for/ },
  skipPreVote: { seeds: 5, says: /nobody granted it a pre-vote/ },
  acknowledgeBeforeCommit: { seeds: 5, says: /acknowledged at/ },
  applyTwice: { seeds: 3, says: /differs from the history/ },
  snapshotWithoutState: { seeds: 20, says: /holds an image/ },
  forgetChange: { seeds: 20, says: /the log makes it/ },
  skipJoint: { seeds: 20, says: /the log makes it/ },
  learnerVotes: { seeds: 20, says: /the log makes it/ },
  readByLease: { seeds: 60, says: /stale read/ },
  readUnconfirmed: { seeds: 60, says: /stale read/ },
};

/** Seconds on an idle machine; only ends what hangs on a busy one. */
const CATCH_TIMEOUT_MS = 120_000;

test('every mutation has its bound', () => {
  expect(Object.keys(CAUGHT_WITHIN).sort()).toEqual(Object.keys(MUTATIONS).sort());
});

test.each(Object.entries(CAUGHT_WITHIN))(
  '%s is caught',
  (mutation, { seeds, says }) => {
    let caught: string | undefined;
    for (let seed = 1; seed <= seeds && caught === undefined; seed++) {
      const { violation } = runSeed(seed, { mutation });
      if (violation !== undefined && says.test(violation)) caught = violation;
    }
    expect(caught).toMatch(says);
  },
  CATCH_TIMEOUT_MS,
);

test('a mutation leaves no trace in the runs that follow', () => {
  const before = runSeed(2).hash;
  runSeed(2, { mutation: 'electAnyone' });
  runSeed(2, { mutation: 'commitOldTerms' });
  expect(runSeed(2).hash).toBe(before);
});

test('an unknown mutation is refused by name', () => {
  expect(() => runSeed(1, { mutation: 'nonsense' })).toThrow('unknown mutation nonsense');
});
