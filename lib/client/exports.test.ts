import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';

const ROOT = path.join(import.meta.dirname, '../..');
const { exports } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as {
  readonly exports: Readonly<Record<string, string>>;
};

test.each(Object.entries(exports))('%s is a door that opens', async (name, file) => {
  const module = (await import(path.join(ROOT, file))) as Readonly<Record<string, unknown>>;
  expect(Object.values(module).some((value) => typeof value === 'function')).toBe(true);
  // What has a door of its own is behind the main door too.
  const main = await import('./index.ts');
  const recipes = Object.keys(module).filter((key) => key in main);
  expect(recipes.length, `${name} and quorate/client have nothing in common`).toBeGreaterThan(0);
});
