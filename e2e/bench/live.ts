/** The stream under load: a storm of changes on the Watch page, how soon a change is a pixel, and what fifty browsers cost the store. */
import { type Browser, chromium, type Page } from '@playwright/test';
import { routes } from '../../lib/api/routes.ts';
import type { Client } from '../../lib/client/index.ts';
import { findBrowser, launchOptions } from '../../server/scripts/find-browser.ts';
import type { Product } from '../fixtures/product.ts';
import type { StoreKind } from '../fixtures/product-on.ts';
import { Shell } from '../pages/shell.ts';
import { Watch } from '../pages/watch.ts';
import { type Figure, quantile } from './figure.ts';
import { startLoaded } from './loaded.ts';
import { PageMeter } from './page-meter.ts';
import { writeSteadily } from './writer.ts';

const STORM_PER_SECOND = 5_000;
const BUSY_PER_SECOND = 1_000;
const PROBES = 200;
const PROBE_EVERY_MS = 50;
const BROWSERS = 50;
/** The promises. */
const FPS_MIN = 55;
const BUSY_PERCENT_MAX = 25;
const HEAP_GROWTH_MAX = 10 * 1_024 * 1_024;
const PIXEL_MS_MAX = 100;
/** What one console costs the store, however many look. */
const WATCHERS_MAX = 1;

export interface LiveOptions {
  readonly store: StoreKind;
  readonly seconds: number;
}

export async function* liveFigures({ store, seconds }: LiveOptions): AsyncGenerator<Figure> {
  const { product, client, stop } = await startLoaded({ keys: 1_000, store });
  const browser = await chromium.launch(launchOptions(await findBrowser(process.env.TEST_BROWSER)));
  const figure = (fields: Omit<Figure, 'part'>): Figure => ({ part: `live ${store}`, ...fields });
  try {
    for await (const one of storm(await open(browser, product, 'storm/'), client, seconds)) yield figure(one);
    yield figure({
      ...{ name: `commit to pixel at ${BUSY_PER_SECOND} changes/s, p99`, unit: 'ms', more: 'worse' },
      ours: quantile(await pixelDelays(await open(browser, product, 'probe/'), client), 0.99),
      against: { who: 'budget', value: PIXEL_MS_MAX },
    });
    const watchers = await watchersOf(product, BROWSERS);
    yield figure({
      ...{ name: `watchers in the store for ${BROWSERS} browsers on one console`, unit: 'calls', more: 'worse' },
      ours: watchers.withBrowsers,
      against: { who: 'budget', value: WATCHERS_MAX },
    });
    yield figure({
      ...{ name: `watchers that ${BROWSERS} browsers add`, unit: 'calls', more: 'worse' },
      ours: watchers.withBrowsers - watchers.before,
      against: { who: 'budget', value: 0 },
    });
  } finally {
    await browser.close();
    await stop();
  }
}

async function open(browser: Browser, product: Product, prefix: string): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  await new Shell(page).open(`${product.url}/watch?sub=${encodeURIComponent(`key=${prefix}`)}`);
  return page;
}

async function* storm(page: Page, client: Client, seconds: number): AsyncGenerator<Omit<Figure, 'part'>> {
  const watch = new Watch(page);
  const meter = await PageMeter.attach(page);
  // A first storm fills the list to its bound: what grows after it would grow for ever.
  const filled = await writeSteadily(client, { perSecond: STORM_PER_SECOND, seconds: Math.min(12, seconds) });
  let events = filled.events;
  let rate = 0;
  const cost = await meter.during(async () => {
    const written = await writeSteadily(client, { perSecond: STORM_PER_SECOND, seconds });
    events += written.events;
    rate = written.events / written.seconds;
  });
  const name = `storm of ${seconds} s`;
  yield figureOf(`${name}, changes written`, '/s', rate, STORM_PER_SECOND, 'better');
  yield figureOf(`${name}, frames`, 'fps', cost.framesPerSecond, FPS_MIN, 'better');
  yield figureOf(`${name}, main thread busy`, '%', cost.busy * 100, BUSY_PERCENT_MAX, 'worse');
  yield figureOf(
    `${name}, main thread busy or waiting for a core`,
    '%',
    cost.occupied * 100,
    BUSY_PERCENT_MAX,
    'worse',
  );
  yield figureOf(`${name}, growth of the heap`, 'KB', cost.heapGrowthBytes / 1_024, HEAP_GROWTH_MAX / 1_024, 'worse');
  yield figureOf(`${name}, changes missing`, 'events', events - (await watch.seen(events)), 0, 'worse');
  await page.close();
}

const figureOf = (
  name: string,
  unit: Figure['unit'],
  ours: number,
  value: number,
  more: Figure['more'],
): Omit<Figure, 'part'> => ({ name, unit, ours, more, against: { who: 'budget', value } });

/** From the store's answer to the frame that shows the row, for single changes among many others. */
async function pixelDelays(page: Page, client: Client): Promise<readonly number[]> {
  await page.evaluate(() => {
    const seen: Record<string, number> = {};
    Object.assign(window, { benchSeen: seen });
    const look = (): void => {
      for (const cell of document.querySelectorAll('[role=gridcell]')) {
        const name = /probe\/\d+$/.exec(cell.textContent ?? '')?.[0];
        // A frame later it is painted.
        if (name !== undefined && !(name in seen)) {
          seen[name] = 0;
          requestAnimationFrame(() => {
            seen[name] = Date.now();
          });
        }
      }
      requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  });
  const committed = new Map<string, number>();
  const probe = async (): Promise<void> => {
    for (let i = 0; i < PROBES; i++) {
      const key = `probe/${i}`;
      await client.put(key, '');
      committed.set(key, Date.now());
      await new Promise((resolve) => setTimeout(resolve, PROBE_EVERY_MS));
    }
  };
  const seconds = (PROBES * PROBE_EVERY_MS * 1.3) / 1_000;
  await Promise.all([writeSteadily(client, { perSecond: BUSY_PER_SECOND, seconds }), probe()]);
  await new Watch(page).seen(PROBES);
  const seen = await page.evaluate(() => (window as unknown as { benchSeen: Record<string, number> }).benchSeen);
  await page.close();
  return [...committed].map(([key, at]) => Math.max(0, (seen[key] ?? Number.POSITIVE_INFINITY) - at));
}

/** Streams as browsers open them, one each; how many watchers the store then counts on all its members. */
async function watchersOf(product: Product, browsers: number): Promise<{ before: number; withBrowsers: number }> {
  const { url } = product;
  const [store] = (await (await fetch(url + routes.stores)).json()) as readonly { readonly id: string }[];
  const before = await storeWatchers(product);
  const abort = new AbortController();
  const streams = await Promise.all(
    Array.from({ length: browsers }, () => fetch(url + routes.live(store?.id ?? ''), { signal: abort.signal })),
  );
  try {
    for (const stream of streams) await stream.body?.getReader().read();
    return { before, withBrowsers: await storeWatchers(product) };
  } finally {
    abort.abort();
  }
}

async function storeWatchers({ endpoints }: Product): Promise<number> {
  let watchers = 0;
  for (const endpoint of endpoints) {
    const text = await (await fetch(`http://${endpoint}/metrics`)).text();
    watchers += Number(/^etcd_debugging_mvcc_watcher_total (\S+)$/m.exec(text)?.[1] ?? Number.NaN);
  }
  return watchers;
}
