/** Values as large as a store takes them: shown, compared, edited, reviewed and saved, exact to the byte, and the page answers meanwhile. */
import type { Page } from '@playwright/test';
import { expect, test } from '../fixtures/test.ts';
import { Keys } from '../pages/keys.ts';

/** What etcd takes in one request, less room for the key. */
const BYTES = 1_500_000;
/** The page may be busy this long at a stretch, on a machine that others use too: a moment, never a freeze. */
const LONG_TASK_MS_MAX = 600;

const filled = (piece: string): string => piece.repeat(Math.floor(BYTES / Buffer.byteLength(piece)));

const VALUES: readonly (readonly [name: string, value: string | Uint8Array])[] = [
  ['JSON of many members', `{${filled('"member":[1,2,{"a":true}],').slice(0, -1)}}`],
  ['JSON that is one string', `{"a":"${filled('x')}"}`],
  ['YAML', filled('key: value\nlist:\n  - item\n')],
  ['TOML', `[table]\n${filled('key = "value"\n')}`],
  ['XML', `<root>${filled('<item id="1">text</item>')}</root>`],
  ['XML that never closes', `<${filled('<?')}>`],
  [
    'text of many lines, some of which end with a carriage return',
    `\ufeff${filled('The quick brown fox.\r\nIt jumps.\n')}`,
  ],
  ['text of one line', filled('word ')],
  ['text of one line without a place to break it', filled('ж')],
  ['binary', Uint8Array.from({ length: BYTES }, (_, at) => (at * 7) % 256)],
];

for (const [name, value] of VALUES) {
  test(`a value of 1.5 MB is shown, changed and saved, and the page answers: ${name}`, async ({
    page,
    client,
    prefix,
  }) => {
    const keys = new Keys(page);
    const key = `${prefix}large`;
    await client.put(key, 'small at first');
    await client.put(key, value);
    await watchLongTasks(page);
    const steps: [string, number][] = [];
    const step = async (what: string): Promise<void> => {
      const longest = Math.max(0, ...(await takeLongTasks(page)));
      steps.push([what, Math.round(longest)]);
    };
    await keys.openKey(key);
    await expect(keys.value(key).getByRole('textbox', { name: 'Value' })).toBeVisible();
    await step('show');
    await page.keyboard.press('d');
    const changed = keys.panel(key).getByRole('region', { name: 'What changed' });
    await expect(changed).toBeVisible();
    await expect(changed.getByRole('figure')).toBeVisible();
    await step('compare');
    await page.keyboard.press('d');
    await expect(keys.value(key).getByRole('textbox', { name: 'Value' })).toBeVisible();
    await step('show again');
    await page.keyboard.press('e');
    await expect(keys.editor).toBeFocused();
    await step('edit');
    const isBinary = typeof value !== 'string';
    await page.keyboard.press('Control+Home');
    // White space at the beginning leaves JSON what it is.
    for (const letter of isBinary ? ['4', '1', 'Space'] : ['Space', 'Space']) await page.keyboard.press(letter);
    await step('type');
    await keys.toReview();
    const isJson = name.startsWith('JSON');
    await expect(
      isJson ? keys.review.getByText('Only the white space') : keys.review.getByRole('figure'),
    ).toBeVisible();
    await step('review');
    await keys.save();
    await expect(keys.messages.filter({ hasText: 'Saved' })).toBeVisible();
    await step('save');
    const told = steps.map(([what, ms]) => `${what} ${ms} ms`).join(', ');
    console.log(`longest stretch of work, ${name}: ${told}`);
    const written = (await client.get({ key })).kvs[0]?.value ?? new Uint8Array();
    const wanted = Buffer.concat(isBinary ? [Uint8Array.of(0x41), value] : [Buffer.from(`  ${value}`)]);
    expect(wanted.equals(written), 'byte for byte').toBe(true);
    expect(Math.max(...steps.map(([, ms]) => ms)), told).toBeLessThan(LONG_TASK_MS_MAX);
  });
}

/** From the first script of the page on. */
async function watchLongTasks(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const tasks: number[] = [];
    Object.assign(window, { longTasks: tasks });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) tasks.push(entry.duration);
    }).observe({ type: 'longtask', buffered: true });
  });
}

/** Those since the last time. */
const takeLongTasks = (page: Page): Promise<readonly number[]> =>
  page.evaluate(() => (window as unknown as { longTasks: number[] }).longTasks.splice(0));
