import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type ByteString, fromByteString } from '../../../lib/base/bytes.ts';
import { type Permission, PermissionType } from '../../../lib/base/etcdpb/auth.ts';
import { isValidRange, RangePermissions } from './permissions.ts';

const b = (text: string): Uint8Array => fromByteString(text as ByteString);
const { READ, WRITE, READWRITE } = PermissionType;
const may = (permType: number, key: string, rangeEnd = ''): Permission => ({
  permType,
  key: b(key),
  rangeEnd: b(rangeEnd),
});

test('ranges of several roles that touch or overlap cover a range together; a gap of one key breaks it', () => {
  const permissions = new RangePermissions([may(READ, 'a', 'c'), may(READWRITE, 'c', 'e'), may(READ, 'x')]);
  expect(permissions.mayRead(b('a'), b('e'))).toBe(true);
  expect(permissions.mayRead(b('a'), b('e\0'))).toBe(false);
  expect(permissions.mayRead(b('x'), b(''))).toBe(true);
  expect(permissions.mayRead(b('x'), b('x\0'))).toBe(true);
  expect(permissions.mayRead(b('x'), b('xa'))).toBe(false);
  expect(permissions.mayWrite(b('c'), b('e'))).toBe(true);
  expect(permissions.mayWrite(b('a'), b(''))).toBe(false);
});

test('an open end covers everything behind it, and only an open end covers an open end', () => {
  const open = new RangePermissions([may(WRITE, 'k', '\0'), may(READ, 'a', '\xff\xff')]);
  expect(open.mayWrite(b('k'), b('\0'))).toBe(true);
  expect(open.mayWrite(b('z'), b('\xff\xff\xff'))).toBe(true);
  expect(open.mayWrite(b('j'), b('\0'))).toBe(false);
  expect(open.mayRead(b('a'), b('\0'))).toBe(false);
});

test('bytes are compared, not characters, and the empty permission list permits nothing', () => {
  const permissions = new RangePermissions([may(READ, '\xc3', '\xc4')]);
  expect(permissions.mayRead(b('\xc3\xa4'), b(''))).toBe(true);
  expect(permissions.mayRead(b('\xe4'), b(''))).toBe(false);
  expect(new RangePermissions([]).mayRead(b('a'), b(''))).toBe(false);
});

test('a range that contains nothing is no permission, and asking for one asks for its first key', () => {
  expect(isValidRange(may(READ, 'b', 'a'))).toBe(false);
  expect(isValidRange(may(READ, '', '\0'))).toBe(false);
  expect(isValidRange(may(READ, '\0', '\0'))).toBe(true);
  expect(new RangePermissions([may(READ, 'z', 'a')]).mayRead(b('m'), b(''))).toBe(false);
  const some = new RangePermissions([may(READ, 'k', 'p')]);
  expect(some.mayRead(b('m'), b('a'))).toBe(true);
  expect(some.mayRead(b('z'), b('a'))).toBe(false);
});

/** Keys of up to two letters out of three: few enough to try them all. */
const LETTERS = ['a', 'b', 'c'];
const KEYS = LETTERS.flatMap((first) => [first, ...LETTERS.map((second) => first + second)]).sort();
const key = fc.constantFrom(...KEYS);
const end = fc.oneof(key, fc.constant('\0'), fc.constant(''), fc.constant('d'));
const within = (at: string, from: string, to: string): boolean =>
  to === '' ? at === from : at >= from && (to === '\0' || at < to);

test('a range is permitted exactly when each of its keys is, by permissions of that kind', () => {
  const permission = fc.tuple(fc.constantFrom(READ, WRITE, READWRITE), key, end);
  // "d" closes the universe: what is open reaches it, and no key lies behind it.
  fc.assert(
    fc.property(fc.array(permission, { maxLength: 6 }), key, end, (granted, from, to) => {
      const permissions = new RangePermissions(granted.map(([type, k, e]) => may(type, k, e)));
      const asked = KEYS.filter((at) => within(at, from, to));
      const ofKind = (kind: number) => granted.filter(([type]) => type === kind || type === READWRITE);
      const permitted = (kind: number) => asked.every((at) => ofKind(kind).some(([, k, e]) => within(at, k, e)));
      // Between any two of our keys lie others: the naive answer may only be too generous.
      if (permissions.mayRead(b(from), b(to))) expect(permitted(READ)).toBe(true);
      if (permissions.mayWrite(b(from), b(to))) expect(permitted(WRITE)).toBe(true);
      if (to === '') {
        expect(permissions.mayRead(b(from), b(to))).toBe(permitted(READ));
        expect(permissions.mayWrite(b(from), b(to))).toBe(permitted(WRITE));
      }
      const single = ofKind(READ).some(([, k, e]) => contains(k, e, from, to));
      if (single) expect(permissions.mayRead(b(from), b(to))).toBe(true);
    }),
    { numRuns: 2000 },
  );
});

/** One permission alone contains the whole range asked for. */
function contains(k: string, e: string, from: string, to: string): boolean {
  if (to === '') return within(from, k, e);
  if (to !== '\0' && to <= from) return within(from, k, e);
  if (e === '\0') return k <= from;
  return e !== '' && k <= from && from < e && to !== '\0' && to <= e;
}
