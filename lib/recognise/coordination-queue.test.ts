import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ByteString } from '../base/bytes.ts';
import { type Contender, CoordinationQueue, type QueueChange, TERMS_MAX } from './coordination-queue.ts';

const queueOf = () => new CoordinationQueue('leaseQueue', 'a/' as ByteString);
const key = (name: string) => `a/${name}` as ByteString;

const contender = (name: string, createRevision: number, more: Partial<Contender> = {}): Contender => ({
  key: key(name),
  lease: 1n,
  createRevision,
  modRevision: createRevision,
  valueBytes: 0,
  value: '',
  since: createRevision * 1_000,
  ...more,
});

const put = (name: string, createRevision: number, more?: Partial<Contender>): QueueChange => ({
  type: 'put',
  contender: contender(name, createRevision, more),
});
const del = (name: string): QueueChange => ({ type: 'delete', key: key(name) });
const at = (revision: number) => ({ revision, at: revision * 1_000 });

test('the oldest key holds; the next takes over at the very revision at which it goes', () => {
  const queue = queueOf();
  queue.apply([put('x', 5)], at(5));
  queue.apply([put('y', 6)], at(6));
  queue.apply([del('x')], at(9));
  expect(queue.holder?.key).toBe('a/y');
  expect(queue.terms).toMatchObject([
    { key: 'a/x', token: 5, from: 5, fromExact: true, to: 9, toAt: 9_000, toExact: true },
    { key: 'a/y', token: 6, from: 9, fromAt: 9_000, fromExact: true, to: null },
  ]);
});

test('a waiter that leaves changes nothing for the holder', () => {
  const queue = queueOf();
  queue.apply([put('x', 5)], at(5));
  queue.apply([put('y', 6)], at(6));
  queue.apply([put('z', 7)], at(7));
  queue.apply([del('y')], at(8));
  expect(queue.terms).toHaveLength(1);
  expect(queue.contenders.map((one) => one.key)).toEqual(['a/x', 'a/z']);
});

test('a proclaimed value changes the term, not the holder', () => {
  const queue = queueOf();
  queue.apply([put('x', 5, { value: 'one', valueBytes: 3 })], at(5));
  queue.apply([put('x', 5, { value: 'two', valueBytes: 3, modRevision: 8, since: null })], at(8));
  expect(queue.terms).toMatchObject([{ value: 'two', from: 5, fromAt: 5_000 }]);
  expect(queue.holder?.since).toBe(5_000);
});

test('a key created anew within one revision begins a new term', () => {
  const queue = queueOf();
  queue.apply([put('x', 5)], at(5));
  queue.apply([del('x'), put('x', 7)], at(7));
  expect(queue.terms).toMatchObject([
    { token: 5, to: 7 },
    { token: 7, from: 7, to: null },
  ]);
});

test('a holder that is found rather than seen has no exact start, and a change that was missed no exact end', () => {
  const queue = queueOf();
  queue.observe([contender('y', 6), contender('x', 5)], at(20));
  expect(queue.terms).toMatchObject([{ key: 'a/x', from: 5, fromExact: false, to: null }]);
  queue.observe([contender('y', 6)], at(30));
  expect(queue.terms).toMatchObject([
    { key: 'a/x', to: 30, toExact: false },
    { key: 'a/y', from: 6, fromExact: false },
  ]);
});

test('a holder that is still there after a gap keeps its term', () => {
  const queue = queueOf();
  queue.apply([put('x', 5)], at(5));
  queue.observe([contender('x', 5)], at(40));
  expect(queue.terms).toMatchObject([{ from: 5, fromExact: true, to: null }]);
});

test('a value read later is taken, unless the key has changed since', () => {
  const queue = queueOf();
  queue.observe([contender('x', 5, { value: null, valueBytes: 4 })], at(9));
  queue.learnValue(key('x'), 4, 'old');
  expect(queue.terms[0]?.value).toBeNull();
  queue.learnValue(key('x'), 5, 'node');
  expect(queue.terms[0]?.value).toBe('node');
});

test('terms are bounded, and it is told that older ones fell out', () => {
  const queue = queueOf();
  for (let revision = 1; revision <= TERMS_MAX + 1; revision++) {
    queue.apply([put(`k${revision}`, revision), del(`k${revision - 1}`)], at(revision));
  }
  expect(queue.terms).toHaveLength(TERMS_MAX);
  expect(queue.droppedTerms).toBe(true);
});

test('whatever happens, the smallest create revision holds, terms never overlap and only the holder’s is open', () => {
  const step = fc.record({ name: fc.constantFrom('p', 'q', 'r', 's'), isDelete: fc.boolean() });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const queue = queueOf();
      const model = new Map<string, number>();
      steps.forEach(({ name, isDelete }, index) => {
        const revision = index + 1;
        if (isDelete) model.delete(name);
        else if (!model.has(name)) model.set(name, revision);
        queue.apply([isDelete ? del(name) : put(name, model.get(name) ?? revision)], at(revision));
        const oldest = [...model].sort((a, b) => a[1] - b[1])[0];
        expect(queue.holder?.createRevision).toBe(oldest?.[1]);
        expect(queue.terms.at(-1)?.to ?? null).toBe(oldest === undefined ? (queue.terms.at(-1)?.to ?? null) : null);
      });
      queue.terms.forEach((term, index) => {
        const next = queue.terms[index + 1];
        if (next === undefined) return;
        expect(term.to).not.toBeNull();
        expect(next.from).toBeGreaterThanOrEqual(term.to ?? Number.NaN);
        expect(next.token).toBeGreaterThan(term.token);
      });
    }),
  );
});
