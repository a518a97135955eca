/**
 * Whatever people and the controller do in whatever order, in layers that overlap: the documents of a store in memory, written by the very code
 * of the console.
 */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { isCandidate } from '../../../lib/config/cohort.ts';
import { emptyAssignment, type ReleaseContent } from '../../../lib/config/documents.ts';
import type { Classified, InstanceClass } from '../../../lib/config/gate.ts';
import type { Pointer } from '../../../lib/config/json.ts';
import { overlapWith } from '../../../lib/config/overlap.ts';
import { DEFAULT_GATE, type Plan } from '../../../lib/config/plan.ts';
import * as machine from '../../../lib/config/rollout.ts';
import { isExposing, isTerminal, type Rollout } from '../../../lib/config/rollout-document.ts';
import { reportWith } from '../../../lib/config/rollout-fixtures.testing.ts';
import { supervise } from '../../../lib/config/supervise.ts';
import { FakeEngine } from '../../engines/test-support/fake-engine.ts';
import { ROLLOUT_ACTS, type RolloutAct } from './acts.ts';
import type { ConfigContext } from './context.ts';
import { ConfigKeys, DEFAULT_CONFIG_PREFIX } from './keys.ts';
import { addressOf, pointAt } from './releases.ts';
import { foreignChange, rolloutWrite } from './rollout-write.ts';
import { actOnRollout, createRollout } from './rollouts.ts';
import { dueStart } from './scheduled.ts';
import { SchemaChecker } from './schema-checker.ts';
import { ConfigState } from './state.ts';

const TARGETS = ['b', 'b/shop', 'b/shop/prod', 'b/shop/prod/web', 'b/shop/prod/api'] as const;
/** Two releases beside what is live: disjoint paths of one target, and the same paths in others. */
const CONTENTS = [{ x: 0 }, { x: 1 }, { x: 0, y: { z: 2 } }] as const;
const IDS = Array.from({ length: 12 }, (_, i) => `instance-${i}`);
const keys = new ConfigKeys(DEFAULT_CONFIG_PREFIX);

const planOf = (percents: readonly number[]): Plan => ({
  phases: percents.map((percent) => ({ percent, tags: [], include: [], observeSeconds: 0, pause: false })),
  bakeSeconds: 0,
  minCanaryInstances: 1,
  exclude: [],
  rotate: false,
  deadManSeconds: null,
  gate: { ...DEFAULT_GATE, failureLimit: 0 },
});

class World {
  readonly engine = new FakeEngine();
  readonly state = new ConfigState(this.engine, keys, null);
  readonly context: ConfigContext;
  readonly releases = new Map<string, string[]>();
  now = 1_000;
  /** Who was exposed by each rollout when it was looked at last. */
  readonly #exposed = new Map<string, readonly string[]>();

  constructor() {
    const now = (): number => this.now++;
    const checker = new SchemaChecker();
    const { engine, state } = this;
    this.context = { engine, keys, checkHosts: [], state, checker, readOnly: false, user: null, now };
    for (const target of TARGETS) this.#target(target);
    // Both are late in their buckets: the floor for a small fleet lifts the first phases far above their percentage.
    this.join(IDS.slice(0, 2));
  }

  #target(target: string): void {
    const made = CONTENTS.map((content) => {
      const addressed: ReleaseContent = { target, kind: 'config', content, schema: null, locked: [], requires: {} };
      const address = addressOf(addressed);
      const by = { semver: '1.0.0', parent: null, author: '', note: '', createdAt: 0 };
      this.#put(keys.release(target, address.releaseId), { ...addressed, ...address, ...by });
      return address.releaseId;
    });
    this.releases.set(target, made);
    const document = { description: '', schema: null, locked: [], approvals: 0, createdAt: 0, createdBy: '' };
    this.#put(keys.key('targets', target), { target, kind: 'config', ...document });
    this.#put(keys.key('assign', target), { ...emptyAssignment(target), generation: 1, stable: made[0] });
  }

  #put(key: string, value: unknown): void {
    this.engine.put(key, JSON.stringify(value));
  }

  join(ids: readonly string[]): void {
    for (const instanceId of ids) {
      const report = reportWith({ bundle: 'b', instanceId, layers: [], running: [] });
      this.#put(keys.key('instances', `b/shop/prod/web/${instanceId}`), report);
    }
  }

  leave(instanceId: string): void {
    this.engine.remove(keys.key('instances', `b/shop/prod/web/${instanceId}`));
  }

  rollouts(): Rollout[] {
    return [...(this.state.current?.all('rollouts').values() ?? [])].map(({ value }) => value);
  }

  /** What the elected controller does in one round with one rollout. */
  async look(rollout: Rollout, counts: Partial<Record<InstanceClass, number>>): Promise<void> {
    const snapshot = await this.state.ready();
    this.now += 10_000;
    const actor = { by: 'controller', at: this.now };
    const rows: Classified[] = Object.entries(counts).flatMap(([is, count]) =>
      Array.from({ length: count }, (_, i) => ({ instanceId: `${is}${i}`, is: is as InstanceClass, why: is })),
    );
    const commit = async (what: { outcome: machine.Outcome; touched?: readonly string[] }): Promise<void> => {
      await rolloutWrite({ engine: this.engine, snapshot, fence: null, ...what }).commit();
    };
    if (rollout.state === 'SCHEDULED') {
      const due = await dueStart(this.context, snapshot, { rollout, now: this.now });
      if (due !== null)
        await commit({ outcome: due.outcome, ...(due.touched === null ? {} : { touched: due.touched }) });
    } else if (rollout.state === 'ROLLING_BACK') {
      const done = machine.confirmRollback(rollout, actor, []);
      if (done.ok) await commit({ outcome: done.value });
    } else if (isExposing(rollout.state)) {
      const foreign = foreignChange(snapshot, rollout);
      if (foreign !== null && rollout.pauseReason !== 'BASE_CHANGED') {
        const done = machine.baseChanged(rollout, actor, foreign);
        if (done.ok) await commit({ outcome: done.value });
        return;
      }
      const look = { rows, checks: [], checksAreNew: true, stableRatio: null, now: this.now };
      const outcome = supervise(rollout, look);
      if (outcome !== null) await commit({ outcome });
    }
  }

  /** What must hold after every step. */
  check(): void {
    const snapshot = this.state.current;
    if (snapshot === null) throw new Error('nothing is read yet');
    const active = snapshot.get('active', 'b')?.value.rollouts ?? [];
    const open = this.rollouts().filter(({ state }) => isExposing(state) || state === 'ROLLING_BACK');
    expect(active.map(({ rolloutId }) => rolloutId).sort(), 'the lock names exactly those under way').toEqual(
      open.map(({ rolloutId }) => rolloutId).sort(),
    );
    for (const [i, one] of active.entries()) {
      const others = { rollouts: active.filter((_, at) => at !== i) };
      expect(overlapWith(others, one), 'never two that decide about one effective key').toBeUndefined();
    }
    for (const rollout of open.filter(({ state }) => isExposing(state))) {
      const assign = snapshot.assignment(rollout.target).value;
      if (assign.rolloutId !== rollout.rolloutId) continue;
      const now = IDS.filter((instanceId) => isCandidate(assign, assign.seed, { instanceId, tags: [] }));
      expect(now, 'nobody is taken out of the cohort').toEqual(
        expect.arrayContaining([...(this.#exposed.get(rollout.rolloutId) ?? [])]),
      );
      this.#exposed.set(rollout.rolloutId, now);
    }
    for (const target of TARGETS) {
      const { rolloutId, candidate } = snapshot.assignment(target).value;
      expect(rolloutId === null, 'a candidate belongs to a rollout').toBe(candidate === null);
      const owner = this.rollouts().find((one) => one.rolloutId === rolloutId);
      if (rolloutId !== null) expect(isExposing(owner?.state ?? 'DRAFT'), 'that is under way').toBe(true);
    }
    expect(snapshot.broken.size, 'everything written can be read').toBe(0);
  }
}

const counts = fc.constantFrom<Partial<Record<InstanceClass, number>>>(
  { healthy: 5 },
  { healthy: 5 },
  { healthy: 5 },
  { pending: 2 },
  { healthy: 4, rejected: 1 },
  { lost: 1 },
);
const step = fc.oneof(
  fc.record({
    do: fc.constant('create' as const),
    target: fc.constantFrom(...TARGETS),
    release: fc.constantFrom(1, 2),
    percents: fc.constantFrom([10, 50, 100], [100], [5, 20, 60, 100]),
    queue: fc.boolean(),
  }),
  fc.record({ do: fc.constant('look' as const), which: fc.nat(3), counts }),
  fc.record({ do: fc.constant('look' as const), which: fc.nat(3), counts }),
  fc.record({ do: fc.constant('act' as const), which: fc.nat(3), act: fc.constantFrom<RolloutAct>(...ROLLOUT_ACTS) }),
  fc.record({
    do: fc.constant('point' as const),
    target: fc.constantFrom(...TARGETS),
    release: fc.constantFrom(0, 1, 2),
  }),
  fc.record({ do: fc.constant('join' as const), id: fc.constantFrom(...IDS) }),
  fc.record({ do: fc.constant('leave' as const), id: fc.constantFrom(...IDS) }),
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** The newest that have not ended come first: most steps should hit something. */
function chosen(world: World, which: number): Rollout | undefined {
  const all = world.rollouts().sort((a, b) => Number(isTerminal(a.state)) - Number(isTerminal(b.state)));
  return all[which % Math.max(1, all.length)];
}

async function take(world: World, one: Step): Promise<void> {
  const { context } = world;
  const generation = (target: string): number => world.state.current?.assignment(target).value.generation ?? 0;
  switch (one.do) {
    case 'create': {
      const releaseId = world.releases.get(one.target)?.[one.release] ?? '';
      const asked = { target: one.target, releaseId, plan: planOf(one.percents), startAt: null, start: true };
      const more = { queue: one.queue, parent: null, expectGeneration: generation(one.target), by: 'ada' };
      await createRollout(context, { ...asked, ...more });
      return;
    }
    case 'point': {
      const releaseId = world.releases.get(one.target)?.[one.release] ?? '';
      await pointAt(context, { target: one.target, releaseId, expectGeneration: generation(one.target), by: 'ada' });
      return;
    }
    case 'act': {
      const rollout = chosen(world, one.which);
      if (rollout === undefined) return;
      const { rolloutId, target } = rollout;
      const asked = { rolloutId, act: one.act, expectGeneration: generation(target), reason: 'because', by: 'bob' };
      try {
        await actOnRollout(context, asked);
      } catch (error) {
        expect(one.act === 'abort' && isExposing(rollout.state), 'an abort always wins').toBe(false);
        throw error;
      }
      return;
    }
    case 'look': {
      const rollout = chosen(world, one.which);
      if (rollout === undefined) return;
      await world.look(rollout, one.counts);
      const after = world.rollouts().find(({ rolloutId }) => rolloutId === rollout.rolloutId);
      if (isExposing(rollout.state) && (one.counts.rejected ?? 0) > 0 && after?.pauseReason !== 'BASE_CHANGED')
        expect(after?.state, 'no way from FAIL to advance').toBe('ROLLING_BACK');
      expect((after?.phaseIndex ?? 0) - rollout.phaseIndex).toBeLessThanOrEqual(1);
      return;
    }
    case 'join':
      world.join([one.id]);
      return;
    case 'leave':
      world.leave(one.id);
      return;
  }
}

const touchedOf = (world: World): readonly Pointer[] =>
  (world.state.current?.get('active', 'b')?.value.rollouts ?? []).flatMap(({ touched }) => touched);

test('any order of acts, looks, promotes and comings and goings leaves one rollout per effective key, cohorts that only grow, and a way back', async () => {
  let started = 0;
  let refused = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
      const world = new World();
      await world.state.ready();
      for (const one of steps) {
        try {
          await take(world, one);
        } catch (error) {
          // Refusals are answers; everything else is a bug.
          if (!(error instanceof Error) || error.name !== 'ConsoleError') throw error;
          refused++;
        }
        await world.state.follows(world.engine.revision);
        world.check();
        started = Math.max(started, touchedOf(world).length);
      }
      world.state.close();
    }),
    { numRuns: 150 },
  );
  expect(started, 'several were under way at once').toBeGreaterThan(1);
  expect(refused, 'and others were refused').toBeGreaterThan(0);
}, 60_000);
