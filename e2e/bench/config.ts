/** How fast a promote reaches a thousand applications that watch, and how fast the fleet has confirmed it. */
import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { ConfigTargetDetail } from '../../lib/api/config-types.ts';
import { routes } from '../../lib/api/routes.ts';
import { utf8Decode } from '../../lib/base/bytes.ts';
import type { Client } from '../../lib/client/index.ts';
import type { Release } from '../../lib/config/documents.ts';
import type { InstanceReport } from '../../lib/config/report.ts';
import { FLEET_PLACE, writeConfiguration } from '../../server/scripts/sample/config-fleet.ts';
import { type Figure, quantile } from './figure.ts';
import { type BenchStore, startLoaded } from './loaded.ts';

const INSTANCES = `/quorate/config/instances/${FLEET_PLACE}/`;
const CLIENTS = 1_000;
const PROCESSES = 4;
const ROUNDS = 5;
/** The promise: all of them within a second. */
const PROMOTE_MS_MAX = 1_000;
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

export async function* configFigures({ store }: { readonly store: BenchStore }): AsyncGenerator<Figure> {
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
    const last: number[] = [];
    const half: number[] = [];
    const confirmed: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const banner = `round ${round}`;
      const arrivals = Promise.all(crowds.map((one) => one.until<Applied>((line) => line.banner === banner)));
      const { revision } = await client.get({ key: INSTANCES });
      const { at, releaseId } = await promote(url, id, banner);
      const confirming = confirmedAt(client, revision + 1, releaseId);
      const times = (await arrivals).flatMap((one) => one.times).map((time) => time - at);
      half.push(quantile(times, 0.5));
      last.push(Math.max(...times));
      confirmed.push((await confirming) - at);
    }
    const part = `config ${store}`;
    const ms = { part, unit: 'ms', more: 'worse' } as const;
    const promised = { who: 'budget', value: PROMOTE_MS_MAX } as const;
    yield {
      ...ms,
      name: `promote to half of ${CLIENTS} watching clients`,
      ours: quantile(half, 0.5),
      against: promised,
    };
    yield {
      ...ms,
      name: `promote to the last of ${CLIENTS} watching clients`,
      ours: quantile(last, 0.5),
      against: promised,
    };
    yield { ...ms, name: `the same, worst of ${ROUNDS} rounds`, ours: Math.max(...last), against: promised };
    yield {
      ...{ ...ms, name: `every one of ${CLIENTS} has confirmed it`, ours: quantile(confirmed, 0.5) },
      against: { who: 'budget', value: CONFIRMED_MS_MAX },
    };
  } finally {
    for (const one of crowds) await one.stop();
    await loaded.stop();
  }
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

/** `at`: when the promote was asked for. */
async function promote(url: string, id: string, banner: string): Promise<{ at: number; releaseId: string }> {
  const { generation: expectGeneration } = (await detailOf(url, id)).assignment;
  const write = { target: FLEET_PLACE, expectGeneration, by: 'bench' };
  const text = JSON.stringify({ banner, pool: { max: 40 } });
  const publishing = { ...write, idempotencyKey: `publish ${banner}`, text, semver: null, note: '', requires: {} };
  const { releaseId } = await call<Release>('POST', `${url}${routes.configPublish(id)}`, publishing);
  const at = Date.now();
  await call('POST', `${url}${routes.configPoint(id)}`, { ...write, idempotencyKey: `point ${banner}`, releaseId });
  return { at, releaseId };
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
