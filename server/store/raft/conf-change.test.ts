import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { MemberId } from '../../../lib/base/brand.ts';
import { changeConfState, confMembers, EMPTY_CONF_STATE, isJoint, isVoter } from './conf-change.ts';
import { decodeConfChange, encodeConfChange, LEAVE_JOINT_ENTRY } from './conf-change-codec.ts';
import { majority } from './quorum.ts';
import { id, ids, voters } from './test-cluster.ts';
import { type ConfChange, type ConfState, ENTRY_CONF_CHANGE, ENTRY_CONF_CHANGE_V2 } from './types.ts';

type Kind = ConfChange['changes'][number]['type'];

const change = (
  transition: ConfChange['transition'],
  ...changes: readonly (readonly [Kind, number])[]
): ConfChange => ({
  transition,
  changes: changes.map(([type, member]) => ({ type, id: id(member) })),
});
const LEAVE = change('auto');

function apply(conf: ConfState, ...changes: readonly ConfChange[]): ConfState {
  let next = conf;
  for (const one of changes) {
    const result = changeConfState(next, one);
    if (!result.ok) throw new Error(result.error);
    next = result.value;
  }
  return next;
}

const refusal = (conf: ConfState, one: ConfChange): string => {
  const result = changeConfState(conf, one);
  return result.ok ? 'accepted' : result.error;
};

test('a cluster begins by adding its first voter to nothing', () => {
  expect(apply(EMPTY_CONF_STATE, change('auto', ['addVoter', 1]), change('auto', ['addVoter', 2]))).toEqual(
    voters(1, 2),
  );
});

test('thesis §4.1: a single change applies at once', () => {
  expect(apply(voters(1, 2), change('auto', ['addVoter', 3]))).toEqual(voters(1, 2, 3));
  expect(apply(voters(1, 2, 3), change('auto', ['remove', 2]))).toEqual(voters(1, 3));
  expect(apply(voters(1), change('auto', ['addLearner', 2]))).toEqual({ ...voters(1), learners: ids(2) });
});

test('a learner is promoted, a voter demoted', () => {
  const promoted = apply({ ...voters(1), learners: ids(2) }, change('auto', ['addVoter', 2]));
  expect(promoted).toEqual(voters(1, 2));
  expect(apply(promoted, change('auto', ['addLearner', 2]))).toEqual({ ...voters(1), learners: ids(2) });
});

test('thesis §4.3: several changes pass through a joint configuration that leaves itself', () => {
  const joint = apply(voters(1, 2, 3), change('auto', ['remove', 3], ['addVoter', 4]));
  expect(joint).toEqual({ ...voters(1, 2, 4), votersOutgoing: ids(1, 2, 3), autoLeave: true });
  expect(apply(joint, LEAVE)).toEqual(voters(1, 2, 4));
});

test('an explicit joint configuration waits to be left, also for one change', () => {
  const joint = apply(voters(1), change('jointExplicit', ['addVoter', 2]));
  expect(joint).toEqual({ ...voters(1, 2), votersOutgoing: ids(1), autoLeave: false });
  expect(apply(voters(1), change('jointImplicit', ['addVoter', 2])).autoLeave).toBe(true);
});

test('a voter demoted in a joint configuration becomes a learner only when it is left', () => {
  const joint = apply(voters(1, 2, 3), change('jointExplicit', ['addLearner', 3]));
  expect(joint).toEqual({ ...voters(1, 2), votersOutgoing: ids(1, 2, 3), learnersNext: ids(3) });
  expect(isVoter(joint, id(3))).toBe(true);
  expect(apply(joint, LEAVE)).toEqual({ ...voters(1, 2), learners: ids(3) });
});

test('within one change the last word on a member counts', () => {
  const joint = apply(voters(1, 2, 3), change('jointExplicit', ['addLearner', 3], ['addVoter', 3]));
  expect(joint).toEqual({ ...voters(1, 2, 3), votersOutgoing: ids(1, 2, 3) });
  const removed = apply(voters(1, 2, 3), change('jointExplicit', ['addLearner', 3], ['remove', 3]));
  expect(removed).toEqual({ ...voters(1, 2), votersOutgoing: ids(1, 2, 3) });
});

test('what does not fit is refused in words', () => {
  expect(refusal(voters(1), change('auto', ['remove', 1]))).toBe('the last voter cannot be removed');
  expect(refusal(voters(1), change('auto', ['addLearner', 1]))).toBe('the last voter cannot be removed');
  expect(refusal(voters(1), LEAVE)).toBe('the configuration is not joint');
  const joint = apply(voters(1, 2), change('jointExplicit', ['addVoter', 3]));
  expect(refusal(joint, change('auto', ['addVoter', 4]))).toBe('the joint configuration must be left first');
  expect(refusal(EMPTY_CONF_STATE, change('jointExplicit', ['addVoter', 1]))).toMatch('cannot become joint');
});

test('changes that change nothing are accepted', () => {
  for (const kind of ['addVoter', 'update'] as const) {
    expect(apply(voters(1, 2), change('auto', [kind, 2]))).toEqual(voters(1, 2));
  }
  expect(apply(voters(1, 2), change('auto', ['remove', 9]))).toEqual(voters(1, 2));
  expect(apply({ ...voters(1), learners: ids(2) }, change('auto', ['addLearner', 2]))).toEqual({
    ...voters(1),
    learners: ids(2),
  });
});

test('whatever is accepted keeps the invariants and overlaps with the configuration before', () => {
  const kinds = fc.constantFrom<Kind>('addVoter', 'addLearner', 'remove', 'update');
  const anyChange = fc
    .record({
      transition: fc.constantFrom<ConfChange['transition']>('auto', 'jointImplicit', 'jointExplicit'),
      changes: fc.array(fc.tuple(kinds, fc.integer({ min: 1, max: 6 })), { maxLength: 4 }),
    })
    .map(({ transition, changes }) => change(transition, ...changes));
  fc.assert(
    fc.property(fc.array(anyChange, { maxLength: 30 }), (changes) => {
      let conf = voters(1, 2, 3);
      for (const one of changes) {
        const result = changeConfState(conf, one);
        if (!result.ok) continue;
        const next = result.value;
        expect(next.voters.length).toBeGreaterThan(0);
        expect(confMembers(next)).toEqual([...confMembers(next)].sort((a, b) => (a < b ? -1 : 1)));
        if (!isJoint(next)) expect(next).toMatchObject({ learnersNext: [], autoLeave: false });
        expect(quorumsOverlap(conf, next)).toBe(true);
        conf = next;
      }
    }),
  );
});

/** By definition: no quorum of one configuration can miss every quorum of the other. */
function quorumsOverlap(a: ConfState, b: ConfState): boolean {
  const members = [...new Set([...confMembers(a), ...confMembers(b)])];
  const has = (bits: number, group: readonly MemberId[]) =>
    group.length === 0 ||
    group.filter((member) => (bits >> members.indexOf(member)) % 2 === 1).length >= majority(group.length);
  const isQuorum = (bits: number, conf: ConfState) => has(bits, conf.voters) && has(bits, conf.votersOutgoing);
  for (let bits = 0; bits < 2 ** members.length; bits++) {
    const rest = 2 ** members.length - 1 - bits;
    if (isQuorum(bits, a) && isQuorum(rest, b)) return false;
  }
  return true;
}

test('changes survive the log’s encoding', () => {
  const changes: ConfChange[] = [
    change('auto', ['addVoter', 1]),
    change('jointImplicit', ['addLearner', 2], ['remove', 3]),
    change('jointExplicit', ['update', 4]),
    LEAVE,
  ];
  for (const one of changes) expect(decodeConfChange(encodeConfChange(one))).toEqual({ ok: true, value: one });
});

test('the entry that leaves a joint configuration is an empty change of the second kind', () => {
  expect(LEAVE_JOINT_ENTRY).toMatchObject({ type: ENTRY_CONF_CHANGE_V2, data: new Uint8Array(0) });
  expect(decodeConfChange(LEAVE_JOINT_ENTRY)).toEqual({ ok: true, value: LEAVE });
});

test('a change of the first kind, as etcd writes it, is one automatic change', () => {
  // ConfChange { type: 1 (remove), node_id: 0x2a }
  const data = Uint8Array.of(0x10, 1, 0x18, 0x2a);
  expect(decodeConfChange({ type: ENTRY_CONF_CHANGE, data })).toEqual({
    ok: true,
    value: change('auto', ['remove', 42]),
  });
});

test('malformed changes are errors, not exceptions', () => {
  const decode = (...data: number[]) => decodeConfChange({ type: ENTRY_CONF_CHANGE_V2, data: Uint8Array.from(data) });
  expect(decode(0x08, 7)).toEqual({ ok: false, error: 'unknown transition 7' });
  expect(decode(0x12, 2, 0x08, 9)).toEqual({ ok: false, error: 'unknown configuration change type 9' });
  expect(decode(0x12, 200).ok).toBe(false);
});
