import { expect, test } from 'vitest';
import { utf8Decode, utf8Encode } from '../../../lib/base/bytes.ts';
import type { Permission } from '../../engines/engine.ts';
import { mayReadAll, readableRanges } from './readable.ts';

const grant = (type: Permission['type'], key: string, end: string): Permission => ({
  type,
  key: utf8Encode(key),
  end: utf8Encode(end),
});
const shown = (...permissions: Permission[]) =>
  readableRanges({ isRoot: false, roles: [{ name: 'r', permissions }] })?.map(({ key, end }) => [
    utf8Decode(key),
    utf8Decode(end),
  ]);

test('root reads everything, whatever else is listed', () => {
  expect(readableRanges({ isRoot: true, roles: [] })).toBeNull();
});

test('permission to write is none to read', () => {
  expect(shown(grant('write', '/a/', '/a0'))).toEqual([]);
});

test('ranges of several roles are joined where they meet', () => {
  expect(shown(grant('readwrite', '/b', ''), grant('read', '/a/', '/a0'), grant('read', '/a/x', '/a5'))).toEqual([
    ['/a/', '/a5'],
    ['/b', ''],
  ]);
});

test('a grant over every key is everything', () => {
  expect(shown(grant('read', '', '\0'))).toBeUndefined();
  expect(
    readableRanges({ isRoot: false, roles: [{ name: 'r', permissions: [grant('read', '\0', '\0')] }] }),
  ).toBeNull();
});

test('all of a prefix may be read by root, where nobody is asked, and by ranges that cover it without a gap', () => {
  const user = (readable: { key: string; end: string }[] | null, isRoot = false) =>
    ({ mode: 'user', user: 'ada', isRoot, readable }) as const;
  expect(mayReadAll({ mode: 'open' }, '/c/')).toBe(true);
  expect(mayReadAll(user([], true), '/c/')).toBe(true);
  expect(mayReadAll(user(null), '/c/')).toBe(true);
  expect(mayReadAll(user([{ key: '/a', end: '/d' }]), '/c/')).toBe(true);
  expect(
    mayReadAll(
      user([
        { key: '/c/', end: '/c/m' },
        { key: '/c/m', end: '/c0' },
      ]),
      '/c/',
    ),
  ).toBe(true);
  expect(
    mayReadAll(
      user([
        { key: '/c/', end: '/c/m' },
        { key: '/c/n', end: '/c0' },
      ]),
      '/c/',
    ),
  ).toBe(false);
  expect(mayReadAll(user([]), '/c/')).toBe(false);
});
