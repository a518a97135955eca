import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { checkLock } from './lock-check.ts';
import { ROOT } from './source-files.ts';

const check = (manifest: object, packages: object) =>
  checkLock(JSON.stringify(manifest), JSON.stringify({ lockfileVersion: 3, packages })).map(
    (finding) => finding.message,
  );

test('our own manifest and lock file hold', () => {
  const read = (name: string) => readFileSync(path.join(ROOT, name), 'utf8');
  expect(checkLock(read('package.json'), read('package-lock.json'))).toEqual([]);
});

test('a version range is refused', () => {
  const dependencies = { zod: '^4.6.7' };
  expect(check({ dependencies }, { '': { dependencies } })).toEqual([expect.stringContaining('pin the exact version')]);
});

test('a dependency that the lock does not know is refused', () => {
  expect(check({ dependencies: { zod: '4.6.7' } }, { '': {} })).toEqual([expect.stringContaining('not in the lock')]);
});

test('an optional platform package without an entry is refused, wherever it could be hoisted to', () => {
  const optionalDependencies = { '@next/swc-darwin-arm64': '16.4.5' };
  const next = { version: '16.4.5', optionalDependencies };
  expect(check({}, { '': {}, 'node_modules/next': next })).toEqual([expect.stringContaining('@next/swc-darwin-arm64')]);
  expect(check({}, { '': {}, 'node_modules/next': next, 'node_modules/@next/swc-darwin-arm64': {} })).toEqual([]);
  expect(
    check({}, { '': {}, 'node_modules/next': next, 'node_modules/next/node_modules/@next/swc-darwin-arm64': {} }),
  ).toEqual([]);
});

test('the address of a registry is refused', () => {
  const packages = { '': {}, 'node_modules/a': { resolved: 'https://registry.example/a.tgz' } };
  expect(check({}, packages)).toEqual([expect.stringContaining('registry.example')]);
});
