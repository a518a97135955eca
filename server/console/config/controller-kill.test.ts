/** Three replicas of the controller as processes, SIGKILL at every place where one writes: the rollout ends as it would have. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { utf8Decode } from '../../../lib/base/bytes.ts';
import { type Config, ConfigRejected, openConfig } from '../../../lib/client/config/index.ts';
import { type Client, connect } from '../../../lib/client/index.ts';
import type { Assignment } from '../../../lib/config/documents.ts';
import { DEFAULT_GATE, type Plan } from '../../../lib/config/plan.ts';
import type { Rollout } from '../../../lib/config/rollout.ts';
import { openEtcdEngine } from '../../engines/etcd/engine.ts';
import { hasRealEtcd, type RealEtcd, startRealEtcd } from '../../engines/etcd/test-support/real-etcd.ts';
import { ConfigConsole } from './config-console.ts';
import type { WritePoint } from './controller.ts';
import { DEFAULT_CONFIG_PREFIX } from './keys.ts';

const REPLICAS = 3;
const FLEET = 4;
let etcd: RealEtcd;
let folder = '';
let console_: ConfigConsole;
let client: Client;
let counter = 0;

const id = () => ({ idempotencyKey: `drill-key-${counter++}`, by: 'ada' });

const planOf = (): Plan => ({
  phases: [25, 50, 100].map((percent) => ({ percent, tags: [], include: [], observeSeconds: 0, pause: false })),
  bakeSeconds: 0,
  minCanaryInstances: 1,
  exclude: [],
  rotate: false,
  gate: { ...DEFAULT_GATE, evalIntervalSeconds: 5, failureLimit: 0 },
});

function startReplicas(point: WritePoint, when: string): { readonly processes: ChildProcess[]; readonly flag: string } {
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

/** A target with a live release, four live instances, and a rollout that the controller has to start by itself. */
async function scene(reject: boolean): Promise<{
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
    plan: planOf(),
    // Late enough that it is scheduled, whatever the machine is doing.
    startAt: Date.now() + 1_000,
    start: true,
    expectGeneration: 1,
  };
  const { rolloutId } = await console_.createRollout(body);
  const { kvs } = await client.get({ key: `${DEFAULT_CONFIG_PREFIX}rollouts/${rolloutId}` });
  return { rolloutId, target, revision: kvs[0]?.modRevision ?? 0, fleet };
}

const cases: readonly (readonly [WritePoint, boolean])[] = [
  ['start', false],
  ['expose', false],
  ['status', false],
  ['commit', false],
  ['reset', true],
  ['confirm', true],
];

describe.runIf(hasRealEtcd())('SIGKILL at every write point', () => {
  beforeAll(async () => {
    etcd = await startRealEtcd(1);
    folder = mkdtempSync(path.join(tmpdir(), 'quorate-drill-'));
    const engine = openEtcdEngine({ endpoints: etcd.endpoints, tls: null, auth: null });
    console_ = new ConfigConsole({
      engine,
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

  for (const [point, reject] of cases) {
    for (const when of ['before', 'after'] as const) {
      test(`${when} ${point}: no double advance, no stuck rollout`, async () => {
        const { rolloutId, target, revision, fleet } = await scene(reject);
        const { processes, flag } = startReplicas(point, when);
        const end = reject ? 'ROLLED_BACK' : 'COMPLETED';
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
        rollouts.reduce((before, after) => {
          expect(after.phaseIndex - before.phaseIndex, 'one phase at a time').toBeGreaterThanOrEqual(0);
          expect(after.phaseIndex - before.phaseIndex).toBeLessThanOrEqual(1);
          expect(after.generation - before.generation).toBeLessThanOrEqual(
            before.state === 'SCHEDULED' ? before.generation + after.generation : 1,
          );
          return after;
        });
        const generations = assignments.map(({ generation }) => generation);
        expect(generations, 'every exposure happened once').toEqual(
          generations.map((_, i) => (generations[0] ?? 0) + i),
        );
        if (!reject) {
          expect(last?.phaseIndex).toBe(2);
          expect(
            assignments.map(({ candidate }) => candidate !== null),
            'three phases, then the commit',
          ).toEqual([true, true, true, false]);
        }
      }, 60_000);
    }
  }
});
