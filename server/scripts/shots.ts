/**
 * `npm run shots`: starts the product on sample data and writes a picture of every page, light and dark, 1440 and 820 wide,
 * to shots/ (ignored by git), so that anyone can look at the whole product at once.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { chromium, type Locator, type Page } from '@playwright/test';
import { startProduct } from '../../e2e/fixtures/product.ts';
import { type Client, connect } from '../../lib/client/index.ts';
import { findBrowser, launchOptions } from './find-browser.ts';
import { FLEET_PLACE } from './sample/config-fleet.ts';
import { ROOT } from './source-files.ts';

const FOLDER = path.join(ROOT, 'shots');
const WIDTHS = [1440, 820];
const HEIGHT = 900;
const SETTLE_TIMEOUT_MS = 15_000;
/** Enough registered services that the sample is in full swing. */
const SERVICES_MIN = 6;

interface Shot {
  readonly name: string;
  readonly path: string;
  /** What a user does before the picture is taken. */
  readonly act?: (page: Page) => Promise<void>;
}

const KEY = 'config/web/server.json';
const PLACE = encodeURIComponent(FLEET_PLACE);

/** Rows of the Watch page that make it look as it does in use. */
const CHANGES_MIN = 8;

/** Grows with the pages. */
function shots(past: number): readonly Shot[] {
  const open = `/keys?key=${encodeURIComponent(KEY)}`;
  return [
    { name: 'overview', path: '/' },
    { name: 'keys', path: '/keys' },
    { name: 'keys-folder', path: '/keys?prefix=config%2F' },
    { name: 'keys-open', path: open },
    { name: 'keys-past', path: `${open}&rev=${past}` },
    { name: 'compare', path: `/compare?from=${past}` },
    { name: 'trash', path: '/trash' },
    {
      name: 'keys-edit',
      path: open,
      act: (page) => press(page, 'e', page.getByRole('textbox', { name: 'New value' })),
    },
    {
      name: 'keys-delete',
      path: open,
      act: (page) => press(page, 'Delete', page.getByRole('dialog').getByRole('textbox')),
    },
    { name: 'elections', path: '/elections?name=elections%2Fscheduler%2F' },
    { name: 'elections-flapping', path: '/elections?name=elections%2Fcron%2F' },
    { name: 'locks', path: '/locks' },
    { name: 'locks-open', path: '/locks?name=locks%2Fmigrations%2F' },
    { name: 'locks-waits', path: '/locks?show=waits' },
    { name: 'primitives', path: '/primitives' },
    { name: 'primitives-semaphore', path: '/primitives?name=limits%2Fexports&as=semaphore' },
    { name: 'primitives-queue', path: '/primitives?name=queues%2Fmails&as=queue' },
    { name: 'services', path: '/services' },
    { name: 'services-open', path: '/services?name=services%2Fsearch' },
    { name: 'watch', path: '/watch', act: (page) => page.getByRole('row').nth(CHANGES_MIN).waitFor() },
    { name: 'space', path: '/space' },
    { name: 'space-heat', path: '/space?show=heatmap&span=5m' },
    { name: 'leases', path: '/leases' },
    {
      name: 'leases-open',
      path: '/leases',
      act: (page) => page.getByRole('row').filter({ hasText: 'services/' }).first().click(),
    },
    { name: 'config', path: '/config' },
    { name: 'config-open', path: `/config?target=${PLACE}` },
    { name: 'config-history', path: `/config?target=${PLACE}&view=history` },
    { name: 'config-instances', path: `/config?target=${PLACE}&view=instances` },
    { name: 'rollouts', path: '/rollouts' },
    { name: 'flags', path: '/flags?target=flags%2Fshop%2Fprod%2Fweb' },
    { name: 'access', path: '/access?who=config%2F' },
    { name: 'palette', path: '/', act: (page) => press(page, 'ControlOrMeta+k', page.getByRole('dialog')) },
    { name: 'shortcuts', path: '/keys', act: (page) => press(page, '?', page.getByRole('dialog')) },
    { name: 'not-found', path: '/no-such-page' },
  ];
}

async function press(page: Page, keys: string, awaited: Locator): Promise<void> {
  await page.keyboard.press(keys);
  await awaited.waitFor();
}

const product = await startProduct();
const sample = spawn(
  process.execPath,
  [path.join(import.meta.dirname, 'sample.ts'), '--endpoints', product.endpoints.join(','), '--deadlock'],
  { stdio: 'ignore' },
);
const client = connect({ endpoints: product.endpoints });
try {
  await untilAlive(client);
  const { kvs } = await client.get({ key: KEY });
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  const found = await findBrowser(process.env.TEST_BROWSER);
  const browser = await chromium.launch(launchOptions(found));
  for (const colorScheme of ['light', 'dark'] as const) {
    for (const width of WIDTHS) {
      const page = await browser.newPage({ viewport: { width, height: HEIGHT }, colorScheme });
      for (const shot of shots((kvs[0]?.modRevision ?? 2) - 1)) {
        const file = path.join(FOLDER, `${shot.name}-${colorScheme}-${width}.png`);
        await page.goto(product.url + shot.path);
        await page.getByRole('heading', { level: 1 }).first().waitFor();
        await settled(page);
        await shot.act?.(page);
        await settled(page);
        await page.screenshot({ path: file });
        console.log(path.relative(ROOT, file));
      }
      await page.close();
    }
  }
  await browser.close();
} finally {
  client.close();
  sample.kill('SIGKILL');
  await product.stop();
}

/** No skeleton left, fonts loaded. */
async function settled(page: Page): Promise<void> {
  await page.waitForFunction(() => document.querySelector('.bone') === null, undefined, { timeout: SETTLE_TIMEOUT_MS });
  await page.evaluate(() => document.fonts.ready.then(() => undefined));
}

async function untilAlive(client: Client): Promise<void> {
  const prefix = 'services/';
  const start = await client.get({ prefix });
  let seen = start.count;
  if (seen >= SERVICES_MIN) return;
  for await (const { events } of client.watch({ prefix }, { startRevision: start.revision + 1 })) {
    seen += events.length;
    if (seen >= SERVICES_MIN) return;
  }
}
