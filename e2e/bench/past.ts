/** Time travel over a large key space: how soon a revision is on the screen, and whether a fast replay stays smooth. */
import { chromium, type Page } from '@playwright/test';
import type { Client } from '../../lib/client/index.ts';
import { findBrowser, launchOptions } from '../../server/scripts/find-browser.ts';
import type { StoreKind } from '../fixtures/product-on.ts';
import { Keys } from '../pages/keys.ts';
import { Shell } from '../pages/shell.ts';
import { type Figure, quantile } from './figure.ts';
import { startLoaded } from './loaded.ts';
import { PageMeter } from './page-meter.ts';

const IN_FLIGHT = 128;
/** Sorts before all others, whose only folder opens by itself: its row is on the screen. */
const FOLDER = '!churn';
const STOPS = 25;
const REPLAY_SECONDS = 10;
/** The promises. */
const ON_SCREEN_MS_MAX = 150;
const FPS_MIN = 55;

export interface PastOptions {
  readonly store: StoreKind;
  readonly keys: number;
  readonly revisions: number;
}

export async function* pastFigures({ store, keys, revisions }: PastOptions): AsyncGenerator<Figure> {
  const { product, client, stop } = await startLoaded({ keys, store });
  const browser = await chromium.launch(launchOptions(await findBrowser(process.env.TEST_BROWSER)));
  const part = `past ${store}`;
  try {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    await new Shell(page).open(`${product.url}/keys`);
    // Before the console has listed everything it remembers nothing.
    await page.getByText(/^Complete at revision/).waitFor();
    const first = await churn(client, revisions);
    await new Keys(page).row(FOLDER).getByText(count(revisions)).waitFor();
    // The bar has its width of the past from here on: what it says of a pinned revision stands beside it.
    await new Shell(page).open(`${product.url}/keys?rev=${first}`);
    await page.getByRole('button', { name: 'Return to live' }).waitFor();
    const delays = await scrub(page, { first, revisions });
    const name = `of ${revisions} revisions over ${keys} keys`;
    yield {
      ...{ part, name: `any ${name} on screen, p50`, unit: 'ms', more: 'worse' },
      ours: quantile(delays, 0.5),
      against: { who: 'budget', value: ON_SCREEN_MS_MAX },
    };
    yield {
      ...{ part, name: `any ${name} on screen, p95`, unit: 'ms', more: 'worse' },
      ours: quantile(delays, 0.95),
      against: { who: 'budget', value: ON_SCREEN_MS_MAX },
    };
    yield {
      ...{ part, name: `replay at 100× ${name}, frames`, unit: 'fps', more: 'better' },
      ours: await replay(page, product.url, first),
      against: { who: 'budget', value: FPS_MIN },
    };
  } finally {
    await browser.close();
    await stop();
  }
}

const count = (keys: number): string => keys.toLocaleString('en-US');

/** One new key with each revision, so that the number of keys in the folder says which revision is on the screen. Returns the first. */
async function churn(client: Client, revisions: number): Promise<number> {
  const { revision: first } = await client.put(`${FOLDER}/000000`, '');
  let next = 1;
  const write = async (): Promise<void> => {
    while (next < revisions) {
      const at = next++;
      await client.put(`${FOLDER}/${String(at).padStart(6, '0')}`, '', { timeoutMs: 60_000 });
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, write));
  return first;
}

/** Drags the revision bar to places all over it; ms from the last move of the pointer to the frame with that revision's tree. */
async function scrub(page: Page, span: { readonly first: number; readonly revisions: number }): Promise<number[]> {
  const slider = page.getByRole('slider', { name: 'Revision shown' });
  const box = await slider.boundingBox();
  if (box === null) throw new Error('no revision bar');
  const xOf = (share: number): number => box.x + 2 + share * (box.width - 4);
  const y = box.y + box.height / 2;
  await page.evaluate(() => {
    window.addEventListener('pointermove', () => Object.assign(window, { benchMovedAt: performance.now() }), true);
  });
  const from = 1 - span.revisions / Number(await slider.getAttribute('aria-valuemax'));
  const delays: number[] = [];
  for (let stop = 0; stop < STOPS; stop++) {
    // All over the churned revisions, never in order.
    const share = Math.max(0.02, from) + ((stop * 7) % STOPS) * ((0.97 - Math.max(0.02, from)) / STOPS);
    await page.mouse.move(xOf(share) - 60, y);
    await page.mouse.down();
    for (let step = 5; step >= 0; step--) await page.mouse.move(xOf(share) - step * 4, y);
    delays.push(await page.evaluate(untilShown, span.first));
    await page.mouse.up();
  }
  return delays;
}

/** In the page: until a frame shows as many keys in the folder as there were at the pinned revision. */
function untilShown(first: number): Promise<number> {
  const { benchMovedAt } = window as unknown as { benchMovedAt: number };
  const slider = document.querySelector('[role=slider][aria-label="Revision shown"]');
  return new Promise((resolve, reject) => {
    const look = (): void => {
      const pinned = Number(slider?.getAttribute('aria-valuenow'));
      const wanted = Math.max(0, pinned - first + 1);
      const row = [...document.querySelectorAll('[role=treeitem]')].find((one) => one.textContent?.includes('churn'));
      const waited = performance.now() - benchMovedAt;
      const isShown =
        document.location.search.includes(`rev=${pinned}`) &&
        (wanted === 0 ? row === undefined : row?.textContent?.includes(wanted.toLocaleString('en-US')) === true);
      if (isShown) requestAnimationFrame(() => resolve(performance.now() - benchMovedAt));
      else if (waited > 20_000) reject(new Error(`revision ${pinned} is not on the screen after 20 s`));
      else requestAnimationFrame(look);
    };
    look();
  });
}

async function replay(page: Page, url: string, first: number): Promise<number> {
  await new Shell(page).open(`${url}/keys?rev=${first}`);
  await page.getByRole('combobox', { name: 'Speed of the replay' }).selectOption('100×');
  const meter = await PageMeter.attach(page);
  await page.getByRole('button', { name: 'Replay from here' }).click();
  const { framesPerSecond } = await meter.during(
    () => new Promise((resolve) => setTimeout(resolve, REPLAY_SECONDS * 1_000)),
  );
  return framesPerSecond;
}
