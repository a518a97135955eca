import { beforeEach, expect, test } from 'vitest';
import type { ClusterActionBody } from '../../../lib/api/cluster-types.ts';
import type { ClusterView } from '../../../lib/api/types.ts';
import type { Act } from '../audit/trail.ts';
import type { Changes } from '../changes.ts';
import type { StoreDrills } from '../drills/store-drills.ts';
import { StoreHealth } from '../health/store-health.ts';
import { ClusterActions } from './actions.ts';
import type { Maintenance } from './maintenance.ts';

let health: StoreHealth;
let acts: Act[];
/** Ends the writing of results into the trail. */
let settle: () => void;
let actions: ClusterActions;
let happened: Act[];

beforeEach(() => {
  happened = [];
  health = new StoreHealth({ metrics: null });
  acts = [];
  const written = new Promise<void>((resolve) => {
    settle = resolve;
  });
  const changes = {
    once: (_key: string, _request: string, change: () => Promise<unknown>) => change(),
    audited: async (act: Act, change: () => Promise<unknown>) => {
      acts.push(act);
      const result = await change();
      await written;
      return result;
    },
    happened: (act: Act) => {
      happened.push(act);
      return new Promise<void>(() => undefined);
    },
  } as unknown as Changes;
  actions = new ClusterActions({
    maintenance: { run: async () => ({ done: 'It is so.', id: null, next: null }) } as unknown as Maintenance,
    drills: { heal: async () => ({ healed: 1 }) } as unknown as StoreDrills,
    driller: { isRoot: true, readOnly: false },
    health,
    changes,
    view: () => ({ members: [], leaderId: 'a' }) as unknown as ClusterView,
  });
});

const body = (action: ClusterActionBody['action']): ClusterActionBody => ({
  action,
  state: 's',
  idempotencyKey: 'key-of-test',
});

test('a drill is answered before the trail has its result: it may have taken the quorum that writing needs', async () => {
  const drill = { type: 'drill', kind: 'kill', member: 'a', seconds: 20, delayMs: null } as const;
  expect(await actions.run(body(drill))).toMatchObject({ done: 'It is so.' });
  expect(acts).toMatchObject([{ action: 'cluster.drill.kill', target: 'a', note: 'heals by itself after 20 s' }]);
  expect(health.view(0).marks, 'who does it marks it').toEqual([]);
});

test('any other action waits for its result to be written, and is marked', async () => {
  let isAnswered = false;
  const answer = actions.run(body({ type: 'moveLeader', member: 'a' })).then(() => {
    isAnswered = true;
  });
  await Promise.resolve();
  expect(isAnswered).toBe(false);
  settle();
  await answer;
  expect(health.view(0).marks.map(({ kind, text }) => [kind, text])).toEqual([
    ['action', 'Through this console: It is so.'],
  ]);
});

test('healing does not wait for the trail', async () => {
  expect(await actions.heal({ member: null })).toEqual({ healed: 1 });
  expect(happened).toMatchObject([{ action: 'cluster.heal', targetKind: 'store' }]);
});
