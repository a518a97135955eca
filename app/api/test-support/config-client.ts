/** Configuration through the route handlers, for tests: every answer is checked against the OpenAPI document. */
import { expect } from 'vitest';
import type { ConfigTargetDetail, EffectiveConfig, RolloutDetail } from '../../../lib/api/config-types.ts';
import { routes } from '../../../lib/api/routes.ts';
import type { ApiError } from '../../../lib/api/types.ts';
import type { Release } from '../../../lib/config/documents.ts';
import { DEFAULT_GATE, type GateParameters, type Plan } from '../../../lib/config/plan.ts';
import type { Rollout } from '../../../lib/config/rollout-document.ts';
import { ask } from './dispatch.ts';
import { expectDocumented } from './documented.ts';

export const STORE = 'main';
let counter = 0;
/** A number that no other target of this run has. */
export const next = (): number => counter++;

interface Answer<T> {
  readonly status: number;
  readonly body: T;
  readonly headers: Headers;
}

export async function send<T>(method: string, path: string, sent: Parameters<typeof ask>[2] = {}): Promise<Answer<T>> {
  const response = await ask(method, path, sent);
  const text = await response.text();
  const json = text === '' ? null : JSON.parse(text);
  expectDocumented({ method, path, status: response.status, body: json });
  return { status: response.status, body: json as T, headers: response.headers };
}

export const id = () => ({ idempotencyKey: `test-key-${counter++}`, by: 'ada' });

export const newTarget = async (more: Record<string, unknown> = {}): Promise<string> => {
  const target = (more.target as string | undefined) ?? `settings-${counter++}/shop/prod/web`;
  const body = {
    ...id(),
    target,
    kind: 'config',
    description: '',
    schema: null,
    locked: [],
    approvals: 0,
    expectModRevision: 0,
    evenIfFailing: false,
    ...more,
  };
  const { status, body: answer } = await send('PUT', routes.configTarget(STORE), { body });
  expect(status, JSON.stringify(answer)).toBe(200);
  return target;
};

export const detail = async (target: string): Promise<ConfigTargetDetail> =>
  (await send<ConfigTargetDetail>('GET', `${routes.configTarget(STORE)}?target=${encodeURIComponent(target)}`)).body;

export const publish = async (target: string, content: unknown, more: Record<string, unknown> = {}) => {
  const expectGeneration = (await detail(target)).assignment.generation;
  const body = {
    ...id(),
    target,
    text: JSON.stringify(content),
    expectGeneration,
    semver: null,
    note: '',
    requires: {},
    ...more,
  };
  return send<Release & ApiError>('POST', routes.configPublish(STORE), { body });
};

export const point = async (target: string, releaseId: string) => {
  const expectGeneration = (await detail(target)).assignment.generation;
  return send<ApiError>('POST', routes.configPoint(STORE), { body: { ...id(), target, releaseId, expectGeneration } });
};

/** Published and served to everybody. */
export async function live(target: string, content: unknown): Promise<Release> {
  const { body } = await publish(target, content);
  expect((await point(target, body.releaseId)).status).toBe(200);
  return body;
}

export const planOf = (percents: number[], gate: Partial<GateParameters> = {}, more: Partial<Plan> = {}): Plan => ({
  phases: percents.map((percent) => ({ percent, tags: [], include: [], observeSeconds: 0, pause: false })),
  bakeSeconds: 0,
  minCanaryInstances: 1,
  exclude: [],
  rotate: false,
  deadManSeconds: null,
  gate: { ...DEFAULT_GATE, evalIntervalSeconds: 5, failureLimit: 0, ...gate },
  ...more,
});

export const roll = async (target: string, releaseId: string, plan: Plan, more: Record<string, unknown> = {}) => {
  const expectGeneration = (await detail(target)).assignment.generation;
  const body = { ...id(), target, releaseId, plan, startAt: null, start: true, expectGeneration, ...more };
  return send<Rollout & ApiError>('PUT', routes.configRollout(STORE), { body });
};

export const rollout = async (rolloutId: string): Promise<RolloutDetail> =>
  (await send<RolloutDetail>('GET', `${routes.configRollout(STORE)}?id=${rolloutId}`)).body;

export const act = async (rolloutId: string, what: string, more: Record<string, unknown> = {}) => {
  const { assignment } = await rollout(rolloutId);
  const body = { ...id(), rolloutId, act: what, expectGeneration: assignment.generation, reason: '', ...more };
  return send<Rollout & ApiError>('POST', routes.configRollout(STORE), { body });
};

/** Looks again after each change of the rollout until it is as wanted. */
export async function until(
  rolloutId: string,
  isDone: (one: RolloutDetail) => boolean,
  step: (one: RolloutDetail) => Promise<void> = async () => undefined,
): Promise<RolloutDetail> {
  for (;;) {
    const one = await rollout(rolloutId);
    if (isDone(one)) return one;
    await step(one);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** An instance of another language: gets, applies, reports over plain HTTP. */
export class HttpInstance {
  readonly place: string;
  readonly instanceId: string;
  seq = 0;
  bootId = 'boot-1';
  state = 'APPLIED';
  health = 'UP';
  error: unknown = null;
  running: EffectiveConfig['layers'] = [];

  constructor(target: string, instanceId: string) {
    this.place = target;
    this.instanceId = instanceId;
  }

  get() {
    return send<EffectiveConfig>('GET', `${routes.clientConfig(STORE, this.place)}?instance=${this.instanceId}`);
  }

  async report(layers: EffectiveConfig['layers'], more: Record<string, unknown> = {}) {
    const plain = (list: EffectiveConfig['layers']) =>
      list.map(({ target, releaseId, generation }) => ({ target, releaseId, generation }));
    if (this.state === 'APPLIED') this.running = layers;
    this.seq++;
    const body = {
      ...{
        bootId: this.bootId,
        seq: this.seq,
        clientVersion: '1.0.0',
        appVersion: '1.0.0',
        tags: [],
        schemaVersions: [],
      },
      ...{
        state: this.state,
        layers: plain(layers),
        running: plain(this.running),
        error: this.error,
        health: this.health,
      },
      ...{ appliedAt: 0, reportedAt: Date.now(), configSha256: '', ...more },
    };
    return send<ApiError>('POST', routes.clientInstance(STORE, this.place, this.instanceId), { body });
  }

  async sync(): Promise<void> {
    const { body } = await this.get();
    expect((await this.report(body.layers)).status).toBe(204);
  }

  leave() {
    return send('DELETE', routes.clientInstance(STORE, this.place, this.instanceId));
  }
}

export async function fleet(target: string, size: number): Promise<HttpInstance[]> {
  const instances = Array.from({ length: size }, (_, i) => new HttpInstance(target, `instance-${i}`));
  for (const one of instances) await one.sync();
  return instances;
}

/** The rollout once every live instance has followed the way back. */
export const rolledBack = (rolloutId: string, instances: readonly HttpInstance[]): Promise<RolloutDetail> =>
  until(
    rolloutId,
    ({ rollout: { state } }) => state === 'ROLLED_BACK',
    async ({ rollout: { state } }) => {
      if (state !== 'ROLLING_BACK') return;
      for (const one of instances) await one.sync();
    },
  );
