/** Ten real client processes follow rollouts of the product: to completion, and back when one of them has trouble of each kind. */
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { ConfigTargetDetail } from '../../lib/api/config-types.ts';
import { utf8Decode } from '../../lib/base/bytes.ts';
import { type Client, connect } from '../../lib/client/index.ts';
import type { Assignment, Release } from '../../lib/config/documents.ts';
import type { JsonObject } from '../../lib/config/json.ts';
import { DEFAULT_GATE, type GateParameters, type Plan } from '../../lib/config/plan.ts';
import type { Rollout } from '../../lib/config/rollout-document.ts';
import {
  FLEET_PLACE,
  FLEET_SIZE,
  type Fleet,
  startFleet,
  writeConfiguration,
} from '../../server/scripts/sample/config-fleet.ts';
import { type Product, startProduct } from '../fixtures/product.ts';

const PREFIX = '/quorate/config/';
let product: Product;
let client: Client;
let fleet: Fleet;
let counter = 0;
/** Detection to last confirmation of each rollback, in milliseconds. */
const timesToSafe: number[] = [];

async function send<T>(method: string, path: string, body?: unknown): Promise<T> {
  const init =
    body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
  const response = await fetch(`${product.url}/api/v1/stores/local/config/${path}`, { method, ...init });
  const answer = (await response.json()) as T;
  expect(response.status, JSON.stringify(answer)).toBe(200);
  return answer;
}

/** The generation this test has seen in the store. */
let seen = 0;

/** The target as the console tells it, once its own watch has come as far as this test's: they run side by side. */
function target(): Promise<ConfigTargetDetail> {
  return vi.waitFor(
    async () => {
      const detail = await send<ConfigTargetDetail>('GET', `target?target=${encodeURIComponent(FLEET_PLACE)}`);
      expect(detail.assignment.generation).toBeGreaterThanOrEqual(seen);
      return detail;
    },
    { timeout: 5_000 },
  );
}

const planOf = (gate: Partial<GateParameters>, observeSeconds: number): Plan => ({
  phases: [10, 20, 40, 80, 100].map((percent) => ({ percent, tags: [], include: [], observeSeconds, pause: false })),
  bakeSeconds: 0,
  minCanaryInstances: 1,
  exclude: [],
  rotate: false,
  deadManSeconds: null,
  gate: { ...DEFAULT_GATE, evalIntervalSeconds: 5, failureLimit: 0, warmupSeconds: 0, minSample: 1, ...gate },
});

/** All versions of a key from a revision on, until one is the last. */
async function historyOf<T>(key: string, startRevision: number, isLast: (value: T) => boolean): Promise<T[]> {
  const all: T[] = [];
  for await (const { events } of client.watch({ key }, { startRevision })) {
    for (const { kv } of events) {
      if (kv === undefined) continue;
      const value = JSON.parse(utf8Decode(kv.value) ?? 'null') as T;
      all.push(value);
      if (isLast(value)) return all;
    }
  }
  return all;
}

const ENDS = ['COMPLETED', 'ROLLED_BACK', 'PAUSED'];

async function rollOut(content: JsonObject, gate: Partial<GateParameters> = {}, observeSeconds = 0) {
  const id = () => ({ idempotencyKey: `fleet-key-${counter++}`, by: 'ada' });
  const { assignment } = await target();
  const expectGeneration = assignment.generation;
  const text = JSON.stringify({ banner: `number ${counter}`, pool: { max: 40 }, ...content });
  const release = await send<Release>('POST', 'publish', {
    ...id(),
    target: FLEET_PLACE,
    text,
    expectGeneration,
    semver: null,
    note: '',
    requires: {},
  });
  const { revision } = await client.get({ key: PREFIX });
  const body = {
    ...id(),
    target: FLEET_PLACE,
    releaseId: release.releaseId,
    plan: planOf(gate, observeSeconds),
    startAt: null,
    start: true,
    expectGeneration,
  };
  const { rolloutId } = await send<Rollout>('PUT', 'rollout', body);
  const rollouts = await historyOf<Rollout>(`${PREFIX}rollouts/${rolloutId}`, revision, ({ state }) =>
    ENDS.includes(state),
  );
  const last = rollouts.at(-1);
  if (last === undefined) throw new Error('a rollout without an end');
  const assignments = await historyOf<Assignment>(
    `${PREFIX}assign/${FLEET_PLACE}`,
    revision,
    ({ generation }) => generation === last.generation,
  );
  seen = last.generation;
  return { release, last, assignments, before: assignment.stable };
}

interface Trouble {
  readonly chaos: JsonObject;
  readonly gate?: Partial<GateParameters>;
  readonly observeSeconds?: number;
  readonly why: RegExp;
  /** Alive, and never to be reached: they are named instead of waited for forever. */
  readonly stuck?: readonly string[];
}

async function expectTurnedBack({ chaos, gate, observeSeconds, why, stuck = [] }: Trouble): Promise<void> {
  const { last, before, release } = await rollOut({ chaos }, gate, observeSeconds);
  expect(last.state).toBe('ROLLED_BACK');
  expect(last.reason).toMatch(why);
  expect(last.unconfirmed, 'every live instance is back').toEqual(stuck);
  const { assignment, instances } = await target();
  expect(assignment).toMatchObject({ stable: before, candidate: null });
  for (const { runs, report } of instances) {
    expect(runs, report.instanceId).not.toBe(release.releaseId);
    if (!stuck.includes(report.instanceId)) expect(runs, report.instanceId).toBe(before);
  }
  if (stuck.length === 0) timesToSafe.push((last.endedAt ?? 0) - (last.rollbackAt ?? 0));
}

beforeAll(async () => {
  product = await startProduct();
  client = connect({ endpoints: product.endpoints });
  await writeConfiguration(client);
  fleet = startFleet({ endpoints: product.endpoints, report: () => undefined, restarts: true });
  const instances = new Set<string>();
  for await (const { events } of client.watch({ prefix: `${PREFIX}instances/${FLEET_PLACE}/` }, { startRevision: 1 })) {
    for (const { kv } of events) if (kv !== undefined) instances.add(utf8Decode(kv.key) ?? '');
    if (instances.size === FLEET_SIZE) break;
  }
});

afterAll(async () => {
  await fleet?.stop();
  client?.close();
  await product?.stop();
});

test('ten processes are asked about a release: each validates it, one rejects it with the place, nobody applies it', async () => {
  const id = { idempotencyKey: `fleet-key-${counter++}`, by: 'ada' };
  const text = JSON.stringify({ banner: 'a trial', pool: { max: 40 }, chaos: { 'instance-4': 'reject' } });
  const before = (await target()).assignment;
  const publishing = { ...id, target: FLEET_PLACE, text, expectGeneration: before.generation };
  const release = await send<Release>('POST', 'publish', { ...publishing, semver: null, note: '', requires: {} });
  const { revision } = await client.get({ key: PREFIX });
  await send('POST', 'probe', {
    ...{ idempotencyKey: `fleet-key-${counter++}`, target: FLEET_PLACE, releaseId: release.releaseId },
    ...{ seconds: 60, expectGeneration: before.generation },
  });
  const answered = new Set<string>();
  for await (const { events } of client.watch(
    { prefix: `${PREFIX}probes/${FLEET_PLACE}/` },
    { startRevision: revision + 1 },
  )) {
    for (const { kv } of events) if (kv !== undefined) answered.add(utf8Decode(kv.key) ?? '');
    if (answered.size === FLEET_SIZE) break;
  }
  // The console's own watch may be a moment behind this one.
  const { probe, instances, assignment } = await vi.waitFor(
    async () => {
      const detail = await target();
      expect(detail.probe?.counts.waiting).toBe(0);
      return detail;
    },
    { timeout: 5_000 },
  );
  expect(probe?.counts).toEqual({ accepts: 9, rejects: 1, waiting: 0, 'held back': 0 });
  expect(probe?.instances[4]).toMatchObject({ instanceId: 'instance-4', is: 'rejects', path: '/chaos/instance-4' });
  expect(assignment).toMatchObject({ stable: before.stable, candidate: null });
  for (const { runs } of instances) expect(runs).toBe(before.stable);
});

test('ten processes follow 10, 20, 40, 80 and 100 percent to completion', async () => {
  const { last, assignments, release } = await rollOut({});
  expect(last.state).toBe('COMPLETED');
  expect(assignments.map(({ thresholdBp }) => thresholdBp)).toEqual([1_000, 2_000, 4_000, 8_000, 10_000, 0]);
  expect((await target()).assignment.stable).toBe(release.releaseId);
});

test('one that rejects turns it back', () =>
  expectTurnedBack({ chaos: { 'instance-4': 'reject' }, why: /1 of 2 rejected/ }));

// It is restarted, finds out that it died with the document, and says so. Without time to observe, nobody would wait for that.
test('one that crashes after applying turns it back', () =>
  expectTurnedBack({ chaos: { 'instance-4': 'crash' }, observeSeconds: 60, why: /1 of 2 (rejected|failed)/ }));

test('one that turns unhealthy turns it back', () =>
  expectTurnedBack({ chaos: { 'instance-5': 'down' }, why: /1 of \d failed/ }));

test('one that falls silent turns it back; it hangs in its apply for good, and is named as unconfirmed', async () => {
  const gate = { ackTimeoutSeconds: 5, minAckRatio: 1, minSample: 2, rollbackConfirmSeconds: 5 };
  const stuck = ['instance-4'];
  await expectTurnedBack({ chaos: { 'instance-4': 'silent' }, gate, why: /1 of \d failed/, stuck });
  fleet.processes.get('instance-4')?.kill('SIGKILL');
});

test('the way back takes two seconds at most, in the middle', () => {
  const sorted = [...timesToSafe].sort((a, b) => a - b);
  expect(sorted.length).toBe(3);
  console.log(`detection to last confirmation: ${sorted.join(', ')} ms`);
  expect(sorted[1]).toBeLessThanOrEqual(2_000);
});
