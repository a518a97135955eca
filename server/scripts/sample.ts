/**
 * `npm run sample`: a living system to look at, written by real clients over the wire. A configuration tree, services that
 * register under leases and come and go, an election whose leader now and then dies in office, small steady writes; settings in
 * layers with ten processes that follow them.
 * Existing keys are never overwritten. Ctrl-C ends it and deletes what it created.
 *
 *   --endpoints host:port,…  default 127.0.0.1:2379,127.0.0.1:22379,127.0.0.1:32379
 *   --once                   write the configuration tree and stop; it stays
 *   --deadlock               two programs that wait for each other's lock, and a third behind them
 *   --seed N                 what happens in which order; default 1
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { errorText } from '../../lib/base/error-text.ts';
import { Prng } from '../../lib/base/prng.ts';
import { type Client, connect, createRevisionIs, deleteOp, putOp } from '../../lib/client/index.ts';
import { candidate, type Stage, serviceInstance, writer } from './sample/actors.ts';
import { FLEET_PLACE, FLEET_SIZE, startFleet, writeConfiguration } from './sample/config-fleet.ts';
import { CONFIG } from './sample/config-tree.ts';
import { deadlock, recipes } from './sample/recipes.ts';

const DEFAULT_ENDPOINTS = '127.0.0.1:2379,127.0.0.1:22379,127.0.0.1:32379';
/** etcd's default bound is 128 operations in one transaction. */
const DELETES_PER_TXN = 100;

/** What the recipes keep for the next who come. */
const LEFT_BEHIND = [
  'queues/mails/',
  'queues/tickets/',
  'queues/reminders/',
  '__queues/mails/',
  '__queues/tickets/',
  '__queues/reminders/',
  'limits/exports/permits',
  'barriers/benchmark/',
  'counters/clicks/',
];

interface Options {
  readonly endpoints: readonly string[];
  readonly once: boolean;
  readonly deadlock: boolean;
  readonly seed: number;
}

function readOptions(): Options {
  const { values } = parseArgs({
    options: {
      endpoints: { type: 'string', default: DEFAULT_ENDPOINTS },
      once: { type: 'boolean', default: false },
      deadlock: { type: 'boolean', default: false },
      seed: { type: 'string', default: '1' },
    },
  });
  const seed = Number(values.seed);
  if (!Number.isSafeInteger(seed) || seed < 0)
    throw new TypeError(`--seed must be a whole number, got "${values.seed}"`);
  return {
    endpoints: values.endpoints.split(',').map((text) => text.trim()),
    once: values.once,
    deadlock: values.deadlock,
    seed,
  };
}

/** Resolves to the keys that were not there before. */
async function writeConfig(client: Client): Promise<string[]> {
  const created: string[] = [];
  for (const [key, values] of Object.entries(CONFIG)) {
    const [first = '', ...later] = values;
    const { succeeded } = await client.txn({ compare: [createRevisionIs(key, 0)], success: [putOp(key, first)] });
    if (!succeeded) continue;
    created.push(key);
    for (const value of later) await client.put(key, value);
  }
  return created;
}

async function removeAll(client: Client, keys: readonly string[]): Promise<void> {
  for (let at = 0; at < keys.length; at += DELETES_PER_TXN) {
    await client.txn({ success: keys.slice(at, at + DELETES_PER_TXN).map((key) => deleteOp({ key })) });
  }
}

async function run({ endpoints, once, deadlock: isDeadlocked, seed }: Options): Promise<void> {
  const client = connect({ endpoints });
  const written = await writeConfig(client);
  const created = new Set([...written, ...(await writeConfiguration(client))]);
  console.log(
    `${created.size} keys written, ${Object.keys(CONFIG).length - written.length} were there already (${endpoints.join(', ')})`,
  );
  if (once) return client.close();
  const fleet = startFleet({ endpoints, report: (line) => console.log(line), restarts: true });

  // What stood there before is somebody else's.
  const ours: string[] = [];
  for (const prefix of LEFT_BEHIND) if ((await client.get({ prefix }, { limit: 1 })).count === 0) ours.push(prefix);
  const ending = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => ending.abort());
  const prng = new Prng(seed);
  const stage: Stage = {
    endpoints,
    signal: ending.signal,
    report: (line) => console.log(line),
    pause: (ms) => sleep(ms, undefined, { signal: ending.signal }).catch(() => undefined),
    wrote: (key) => created.add(key),
  };
  console.log(
    `services, an election, steady writes and ${FLEET_SIZE} followers of ${FLEET_PLACE} run until Ctrl-C (seed ${seed})`,
  );
  await Promise.all([
    ...['web', 'payments', 'search'].flatMap((name) =>
      [1, 2, 3].map((index) => serviceInstance(stage, prng.fork(), name, index)),
    ),
    ...['node-a', 'node-b', 'node-c'].map((name) =>
      candidate(stage, prng.fork(), { name, office: 'elections/scheduler', isFlapping: false }),
    ),
    ...['cron-1', 'cron-2'].map((name) =>
      candidate(stage, prng.fork(), { name, office: 'elections/cron', isFlapping: true }),
    ),
    ...recipes(stage, prng.fork()),
    ...(isDeadlocked ? deadlock(stage) : []),
    writer(stage, prng.fork()),
  ]);
  await fleet.stop();
  await removeAll(client, [...created]);
  for (const prefix of ours) await client.delete({ prefix });
  client.close();
  console.log('ended; what the sample wrote is deleted');
}

try {
  await run(readOptions());
} catch (cause) {
  console.error(`sample: ${errorText(cause)}`);
  process.exit(cause instanceof TypeError ? 2 : 1);
}
