/** How fast a release reaches a thousand applications that watch, served at once or promoted, and how fast the fleet has confirmed it. */
import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { ConfigTargetDetail } from '../../lib/api/config-types.ts';
import { routes } from '../../lib/api/routes.ts';
import { utf8Decode } from '../../lib/base/bytes.ts';
import type { Client } from '../../lib/client/index.ts';
import type { Assignment, Release } from '../../lib/config/documents.ts';
import { type Plan, PRESETS } from '../../lib/config/plan.ts';
import type { InstanceReport } from '../../lib/config/report.ts';
import type { Rollout } from '../../lib/config/rollout-document.ts';
import { FLEET_PLACE, writeConfiguration } from '../../server/scripts/sample/config-fleet.ts';
import type { StoreKind } from '../fixtures/product-on.ts';
import { type Figure, quantile } from './figure.ts';
import { startLoaded } from './loaded.ts';

const PREFIX = '/quorate/config/';
const INSTANCES = `${PREFIX}instances/${FLEET_PLACE}/`;
const CLIENTS = 1_000;
const PROCESSES = 4;
const ROUNDS = 5;
/** The promise: all of them within a second. */
const PROMISED_MS_MAX = 1_000;
/** A figure of our own: a report of each, committed, within five. */
const CONFIRMED_MS_MAX = 5_000;

interface Applied {
  readonly banner: string;
  readonly times: readonly number[];
}

/** One of the processes with its share of the clients. */
class Crowd {
  readonly #process: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  constructor(endpoints: readonly string[], from: number, count: number) {
    const script = path.join(import.meta.dirname, 'config-crowd.ts');
    const args = [script, endpoints.join(','), FLEET_PLACE, String(from), String(count)];
    this.#process = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    if (this.#process.stdout === null) throw new Error('a process without output');
    this.#lines = createInterface({ input: this.#process.stdout })[Symbol.asyncIterator]();
  }

  /** @throws when it ended before it said so */
  async until<T>(isMeant: (line: T) => boolean): Promise<T> {
    for (;;) {
      const { value, done } = await this.#lines.next();
      if (done === true) throw new Error('the crowd ended');
      const line = JSON.parse(value) as T;
      if (isMeant(line)) return line;
    }
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.#process.once('exit', resolve));
    this.#process.kill('SIGKILL');
    await ended;
  }
}

export async function* configFigures({ store }: { readonly store: StoreKind }): AsyncGenerator<Figure> {
  const loaded = await startLoaded({ keys: 1, store });
  const { client } = loaded;
  const { url, endpoints } = loaded.product;
  const id = store === 'etcd' ? 'etcd' : 'local';
  const crowds: Crowd[] = [];
  try {
    await writeConfiguration(client);
    const share = CLIENTS / PROCESSES;
    for (let i = 0; i < PROCESSES; i++) crowds.push(new Crowd(endpoints, i * share, share));
    await Promise.all(crowds.map((one) => one.until<{ ready?: number }>(({ ready }) => ready === share)));
    const where = { url, id, client };
    const served = await rounds({ crowds, client, act: (round) => serve(where, `serve ${round}`) });
    let last: string | undefined;
    const promoting = async (round: number): Promise<Asked> => {
      const asked = await promote(where, { banner: `promote ${round}`, last });
      last = asked.rolloutId;
      return asked;
    };
    const promoted = await rounds({ crowds, client, act: promoting });
    const part = `config ${store}`;
    const ms = { part, unit: 'ms', more: 'worse', against: { who: 'budget', value: PROMISED_MS_MAX } } as const;
    for (const [what, { half, last, confirmed }] of [
      ['serving', served],
      ['promote', promoted],
    ] as const) {
      yield { ...ms, name: `${what} to half of ${CLIENTS} watching clients`, ours: quantile(half, 0.5) };
      yield { ...ms, name: `${what} to the last of ${CLIENTS} watching clients`, ours: quantile(last, 0.5) };
      yield { ...ms, name: `the same, worst of ${ROUNDS} rounds`, ours: Math.max(...last) };
      yield {
        ...{ ...ms, name: `${what} confirmed by every one of ${CLIENTS}`, ours: quantile(confirmed, 0.5) },
        against: { who: 'budget', value: CONFIRMED_MS_MAX },
      };
    }
  } finally {
    for (const one of crowds) await one.stop();
    await loaded.stop();
  }
}

/** In ms since it was asked for, by round. */
interface Rounds {
  readonly half: number[];
  readonly last: number[];
  readonly confirmed: number[];
}

async function rounds(options: {
  readonly crowds: readonly Crowd[];
  readonly client: Client;
  readonly act: (round: number) => Promise<Asked>;
}): Promise<Rounds> {
  const { crowds, client, act } = options;
  const measured: Rounds = { half: [], last: [], confirmed: [] };
  for (let round = 0; round < ROUNDS; round++) {
    const { revision } = await client.get({ key: INSTANCES });
    const { at, banner, releaseId } = await act(round);
    const confirming = confirmedAt(client, revision + 1, releaseId);
    const arrivals = await Promise.all(crowds.map((one) => one.until<Applied>((line) => line.banner === banner)));
    // Canaries had it before.
    const times = arrivals.flatMap((one) => one.times).flatMap((time) => (time < at ? [] : [time - at]));
    measured.half.push(quantile(times, 0.5));
    measured.last.push(Math.max(...times));
    measured.confirmed.push((await confirming) - at);
  }
  return measured;
}
async function call<T>(method: string, url: string, body?: unknown): Promise<T> {
  const init =
    body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
  const response = await fetch(url, { method, ...init });
  if (!response.ok) throw new Error(`${method} ${url}: ${response.status} ${await response.text()}`);
  return (await response.json()) as T;
}

const detailOf = (url: string, id: string): Promise<ConfigTargetDetail> =>
  call('GET', `${url}${routes.configTarget(id)}?target=${encodeURIComponent(FLEET_PLACE)}`);

/** `at`: when everybody was to get it. */
interface Asked {
  readonly at: number;
  readonly banner: string;
  readonly releaseId: string;
}

const WRITE = { target: FLEET_PLACE, by: 'bench' } as const;

async function publish({ url, id }: Where, banner: string): Promise<{ releaseId: string; expectGeneration: number }> {
  const { generation: expectGeneration } = (await detailOf(url, id)).assignment;
  const text = JSON.stringify({ banner, pool: { max: 40 } });
  const publishing = { ...WRITE, expectGeneration, idempotencyKey: `publish ${banner}`, text, note: '', requires: {} };
  const { releaseId } = await call<Release>('POST', `${url}${routes.configPublish(id)}`, {
    ...publishing,
    semver: null,
  });
  return { releaseId, expectGeneration };
}

interface Where {
  readonly url: string;
  readonly id: string;
}

/** To everybody in one step, past any rollout. */
async function serve(where: Where, banner: string): Promise<Asked> {
  const release = await publish(where, banner);
  const at = Date.now();
  const body = { ...WRITE, ...release, idempotencyKey: `point ${banner}` };
  await call('POST', `${where.url}${routes.configPoint(where.id)}`, body);
  return { at, banner, releaseId: release.releaseId };
}

const [{ plan: PRESET }] = PRESETS;
const PLAN: Plan = {
  ...PRESET,
  phases: [10, 100].map((percent) => ({ percent, tags: [], include: [], observeSeconds: 3_600, pause: false })),
  bakeSeconds: 0,
};

const rolloutKey = (id: string): string => `${PREFIX}rollouts/${id}`;

/** A rollout goes from a tenth to everybody because somebody says so; a controller looks at every report. */
async function promote(
  { client, ...where }: Where & { readonly client: Client },
  { banner, last }: { readonly banner: string; readonly last: string | undefined },
): Promise<Asked & { readonly rolloutId: string }> {
  // The one before has ended: nothing moves the pointer any more.
  await stored<Assignment>(client, `${PREFIX}assign/${FLEET_PLACE}`, ({ candidate }) => candidate === null);
  if (last !== undefined) await stored<Rollout>(client, rolloutKey(last), ({ state }) => state === 'COMPLETED');
  const release = await publish(where, banner);
  const { releaseId } = release;
  const path = `${where.url}${routes.configRollout(where.id)}`;
  const creating = { ...WRITE, ...release, plan: PLAN, startAt: null, start: true };
  const { rolloutId } = await call<Rollout>('PUT', path, { ...creating, idempotencyKey: `roll ${banner}` });
  const isPassing = ({ verdict }: Rollout): boolean => verdict?.kind === 'OK';
  const { generation } = await stored<Rollout>(client, rolloutKey(rolloutId), isPassing);
  const at = Date.now();
  const acting = { rolloutId, act: 'promote', expectGeneration: generation, reason: '', by: 'bench' };
  await call('POST', path, { ...acting, idempotencyKey: `promote ${banner}` });
  return { at, banner, releaseId, rolloutId };
}

/** What stands at a key, once it is as wanted. */
async function stored<T>(client: Client, key: string, isMeant: (value: T) => boolean): Promise<T> {
  const { kvs } = await client.get({ key });
  for await (const { events } of client.watch({ key }, { startRevision: kvs[0]?.modRevision ?? 1 })) {
    for (const { kv } of events) {
      const value = JSON.parse(utf8Decode(kv?.value ?? new Uint8Array(0)) || 'null') as T | null;
      if (value !== null && isMeant(value)) return value;
    }
  }
  throw new Error(`the watch of ${key} ended`);
}

/** When the last instance's report had been committed that says that it runs this release. */
async function confirmedAt(client: Client, startRevision: number, releaseId: string): Promise<number> {
  const confirmed = new Set<string>();
  for await (const { events } of client.watch({ prefix: INSTANCES }, { startRevision })) {
    for (const { kv } of events) {
      const report = kv === undefined ? null : (JSON.parse(utf8Decode(kv.value) || 'null') as InstanceReport | null);
      const runs = report?.running.find(({ target }) => target === FLEET_PLACE)?.releaseId;
      if (report !== null && runs === releaseId) confirmed.add(report.instanceId);
    }
    if (confirmed.size === CLIENTS) break;
  }
  return Date.now();
}
