/**
 * What an operator sees of locks, elections and leases: how soon a failover and a resignation stand on the screen, and whether pages
 * with 10,000 leases and 1,000 locks of 20 waiters open and move well while they change.
 */
import path from 'node:path';
import { chromium, type Page } from '@playwright/test';
import { type Client, election, putOp } from '../../lib/client/index.ts';
import { findBrowser, launchOptions } from '../../server/scripts/find-browser.ts';
import type { LoneClientOptions } from '../coordination/lone-client.ts';
import { type Product, ROOT } from '../fixtures/product.ts';
import type { StoreKind } from '../fixtures/product-on.ts';
import { Running } from '../fixtures/running.ts';
import { Shell } from '../pages/shell.ts';
import { type Figure, quantile } from './figure.ts';
import { startLoaded } from './loaded.ts';
import { PageMeter } from './page-meter.ts';

const LEASES = 10_000;
const LOCKS = 1_000;
const STANDING = 21;
const LEASE_TTL_SECONDS = 900;
const GRANTS_AT_ONCE = 64;
const TXN_OPS = 120;

const PAGES = ['/leases', '/locks', '/locks?show=waits'] as const;

const HOLDER_TTL_SECONDS = 2;
/** The promises. */
const FAILOVER_MS_MAX = HOLDER_TTL_SECONDS * 1_000 + 1_500;
const RESIGN_MS_MAX = 200;
const OPEN_MS_MAX = 1_000;
const FRAMES_PER_SECOND_MIN = 55;
const FRAME_MS_MAX = 1_000 / FRAMES_PER_SECOND_MIN;

const FAILOVERS = 3;
const RESIGNATIONS = 20;
const OPENINGS = 5;
const WATCHED_MS = 6_000;
/** Between two changes of what is on the screen. */
const CHANGE_EVERY_MS = 20;
/** Those that stand first in the list, on the screen. */
const LOCKS_CHANGED = 40;
const WAIT_MS = 60_000;

interface Stage {
  readonly product: Product;
  readonly client: Client;
  readonly page: Page;
}

export async function* coordinationFigures({ store }: { readonly store: StoreKind }): AsyncGenerator<Figure> {
  const { product, client, stop } = await startLoaded({ keys: 100, store });
  const browser = await chromium.launch(launchOptions(await findBrowser(process.env.TEST_BROWSER)));
  try {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    const stage = { product, client, page };
    for (const part of [handovers(stage), many(stage)]) {
      for await (const figure of part) yield { ...figure, part: `coordination ${store}` };
    }
  } finally {
    await browser.close();
    await stop();
  }
}

const budget = (name: string, figure: Pick<Figure, 'unit' | 'ours' | 'more'>, value: number): Figure => ({
  ...{ part: '', name, against: { who: 'budget', value } },
  ...figure,
});

async function* handovers({ product, client, page }: Stage): AsyncGenerator<Figure> {
  const name = 'bench/election';
  await new Shell(page).open(`${product.url}/elections?name=${encodeURIComponent(`${name}/`)}`);
  const failovers: number[] = [];
  const heir = await client.session({ ttlSeconds: 60 });
  for (let i = 0; i < FAILOVERS; i++) {
    const mortal = startHolder({ endpoints: product.endpoints, name, value: `mortal-${i}` });
    await mortal.waitFor(/holds/, WAIT_MS);
    const following = election(client, name).campaign(heir, `heir-${i}`);
    await seen(page, `mortal-${i} leads`);
    const killedAt = performance.now();
    process.kill(mortal.pid, 'SIGKILL');
    await seen(page, `heir-${i} leads`);
    failovers.push(performance.now() - killedAt);
    await (await following).resign();
    await mortal.exited;
  }
  yield budget(
    `leader killed (lease ${HOLDER_TTL_SECONDS} s) until the next is on the screen, worst of ${FAILOVERS}`,
    { unit: 'ms', ours: Math.max(...failovers), more: 'worse' },
    FAILOVER_MS_MAX,
  );
  const resignations: number[] = [];
  const other = await client.session({ ttlSeconds: 60 });
  let [leading, waiting] = [heir, other];
  let office = await election(client, name).campaign(leading, 'turn-0');
  for (let i = 1; i <= RESIGNATIONS; i++) {
    const following = election(client, name).campaign(waiting, `turn-${i}`);
    await seen(page, `turn-${i} follows`);
    const resignedAt = performance.now();
    const resigning = office.resign();
    await seen(page, `turn-${i} leads`);
    resignations.push(performance.now() - resignedAt);
    await resigning;
    office = await following;
    [leading, waiting] = [waiting, leading];
  }
  yield budget(
    `resignation until the next is on the screen, p90 of ${RESIGNATIONS}`,
    { unit: 'ms', ours: quantile(resignations, 0.9), more: 'worse' },
    RESIGN_MS_MAX,
  );
  await heir.close();
  await other.close();
}

const startHolder = (options: Pick<LoneClientOptions, 'endpoints' | 'name'> & { readonly value: string }): Running =>
  new Running({
    command: process.execPath,
    args: [
      path.join(ROOT, 'e2e/coordination/lone-client.ts'),
      JSON.stringify({ ...options, what: 'election', ttlSeconds: HOLDER_TTL_SECONDS, fenced: null, forMs: null }),
    ],
    env: process.env,
  });

/** Looked for by the page itself, each frame: the time of a question from outside is not part of the figure. */
const seen = (page: Page, text: string): Promise<unknown> =>
  page.waitForFunction((words) => document.querySelector('main')?.textContent?.includes(words) === true, text, {
    polling: 'raf',
    timeout: WAIT_MS,
  });

/** 1,000 locks with 21 in line, each key on one of 10,000 leases. */
async function fill(client: Client): Promise<readonly bigint[]> {
  const leases: bigint[] = [];
  let granted = 0;
  const grant = async (): Promise<void> => {
    while (granted++ < LEASES) leases.push(await client.grantLease(LEASE_TTL_SECONDS));
  };
  await Promise.all(Array.from({ length: GRANTS_AT_ONCE }, grant));
  // Place by place: of keys that one transaction creates, none stands before the other, but for its name.
  const puts = Array.from({ length: LOCKS * STANDING }, (_, at) => {
    const [place, lock] = [Math.floor(at / LOCKS), at % LOCKS];
    const lease = leaseOf(leases, lock, place);
    return putOp(keyOf(lock, lease), '', lease);
  });
  for (let from = 0; from < puts.length; from += TXN_OPS)
    await client.txn({ success: puts.slice(from, from + TXN_OPS) });
  return leases;
}

/**
 * Programs wait for several locks, always in the same order, so that none of them is stuck. Those of the locks that change hands wait for
 * one only: the order in line changes there.
 */
function leaseOf(leases: readonly bigint[], lock: number, place: number): bigint {
  const own = LOCKS_CHANGED * STANDING;
  const first = lock < LOCKS_CHANGED ? lock * STANDING : own + ((lock * STANDING) % (leases.length - own - STANDING));
  return leases[first + place] ?? 0n;
}

const keyOf = (lock: number, lease: bigint): string =>
  `bench/locks/${String(lock).padStart(4, '0')}/${BigInt.asUintN(64, lease).toString(16)}`;

async function* many(stage: Stage): AsyncGenerator<Figure> {
  const leases = await fill(stage.client);
  for (const page of PAGES) yield* manyFigures(stage, page, leases);
}

async function* manyFigures(
  { product, client, page }: Stage,
  path: string,
  leases: readonly bigint[],
): AsyncGenerator<Figure> {
  const openings: number[] = [];
  for (let i = 0; i < OPENINGS; i++) {
    const startedAt = performance.now();
    await page.goto(product.url + path);
    await page.waitForFunction(() => document.querySelectorAll('main [role=row]').length > 10, undefined, {
      polling: 'raf',
      timeout: WAIT_MS,
    });
    openings.push(performance.now() - startedAt);
  }
  const size = `${LEASES} leases, ${LOCKS} locks`;
  yield budget(`open ${path}, ${size}, p50`, { unit: 'ms', ours: quantile(openings, 0.5), more: 'worse' }, OPEN_MS_MAX);
  let changes = 0;
  const meter = await PageMeter.attach(page);
  const cost = await meter.during(async () => {
    changes = await change(client, leases);
  });
  yield budget(
    `frames on ${path} at ${Math.round((changes * 1_000) / WATCHED_MS)} handovers/s`,
    { unit: 'fps', ours: cost.framesPerSecond, more: 'better' },
    FRAMES_PER_SECOND_MIN,
  );
  yield budget(`time between frames on ${path}, p95`, { unit: 'ms', ours: cost.frameMs, more: 'worse' }, FRAME_MS_MAX);
}

/** Holders of locks near the top let go and stand at the end again; leases come and go. Returns how often. */
async function change(client: Client, leases: readonly bigint[]): Promise<number> {
  const until = performance.now() + WATCHED_MS;
  let changes = 0;
  while (performance.now() < until) {
    const lock = changes % LOCKS_CHANGED;
    const lease = leaseOf(leases, lock, Math.floor(changes / LOCKS_CHANGED) % STANDING);
    const key = keyOf(lock, lease);
    const startedAt = performance.now();
    await client.delete({ key });
    await client.put(key, '', { lease });
    if (changes % 5 === 0) await client.revokeLease(await client.grantLease(LEASE_TTL_SECONDS));
    changes++;
    const restMs = CHANGE_EVERY_MS - (performance.now() - startedAt);
    if (restMs > 0) await new Promise((resolve) => setTimeout(resolve, restMs));
  }
  return changes;
}
