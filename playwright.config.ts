import { defineConfig } from '@playwright/test';
import type { StoreKind } from './e2e/fixtures/product-on.ts';
import { type Browser, findBrowser, launchOptions } from './server/scripts/find-browser.ts';

/** Workers load this file again: they inherit what the first load found instead of looking once more. */
const FOUND = 'TEST_BROWSER_FOUND';
process.env[FOUND] ??= JSON.stringify(await findBrowser(process.env.TEST_BROWSER));
const browser = JSON.parse(process.env[FOUND]) as Browser;

/** Whatever a page might try: no name but the machine's own resolves. */
const STAY_HOME = '--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1 , EXCLUDE localhost';

export default defineConfig<object, { store: StoreKind }>({
  testDir: 'e2e/specs',
  globalSetup: './e2e/fixtures/setup.ts',
  outputDir: 'test-results',
  // Each worker starts a product of its own (three members and a console) on two cores.
  workers: 1,
  // A test that passes only the second time has found something: it is a failure.
  retries: 0,
  forbidOnly: true,
  // Bounds for what hangs, wide enough for a busy machine; nothing waits for them.
  timeout: 120_000,
  expect: { timeout: 20_000 },
  use: {
    launchOptions: { ...launchOptions(browser), args: [STAY_HOME] },
    viewport: { width: 1440, height: 900 },
    // Snapshots tell what happened; filming every test would cost more than the tests.
    trace: { mode: 'retain-on-failure', screenshots: false, sources: false },
    screenshot: 'only-on-failure',
  },
  projects: [
    { name: 'bundled', use: { store: 'bundled' } },
    // The same tasks on a real etcd server. What is about the bundled members lies in specs/bundled; how a page looks does
    // not depend on the store behind it.
    { name: 'etcd', use: { store: 'etcd' }, testIgnore: ['bundled/**', 'accessibility.spec.ts'] },
  ],
});
