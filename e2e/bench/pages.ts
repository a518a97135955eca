/** What an operator feels: opening Keys on a warm index, expanding, scrolling; and the JavaScript each page begins with. */
import { chromium, type Page } from '@playwright/test';
import { findBrowser, launchOptions } from '../../server/scripts/find-browser.ts';
import { BUDGETS_KB } from '../../server/scripts/first-load-budgets.ts';
import { CountingProxy } from '../fixtures/counting-proxy.ts';
import type { Product } from '../fixtures/product.ts';
import type { StoreKind } from '../fixtures/product-on.ts';
import { Keys } from '../pages/keys.ts';
import { Shell } from '../pages/shell.ts';
import { type Figure, quantile } from './figure.ts';
import { startLoaded } from './loaded.ts';
import { PageMeter } from './page-meter.ts';

/** The explorer's promises. */
const FIRST_ROWS_MS_MAX = 500;
const EXPAND_MS_MAX = 100;
const FRAME_MS_MAX = 17;
const SCROLL_STEPS = 120;
const WHEEL_PX = 400;
const OPENINGS = 5;
const EXPANSIONS = 9;
const FOLDERS_OPENED = 30;
/** Reads that follow the last key press. */
const AFTERWARDS_MS = 1_000;

export async function* pageFigures({
  keys,
  store,
}: {
  readonly keys: number;
  readonly store: StoreKind;
}): AsyncGenerator<Figure> {
  const loaded = await startLoaded({ keys, store });
  const budget = budgetOf(`pages ${store}`);
  const browser = await chromium.launch(launchOptions(await findBrowser(process.env.TEST_BROWSER)));
  try {
    const { url } = loaded.product;
    for (const path of Object.keys(BUDGETS_KB)) {
      const page = await browser.newPage();
      yield budget(
        `first-load JavaScript of ${path}, gzipped`,
        'KB',
        await scriptKilobytes(page, url, path),
        BUDGETS_KB[path] ?? 0,
      );
    }
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    await page.addInitScript(watchFirstRow);
    const openings: number[] = [];
    for (let i = 0; i < OPENINGS; i++) openings.push(await openKeys(page, `${url}/keys`));
    yield budget(`open Keys on ${keys} keys, first rows, p50`, 'ms', quantile(openings, 0.5), FIRST_ROWS_MS_MAX);
    yield budget('expand a folder of 1,000 folders, p50', 'ms', await expand(page), EXPAND_MS_MAX);
    yield budget('frame while scrolling, p95', 'ms', await scrollFrames(page), FRAME_MS_MAX);
    yield budget('requests to the store while browsing', 'calls', await requestsWhileBrowsing(page, loaded.product), 0);
  } finally {
    await browser.close();
    await loaded.stop();
  }
}

const budgetOf =
  (part: string) =>
  (name: string, unit: Figure['unit'], ours: number, value: number): Figure => ({
    ...{ part, name, unit, more: 'worse', ours },
    against: { who: 'budget', value },
  });

/** Scripts sent to a page that is never idle, workers' included, as they were sent. */
async function scriptKilobytes(page: Page, target: string, path: string): Promise<number> {
  const proxy = await CountingProxy.start(target);
  try {
    await page.addInitScript(() => {
      window.requestIdleCallback = () => 0;
    });
    await page.goto(proxy.url + path, { waitUntil: 'load' });
    await new Shell(page).sentence.getByText(/\d members?\b/).waitFor();
    return proxy.bytes / 1_024;
  } finally {
    await page.close();
    await proxy.stop();
  }
}

/** ms from the beginning of the navigation until a frame with a row has been painted, by the browser's own clock. */
async function openKeys(page: Page, url: string): Promise<number> {
  await page.goto(url);
  const painted = await page.waitForFunction(() => (window as unknown as FirstRow).benchFirstRowMs);
  return (await painted.jsonValue()) ?? Number.NaN;
}

interface FirstRow {
  readonly benchFirstRowMs?: number;
}

/** In the page: notes when the frame after the one that found a row begins; by then that one is painted. */
function watchFirstRow(): void {
  const look = (): void => {
    if (document.querySelector('[role=tree] [role=treeitem]') === null) requestAnimationFrame(look);
    else requestAnimationFrame(() => Object.assign(window, { benchFirstRowMs: performance.now() }));
  };
  requestAnimationFrame(look);
}

async function expand(page: Page): Promise<number> {
  const keys = new Keys(page);
  const inside = keys.row('folder-0000').first();
  await inside.waitFor();
  await keys.tree.focus();
  const delays: number[] = [];
  for (let i = 0; i < EXPANSIONS; i++) {
    // It opens by itself, below the folder of the empty name: two folders at once.
    for (const key of ['Home', 'ArrowDown', 'ArrowLeft']) await page.keyboard.press(key);
    await inside.waitFor({ state: 'hidden' });
    const shown = page.evaluate(untilExpanded);
    // The listener is there when this is answered: calls of a page are answered in order.
    await page.evaluate(() => 0);
    await page.keyboard.press('ArrowRight');
    delays.push(await shown);
  }
  return quantile(delays, 0.5);
}

/** In the page: from the next key to the frame after the one that has the rows below it; by the browser's own clock. */
function untilExpanded(): Promise<number> {
  return new Promise((resolve) => {
    const onKey = (event: KeyboardEvent): void => {
      const look = (): void => {
        const isThere = [...document.querySelectorAll('[role=treeitem]')].some((row) =>
          row.textContent?.includes('folder-0000'),
        );
        requestAnimationFrame(isThere ? () => resolve(performance.now() - event.timeStamp) : look);
      };
      requestAnimationFrame(look);
    };
    window.addEventListener('keydown', onKey, { capture: true, once: true });
  });
}

/** Time between frames, over a scroll by wheel as a hand does it: one notch after the other; in ms, the 95th percentile. */
async function scrollFrames(page: Page): Promise<number> {
  const box = await new Keys(page).tree.boundingBox();
  await page.mouse.move((box?.x ?? 0) + 50, (box?.y ?? 0) + 50);
  const meter = await PageMeter.attach(page);
  const { frameMs } = await meter.during(async () => {
    for (let i = 0; i < SCROLL_STEPS; i++) await page.mouse.wheel(0, WHEEL_PX);
  });
  return frameMs;
}

/** What the store was asked while folders were opened and lists scrolled, less what it is asked in the same time when nobody does anything. */
async function requestsWhileBrowsing(page: Page, product: Product): Promise<number> {
  const keys = new Keys(page);
  const before = await callsOf(product);
  const startedAt = performance.now();
  await keys.tree.focus();
  await page.keyboard.press('Home');
  for (let i = 0; i < FOLDERS_OPENED; i++) {
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('PageDown');
  }
  await page.keyboard.press('End');
  await span(AFTERWARDS_MS);
  const spent = performance.now() - startedAt;
  const between = await callsOf(product);
  await span(spent);
  const after = await callsOf(product);
  return Math.max(0, between - before - (after - between));
}

/** A stretch of time to count in. */
const span = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Reads, transactions and watches that all members have been asked for: what browsing could cost. */
async function callsOf({ endpoints }: Product): Promise<number> {
  let calls = 0;
  for (const endpoint of endpoints) {
    const text = await (await fetch(`http://${endpoint}/metrics`)).text();
    for (const { groups } of text.matchAll(STARTED)) {
      if (groups?.service === 'KV' || groups?.service === 'Watch') calls += Number(groups.count);
    }
  }
  return calls;
}

const STARTED =
  /^grpc_server_started_total\{.*?grpc_method="(?<method>\w+)",grpc_service="etcdserverpb\.(?<service>\w+)".*?\} (?<count>\S+)$/gm;
