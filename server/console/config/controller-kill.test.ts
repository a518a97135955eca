/** Three replicas of the controller as processes, SIGKILL at every place where one writes: the rollout ends as it would have. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { utf8Decode } from '../../../lib/base/bytes.ts';
import { type Config, ConfigRejected, openConfig } from '../../../lib/client/config/index.ts';
import { type Client, connect } from '../../../lib/client/index.ts';
import type { Assignment } from '../../../lib/config/documents.ts';
import { DEAD_MAN_SECONDS_MIN, DEFAULT_GATE, type Plan } from '../../../lib/config/plan.ts';
import type { Rollout } from '../../../lib/config/rollout-document.ts';
import { openEtcdEngine } from '../../engines/etcd/engine.ts';
import { hasRealEtcd, type RealEtcd, startRealEtcd } from '../../engines/etcd/test-support/real-etcd.ts';
import { ConfigConsole } from './config-console.ts';
import { WRITE_POINTS, type WritePoint } from './controller.ts';
import { DEFAULT_CONFIG_PREFIX } from './keys.ts';

const REPLICAS = 3;
/** Longer than the drill: no phase passes in it. */
const OBSERVE_SECONDS = 300;
/** Two looks of the plan are ten seconds. */
const BLIND_MS = 10_500;
const FLEET = 4;
/** Long enough for a renewal, and for another one by who comes after. */
const RENEWED_OBSERVE_SECONDS = 4;
/** Far from over, and long due to be renewed. */
const WORN_MS = 10_000;
let etcd: RealEtcd;
let folder = '';
let console_: ConfigConsole;
let client: Client;
let counter = 0;

const id = () => ({ idempotencyKey: `drill-key-${counter++}`, by: 'ada' });

const planOf = (observeSeconds: number, deadManSeconds: number | null): Plan => ({
  phases: [25, 50, 100].map((percent, i) => ({
    ...{ percent, tags: [], include: [], pause: false },
    observeSeconds: i === 0 ? observeSeconds : 0,
  })),
  bakeSeconds: 0,
  minCanaryInstances: 1,
  exclude: [],
  rotate: false,
  deadManSeconds,
  gate: { ...DEFAULT_GATE, evalIntervalSeconds: 5, failureLimit: 0 },
});

/** What stands there now. */
async function rolloutAt(key: string): Promise<{ readonly value: Rollout; readonly modRevision: number }> {
  const { kvs } = await client.get({ key });
  const value = JSON.parse(utf8Decode(kvs[0]?.value ?? new Uint8Array(0)) ?? 'null') as Rollout;
  return { value, modRevision: kvs[0]?.modRevision ?? 0 };
}

function startReplicas(
  point: WritePoint | 'none',
  when: string,
): { readonly processes: ChildProcess[]; readonly flag: string } {
  const flag = path.join(folder, `${point}-${when}`);
  const script = path.join(import.meta.dirname, 'test-support/controller-process.ts');
  const args = [script, etcd.endpoints.join(','), point, when, flag];
  return {
    flag,
    processes: Array.from({ length: REPLICAS }, () => spawn(process.execPath, args, { stdio: 'ignore' })),
  };
}

/** Everything that was ever written to one key, parsed, from a revision on; ends when `isLast` says so. */
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

interface Play {
  /** Who gets the candidate turns it down. */
  readonly reject?: boolean;
  /** Of the first phase. */
  readonly observeSeconds?: number;
  readonly deadManSeconds?: number;
}

/** A target with a live release, four live instances, and a rollout that the controller has to start by itself. */
async function scene({ reject = false, observeSeconds = 0, deadManSeconds }: Play): Promise<{
  readonly rolloutId: string;
  readonly target: string;
  readonly revision: number;
  readonly fleet: Config[];
}> {
  const target = `drill-${counter++}/shop/prod/web`;
  const [bundle = ''] = target.split('/');
  await console_.putTarget({
    ...id(),
    target,
    kind: 'config',
    description: '',
    schema: null,
    locked: [],
    approvals: 0,
    expectModRevision: 0,
    evenIfFailing: false,
  });
  const publish = (value: number, expectGeneration: number) =>
    console_.publish({
      ...id(),
      target,
      text: JSON.stringify({ value }),
      expectGeneration,
      semver: null,
      note: '',
      requires: {},
    });
  const first = await publish(1, 0);
  await console_.point({ ...id(), target, releaseId: first.releaseId, expectGeneration: 0 });
  const fleet = Array.from({ length: FLEET }, (_, i) =>
    openConfig({
      from: client,
      ...{ bundle, app: 'shop', env: 'prod', service: 'web', instanceId: `instance-${i}` },
      apply: ({ value }) => {
        if (reject && value === 2) throw new ConfigRejected('/value', 'no');
      },
    }),
  );
  await Promise.all(fleet.map((one) => one.ready));
  for (const one of fleet) await one.report();
  const second = await publish(2, 1);
  const body = {
    ...id(),
    target,
    releaseId: second.releaseId,
    plan: planOf(observeSeconds, deadManSeconds ?? null),
    // Late enough that it is scheduled, whatever the machine is doing.
    startAt: Date.now() + 1_000,
    start: true,
    expectGeneration: 1,
  };
  const { rolloutId } = await console_.createRollout(body);
  const { kvs } = await client.get({ key: `${DEFAULT_CONFIG_PREFIX}rollouts/${rolloutId}` });
  return { rolloutId, target, revision: kvs[0]?.modRevision ?? 0, fleet };
}

/** What brings a controller to each place where it writes. */
const PLAYS: Readonly<Record<WritePoint, Play>> = {
  elect: {},
  start: {},
  expose: {},
  status: {},
  commit: {},
  renew: { observeSeconds: RENEWED_OBSERVE_SECONDS, deadManSeconds: DEAD_MAN_SECONDS_MIN },
  reset: { reject: true },
  confirm: { reject: true },
};

/** The first exposure of a target, as it would stand if nobody had renewed it for a while. */
async function runOut(target: string, revision: number): Promise<Assignment> {
  const key = `${DEFAULT_CONFIG_PREFIX}assign/${target}`;
  const [first] = await historyOf<Assignment>(key, revision, ({ candidate }) => candidate !== null);
  if (first === undefined) throw new Error('nobody was exposed');
  const worn = { ...first, expiresAt: Date.now() + WORN_MS };
  await client.put(key, JSON.stringify(worn));
  return worn;
}

/** What moved the pointer; a renewal does not. */
function moves(assignments: readonly Assignment[]): Assignment[] {
  return assignments.filter((one, i) => {
    const before = assignments[i - 1];
    if (before?.generation !== one.generation) return true;
    expect({ ...one, expiresAt: null }, 'a renewal changes nothing else').toEqual({ ...before, expiresAt: null });
    return false;
  });
}

describe.runIf(hasRealEtcd())('SIGKILL at every write point', () => {
  beforeAll(async () => {
    etcd = await startRealEtcd(1);
    folder = mkdtempSync(path.join(tmpdir(), 'quorate-drill-'));
    const engine = openEtcdEngine({ endpoints: etcd.endpoints, tls: null, auth: null });
    console_ = new ConfigConsole({
      engine,
      taps: null,
      prefix: DEFAULT_CONFIG_PREFIX,
      checkHosts: [],
      readOnly: false,
      user: null,
      shared: null,
      mayRead: true,
      change: (_act, _body, change) => change(),
    });
    client = connect({ endpoints: etcd.endpoints });
  });
  afterAll(async () => {
    console_.close();
    client.close();
    await etcd.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  for (const point of WRITE_POINTS) {
    const play = PLAYS[point];
    for (const when of ['before', 'after'] as const) {
      test(`${when} ${point}: no double advance, no stuck rollout`, async () => {
        const { rolloutId, target, revision, fleet } = await scene(play);
        const { processes, flag } = startReplicas(point, when);
        const worn = play.deadManSeconds === undefined ? null : await runOut(target, revision);
        const end = play.reject === true ? 'ROLLED_BACK' : 'COMPLETED';
        const rollouts = await historyOf<Rollout>(
          `${DEFAULT_CONFIG_PREFIX}rollouts/${rolloutId}`,
          revision,
          ({ state }) => state === end,
        );
        const last = rollouts.at(-1);
        const assignments = await historyOf<Assignment>(
          `${DEFAULT_CONFIG_PREFIX}assign/${target}`,
          revision,
          ({ generation }) => generation === last?.generation,
        );
        for (const one of processes) one.kill('SIGKILL');
        for (const one of fleet) await one.close();
        expect(existsSync(flag), 'a replica was killed there').toBe(true);
        const unannounced = `${flag}.unannounced`;
        expect(existsSync(unannounced) ? readFileSync(unannounced, 'utf8') : '', 'every write has its point').toBe('');
        rollouts.reduce((before, after) => {
          expect(after.phaseIndex - before.phaseIndex, 'one phase at a time').toBeGreaterThanOrEqual(0);
          expect(after.phaseIndex - before.phaseIndex).toBeLessThanOrEqual(1);
          expect(after.generation - before.generation).toBeLessThanOrEqual(
            before.state === 'SCHEDULED' ? before.generation + after.generation : 1,
          );
          return after;
        });
        const moved = moves(assignments);
        if (worn !== null) {
          const renewed = assignments.filter(({ generation }) => generation === worn.generation).at(-1);
          expect(renewed?.expiresAt ?? 0, 'somebody renewed it').toBeGreaterThan(worn.expiresAt ?? 0);
        }
        const generations = moved.map(({ generation }) => generation);
        expect(generations, 'every exposure happened once').toEqual(
          generations.map((_, i) => (generations[0] ?? 0) + i),
        );
        if (play.reject !== true) {
          expect(last?.phaseIndex).toBe(2);
          expect(
            moved.map(({ candidate }) => candidate !== null),
            'three phases, then the commit',
          ).toEqual([true, true, true, false]);
        }
      }, 60_000);
    }
  }

  test('time in which nobody looked is not observed: the phase begins its observation anew', async () => {
    const { rolloutId, revision, fleet } = await scene({ observeSeconds: OBSERVE_SECONDS });
    const key = `${DEFAULT_CONFIG_PREFIX}rollouts/${rolloutId}`;
    const first = startReplicas('none', 'blind');
    const seen = await historyOf<Rollout>(key, revision, ({ okSince }) => okSince !== null);
    const gone = first.processes.map((one) => new Promise((resolve) => one.once('exit', resolve)));
    for (const one of first.processes) one.kill('SIGKILL');
    await Promise.all(gone);
    const { value, modRevision } = await rolloutAt(key);
    // As it would stand if they had died a while ago: the phase was nearly over when the last one looked.
    const before = {
      ...value,
      lastEvalAt: (value.lastEvalAt ?? 0) - BLIND_MS,
      okSince: (value.okSince ?? 0) - OBSERVE_SECONDS * 1_000,
    };
    await client.put(key, JSON.stringify(before));
    const second = startReplicas('none', 'blind');
    const isLater = ({ lastEvalAt }: Rollout): boolean => lastEvalAt !== before.lastEvalAt;
    const after = (await historyOf<Rollout>(key, modRevision + 1, isLater)).at(-1);
    for (const one of second.processes) one.kill('SIGKILL');
    for (const one of fleet) await one.close();
    const blind = (after?.lastEvalAt ?? 0) - before.lastEvalAt;
    expect(seen.at(-1)?.phaseIndex).toBe(0);
    expect(blind).toBeGreaterThanOrEqual(BLIND_MS);
    expect(after, 'nothing of it counts').toMatchObject({ phaseIndex: 0, state: 'PROGRESSING' });
    const observedSince = after?.okSince ?? Number.POSITIVE_INFINITY;
    expect(observedSince, 'it begins with the first look').toBeGreaterThanOrEqual(after?.lastEvalAt ?? 0);
    expect((after?.deadlineAt ?? 0) - (before.deadlineAt ?? 0), 'the deadline waited').toBe(blind);
    await console_.act({ ...id(), rolloutId, act: 'abort', expectGeneration: 0, reason: '' });
  }, 60_000);
});
