/** Keys that are hard to show: each is one row of its own, has an address, is copied and deleted exactly, and its look-alike stays. */
import { toWire } from '../../lib/keys/wire-bytes.ts';
import { expect, test } from '../fixtures/test.ts';
import { Keys } from '../pages/keys.ts';

interface HardKey {
  readonly name: string;
  /** Behind the prefix of the test. */
  readonly key: string | Uint8Array;
  readonly shown: string;
  /** What could be taken for it. */
  readonly twin: string | Uint8Array;
  /** What is typed to delete it. */
  readonly word: string;
}

const DEEP = 2_000;

const HARD: readonly HardKey[] = [
  { name: 'a zero byte', key: 'a\0', shown: 'a\\0', twin: 'a\\0', word: '1' },
  { name: 'bytes that are no UTF-8', key: Uint8Array.of(0x61, 0xff), shown: 'a\\xff', twin: 'a\\xff', word: '1' },
  { name: 'a line break', key: 'a\nb', shown: 'a\\nb', twin: 'ab', word: '1' },
  {
    name: 'an override of the direction',
    key: 'a\u202egpj.exe',
    shown: 'a\\u202egpj.exe',
    twin: 'agpj.exe',
    word: '1',
  },
  { name: 'a slash of another script', key: 'a\u2215b', shown: 'a\\u2215b', twin: 'a/b', word: '1' },
  { name: 'spaces at its end', key: 'a  ', shown: 'a\\x20\\x20', twin: 'a', word: '1' },
  { name: 'empty segments', key: '//x', shown: '//x', twin: '/x', word: 'x' },
  { name: 'Hebrew letters and digits', key: 'א/1', shown: 'א/1', twin: '1/א', word: '1' },
  {
    name: '8 KiB of text that is no ASCII',
    key: 'ж'.repeat(4_096),
    shown: 'ж'.repeat(4_096),
    twin: 'ж'.repeat(4_095),
    word: '1',
  },
  {
    name: 'thousands of levels',
    key: `${'d/'.repeat(DEEP)}x`,
    shown: `${'d/'.repeat(DEEP)}x`,
    twin: `${'d/'.repeat(DEEP)}y`,
    word: 'x',
  },
];

const bytesOf = (key: string | Uint8Array): Uint8Array => (typeof key === 'string' ? Buffer.from(key) : key);

for (const { name, key, shown, twin, word } of HARD) {
  test(`a key with ${name} is told from its look-alike, everywhere`, async ({ page, client, prefix, context }) => {
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    const keys = new Keys(page);
    const whole = Buffer.concat([Buffer.from(prefix), bytesOf(key)]);
    const other = Buffer.concat([Buffer.from(prefix), bytesOf(twin)]);
    await client.put(whole, 'the one that is meant');
    await client.put(other, 'its look-alike');
    const wire = toWire(whole);
    await keys.openWire(wire);
    const panel = keys.panel(prefix + shown);
    await expect(panel.getByRole('textbox', { name: 'Value' })).toContainText('the one that is meant');
    await expect(keys.tree.locator('[aria-selected=true]'), 'its row is found and shown').toBeVisible({
      timeout: 60_000,
    });
    await page.reload();
    await expect(panel.getByRole('textbox', { name: 'Value' }), 'its address leads back').toContainText(
      'that is meant',
    );
    await panel.getByRole('button', { name: /^Copy key/ }).click();
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    expect(copied, 'what is copied is the key, not how it is shown').toBe(
      typeof wire === 'string' ? wire : wire.base64,
    );
    await panel.getByRole('button', { name: /^Delete/ }).click();
    await expect(keys.deleteDialog).toContainText(shown.slice(0, 200));
    await keys.deleteDialog.getByRole('textbox').fill(word);
    await keys.deleteDialog.getByRole('button', { name: 'Delete 1 key' }).click();
    await expect(keys.messages.filter({ hasText: 'Deleted' })).toBeVisible();
    const left = (await client.get({ prefix })).kvs.map((kv) => Buffer.from(kv.key).toString('hex'));
    expect(left).toEqual([other.toString('hex')]);
  });
}
