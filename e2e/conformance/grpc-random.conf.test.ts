/**
 * Thousands of requests drawn from seeds, the same to our store and to the real etcd: every answer must be equal, refusals included, and
 * at the end everything readable at every revision, what a watch replays, and the hash. CONFORMANCE_SEED draws others.
 */
import { type RequestOp, SortOrder, SortTarget } from '../../lib/base/etcdpb/kv.ts';
import { Prng } from '../../lib/base/prng.ts';
import type { Init } from '../../lib/base/protobuf/schema.ts';
import { type Case, differential } from './harness/differential.ts';
import { NUL, type Probe, utf8 } from './harness/probe.ts';

const FIRST_SEED = Number(process.env.CONFORMANCE_SEED ?? 1);
const SEEDS = 12;
const STEPS = 120;
const NAMES = ['a', 'b', 'b/1', 'b/2', 'c', 'c\0', 'd'];
const LEASES = [0n, 0n, 0n, 21n, 22n, 99n];
const DEPTH_MAX = 2;

/** Draws requests over few keys, so that they meet. */
class Draw {
  readonly #prng: Prng;
  readonly #folder: string;
  /** Of one transaction nested ones put or delete: etcd overlooks some keys that siblings touch in both ways (divergences.md). */
  #nestedDeletes = false;

  constructor(seed: number) {
    this.#prng = new Prng(seed);
    this.#folder = `random/${seed}/`;
  }

  below(bound: number): number {
    return Math.floor(this.#prng.float() * bound);
  }
  one<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)] as T;
  }
  chance(p: number): boolean {
    return this.#prng.float() < p;
  }
  key(): Uint8Array {
    return utf8(`${this.#folder}${this.one(NAMES)}`);
  }
  everything() {
    return { key: utf8(this.#folder), rangeEnd: utf8(`${this.#folder.slice(0, -1)}0`) };
  }
  range(): { readonly key: Uint8Array; readonly rangeEnd: Uint8Array } {
    if (this.chance(0.4)) return { key: this.key(), rangeEnd: new Uint8Array() };
    return this.chance(0.3) ? this.everything() : { key: this.key(), rangeEnd: this.key() };
  }

  put() {
    const request = { key: this.key(), prevKv: this.chance(0.5), lease: this.one(LEASES) };
    if (this.chance(0.15)) return { ...request, lease: 0n, ignoreValue: true };
    if (this.chance(0.15)) return { ...request, lease: 0n, value: utf8('same lease'), ignoreLease: true };
    return { ...request, value: utf8(this.one(['', 'x', 'y', 'some longer value'])) };
  }

  /** Sorted by the key alone, or by what no two keys share: etcd leaves the order of equals open. */
  look(base: number) {
    const order = this.one([
      {},
      { sortOrder: SortOrder.DESCEND, sortTarget: SortTarget.KEY },
      { sortOrder: SortOrder.ASCEND, sortTarget: SortTarget.KEY },
    ]);
    return {
      ...this.range(),
      ...order,
      limit: this.one([0, 0, 1, 2, -1]),
      revision: this.chance(0.3) ? base + this.below(STEPS) : 0,
      countOnly: this.chance(0.1),
      keysOnly: this.chance(0.2),
      serializable: this.chance(0.2),
      ...(this.chance(0.2) ? { minModRevision: base + this.below(40) } : {}),
      ...(this.chance(0.2) ? { maxCreateRevision: base + this.below(60) } : {}),
    };
  }

  compare(base: number) {
    const where = this.chance(0.7) ? { key: this.key(), rangeEnd: new Uint8Array() } : this.range();
    const operand = this.one([
      { target: 0, version: this.below(4) },
      { target: 1, createRevision: this.chance(0.5) ? 0 : base + this.below(40) },
      { target: 2, modRevision: this.chance(0.5) ? 0 : base + this.below(40) },
      { target: 3, value: utf8(this.one(['', 'x', 'y'])) },
      { target: 4, lease: this.one([0n, 21n]) },
    ]);
    return { ...where, ...operand, result: this.below(4) };
  }

  op(base: number, depth: number): Init<RequestOp> {
    const kind = this.below(depth < DEPTH_MAX ? 10 : 8);
    const remove = () => ({ requestDeleteRange: { ...this.range(), prevKv: this.chance(0.5) } });
    if (kind < 2) return { requestRange: { ...this.look(base), revision: 0 } };
    if (kind < 8 && depth > 0) return this.#nestedDeletes ? remove() : { requestPut: this.put() };
    if (kind < 6) return { requestPut: this.put() };
    return kind < 8 ? remove() : { requestTxn: this.txn(base, depth + 1) };
  }

  txn(base: number, depth = 0): { compare: object[]; success: Init<RequestOp>[]; failure: Init<RequestOp>[] } {
    if (depth === 0) this.#nestedDeletes = this.chance(0.5);
    const ops = () => Array.from({ length: this.below(4) }, () => this.op(base, depth));
    return {
      compare: Array.from({ length: this.below(3) }, () => this.compare(base)),
      success: ops(),
      failure: ops(),
    };
  }
}

async function step(p: Probe, draw: Draw): Promise<unknown> {
  const kind = draw.below(10);
  if (kind < 3) return p.call('put', draw.put());
  if (kind < 5) return p.call('range', draw.look(p.base));
  if (kind < 6) return p.call('deleteRange', { ...draw.range(), prevKv: draw.chance(0.5) });
  if (kind < 9) return p.call('txn', draw.txn(p.base));
  if (draw.chance(0.3)) return p.call('leaseRevoke', { id: draw.one([21n, 22n]) });
  return p.call('leaseGrant', { id: draw.one([21n, 22n]), ttl: 600 });
}

/** What there is to read afterwards, at every revision that this case made. */
async function everythingReadable(p: Probe, draw: Draw): Promise<unknown> {
  const last = await p.revision();
  const states: unknown[] = [];
  for (let revision = p.base; revision <= last; revision++)
    states.push(await p.call('range', { ...draw.everything(), revision }));
  const watch = p.watch();
  watch.send({ createRequest: { ...draw.everything(), startRevision: p.base + 1, prevKv: true } });
  await p.must('put', { key: draw.everything().key, value: utf8('the end') });
  const events: unknown[] = [];
  for (let isOver = false; !isOver; ) {
    const answer = await watch.message();
    events.push(...answer.events);
    isOver = answer.events.some(({ kv }) => kv?.modRevision === last + 1);
  }
  watch.cancel();
  const { hash } = await p.must('hashKv', {});
  return { states, events, hash };
}

const cases = Array.from({ length: SEEDS }, (_, i): Case => {
  const seed = FIRST_SEED + i;
  return {
    name: `${STEPS} requests drawn from seed ${seed}`,
    run: async (p) => {
      const draw = new Draw(seed);
      const answers: unknown[] = [];
      for (let at = 0; at < STEPS; at++) answers.push(await step(p, draw));
      const after = await everythingReadable(p, draw);
      // A third of the seeds compacts in the middle, and reads around there.
      if (seed % 3 === 0) {
        const middle = p.base + Math.floor(((await p.revision()) - p.base) / 2);
        await p.must('compact', { revision: middle });
        for (const revision of [middle - 1, middle, middle + 1])
          answers.push(await p.call('range', { key: NUL, rangeEnd: NUL, revision }));
        answers.push((await p.must('hashKv', {})).hash);
      }
      await p.call('leaseRevoke', { id: 21n });
      await p.call('leaseRevoke', { id: 22n });
      return { answers, after };
    },
  };
});

differential('requests drawn from seeds beside the real etcd', cases);
