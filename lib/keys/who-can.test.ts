import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { AccessPermission } from '../api/access-types.ts';
import type { WireRange } from '../api/types.ts';
import { EVERYTHING, reachOf, whoCan, without } from './who-can.ts';

const ROLES = [
  { name: 'app', permissions: [{ type: 'readwrite', key: '/app/', end: '/app0' }] },
  { name: 'low', permissions: [{ type: 'write', key: '/a', end: '/m' }] },
  { name: 'high', permissions: [{ type: 'write', key: '/m', end: '/z' }] },
  { name: 'one', permissions: [{ type: 'read', key: '/app/x', end: '' }] },
] as const;

const USERS = [
  { name: 'ada', roles: ['app', 'one'] },
  { name: 'bob', roles: ['one', 'gone'] },
  { name: 'eve', roles: ['low', 'high'] },
  { name: 'nobody', roles: [] },
  { name: 'root', roles: ['root'] },
];

const access = { users: USERS, roles: ROLES };

test('who may read and write a key is listed with the roles it comes through', () => {
  expect(whoCan(access, { key: '/app/x', end: '' })).toEqual([
    { user: 'ada', read: { extent: 'all', through: ['app', 'one'] }, write: { extent: 'all', through: ['app'] } },
    { user: 'bob', read: { extent: 'all', through: ['one'] }, write: { extent: 'none', through: [] } },
    { user: 'eve', read: { extent: 'none', through: [] }, write: { extent: 'all', through: ['low'] } },
    { user: 'root', read: { extent: 'all', through: ['root'] }, write: { extent: 'all', through: ['root'] } },
  ]);
});

test('a range is permitted by roles together that none of them permits alone', () => {
  const [eve] = whoCan({ ...access, users: [USERS[2] as (typeof USERS)[number]] }, { key: '/k', end: '/n' });
  expect(eve?.write).toEqual({ extent: 'all', through: ['low', 'high'] });
});

test('who reaches only some keys of a prefix is said to reach a part of it', () => {
  const bob = whoCan(access, { key: '/app/', end: '/app0' }).find(({ user }) => user === 'bob');
  expect(bob?.read).toEqual({ extent: 'part', through: ['one'] });
});

test('a role that no longer exists permits nothing, the role root everything even when it does not exist', () => {
  expect(reachOf(access, { name: 'x', roles: ['gone'] })).toEqual({ read: [], write: [] });
  expect(reachOf(access, { name: 'x', roles: ['root'] })).toEqual(EVERYTHING);
});

test('a permission from the empty key on is one for every key', () => {
  const roles = [{ name: 'all', permissions: [{ type: 'read', key: '', end: '\0' }] }] as const;
  expect(reachOf({ users: [], roles }, { name: 'x', roles: ['all'] }).read).toEqual(EVERYTHING.read);
});

const LETTERS = ['a', 'b', 'c', 'd'];
const letter = fc.constantFrom(...LETTERS);
const range: fc.Arbitrary<WireRange> = fc.oneof(
  letter.map((key) => ({ key, end: '' })),
  letter.map((key) => ({ key, end: '\0' })),
  fc.tuple(letter, letter).map(([key, end]) => ({ key, end })),
);
const permission: fc.Arbitrary<AccessPermission> = fc
  .tuple(fc.constantFrom('read' as const, 'write' as const, 'readwrite' as const), range)
  .map(([type, at]) => ({ type, ...at }));

const holds = ({ key, end }: WireRange, text: string): boolean =>
  end === '' ? text === key : text >= String(key) && (end === '\0' || text < String(end));

test('key by key it is what the permissions of the roles say, for any roles', () => {
  fc.assert(
    fc.property(fc.array(fc.array(permission, { maxLength: 3 }), { maxLength: 3 }), letter, (roleList, key) => {
      const roles = roleList.map((permissions, i) => ({ name: `r${i}`, permissions }));
      const users = [{ name: 'u', roles: roles.map(({ name }) => name) }];
      const [can] = whoCan({ users, roles }, { key, end: '' });
      const may = (kind: 'read' | 'write') =>
        roles.filter(({ permissions }) =>
          permissions.some((one) => (one.type === kind || one.type === 'readwrite') && holds(one, key)),
        );
      for (const kind of ['read', 'write'] as const) {
        expect(can?.[kind].through ?? []).toEqual(may(kind).map(({ name }) => name));
        expect(can?.[kind].extent ?? 'none').toBe(may(kind).length > 0 ? 'all' : 'none');
      }
    }),
  );
});

test('what is left without some ranges is what is in none of them', () => {
  expect(without([{ key: 'a', end: 'd' }], [{ key: 'b', end: 'c' }])).toEqual([
    { key: 'a', end: 'b' },
    { key: 'c', end: 'd' },
  ]);
  expect(without(EVERYTHING.read, EVERYTHING.read)).toEqual([]);
});
