/** Who checks the checkers: every deliberately broken member must be caught within a stated number of seeds. */
import { expect, test } from 'vitest';
import { MEMBER_MUTATIONS } from './mutations.ts';
import { runMemberSeed } from './run.ts';

/** Seeds from 1 within which each is caught, with room for what later changes of the world may shift. */
const CAUGHT_WITHIN: Readonly<Record<string, { readonly seeds: number; readonly says: RegExp }>> = {
  acknowledgeBeforeFlush: { seeds: 10, says: /its log had flushed|goes on after a flush/ },
  dropEntryOnReopen: { seeds: 10, says: /restarts with/ },
  applyTwiceAfterRestart: {
    seeds: 15,
    says: /was durable up to entry|holds index|answers entry|has (revision|content)/,
  },
  leaseNotExtended: { seeds: 60, says: /^lease \d+ of \d+ ms ends/ },
  expireLeaseEarly: { seeds: 80, says: /^lease \d+ of \d+ ms ends/ },
  loseLeaseRenewal: { seeds: 80, says: /^lease \d+ of \d+ ms ends/ },
  skipWatchEvent: { seeds: 10, says: /watch/ },
  readWithoutBarrier: { seeds: 10, says: /stale read/ },
  removeWhileJoint: { seeds: 60, says: /has members|nobody removed it/ },
  forgetRemoval: { seeds: 60, says: /was removed and runs on/ },
  imageWithoutMembers: { seeds: 10, says: /has members/ },
  ignoreChecksums: { seeds: 40, says: /has (HashKV|content)|a read at revision|a watch from/ },
};

/** Seconds on an idle machine; only ends what hangs on a busy one. */
const CATCH_TIMEOUT_MS = 120_000;

test('every mutation has its bound', () => {
  expect(Object.keys(CAUGHT_WITHIN).sort()).toEqual(Object.keys(MEMBER_MUTATIONS).sort());
});

test.each(Object.entries(CAUGHT_WITHIN))(
  '%s is caught',
  (mutation, { seeds, says }) => {
    let caught: string | undefined;
    for (let seed = 1; seed <= seeds && caught === undefined; seed++) {
      const { violation } = runMemberSeed(seed, { mutation });
      if (violation !== undefined && says.test(violation)) caught = violation;
    }
    expect(caught).toMatch(says);
  },
  CATCH_TIMEOUT_MS,
);

test('a mutation leaves no trace in the runs that follow', () => {
  const before = runMemberSeed(5).hash;
  for (const mutation of ['leaseNotExtended', 'dropEntryOnReopen', 'applyTwiceAfterRestart'])
    runMemberSeed(5, { mutation });
  expect(runMemberSeed(5).hash).toBe(before);
});

test('an unknown mutation is refused by name', () => {
  expect(() => runMemberSeed(1, { mutation: 'nonsense' })).toThrow('unknown mutation nonsense');
});
