import { expect, test } from 'vitest';
import { term } from '../../../lib/base/brand.ts';
import { etcdErrors } from '../../../lib/base/etcdpb/errors.ts';
import { ManualClock } from '../ports/manual-clock.ts';
import type { ProposedEntry, RaftNode, Role } from '../raft/types.ts';
import { Proposals } from './proposals.ts';

/** A core that takes everything, as the leader or by forwarding. */
function core(role: Role, inTerm: number): { readonly raft: RaftNode; readonly taken: ProposedEntry[] } {
  const taken: ProposedEntry[] = [];
  const part: Partial<RaftNode> = {
    status: () => ({ role, term: term(inTerm) }) as ReturnType<RaftNode['status']>,
    propose: (entries) => {
      taken.push(...entries);
      return role === 'leader' ? 'accepted' : 'forwarded';
    },
  };
  // Proposals asks a core for nothing else.
  return { raft: part as RaftNode, taken };
}

function queued(onlyInTerm: number | undefined) {
  const clock = new ManualClock();
  const proposals = new Proposals({ clock, patienceMs: 1000, timeoutError: etcdErrors.timeout });
  const answers: string[] = [];
  const done = (result: { readonly ok: boolean; readonly error?: Error }) =>
    answers.push(result.error?.message ?? 'ok');
  proposals.add(1n, new Uint8Array(3), done, onlyInTerm === undefined ? undefined : term(onlyInTerm));
  return { proposals, answers };
}

test.each(['follower', 'leader'] as const)(
  'what the leader of one term may propose is dropped when a %s of the next would take it',
  (role) => {
    const { proposals, answers } = queued(2);
    const { raft, taken } = core(role, 3);
    proposals.submit(raft);
    expect(taken).toEqual([]);
    expect(answers).toEqual(['etcdserver: no leader']);
    expect(proposals.pending).toBe(0);
  },
);

test('it is proposed in its own term, and a client’s write in any', () => {
  const own = core('leader', 2);
  queued(2).proposals.submit(own.raft);
  expect(own.taken).toHaveLength(1);
  const forwarded = core('follower', 3);
  queued(undefined).proposals.submit(forwarded.raft);
  expect(forwarded.taken).toHaveLength(1);
});
