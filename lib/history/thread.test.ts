import { expect, test } from 'vitest';
import type { KeyVersion } from '../api/types.ts';
import { buildThread, type VersionEntry } from './thread.ts';

function put(modRevision: number, version: number, value: string, lease: string | null = null): KeyVersion {
  return {
    modRevision: String(modRevision),
    createRevision: String(modRevision - version + 1),
    version: String(version),
    type: 'put',
    value,
    valueBytes: value.length,
    lease,
    at: null,
    by: null,
  };
}
const del = (modRevision: number): KeyVersion => ({
  ...put(modRevision, 1, ''),
  createRevision: '0',
  version: '0',
  type: 'delete',
  value: null,
});

const entries = (versions: readonly KeyVersion[], compacted = '0', more = false) =>
  buildThread({ versions, compacted, more, reachesCompaction: !more });
const changes = (versions: readonly KeyVersion[], compacted = '0') =>
  entries(versions, compacted).map((e) => (e.kind === 'version' ? e.change : e.kind));

test('every life is told, with its birth, its changes and its end', () => {
  const versions = [put(9, 2, 'c'), put(8, 1, 'b'), del(7), put(6, 2, 'a'), put(5, 1, 'a')];
  expect(changes(versions)).toEqual(['updated', 'recreated', 'deleted', 'rewritten', 'created', 'beginning']);
  const lives = entries(versions)
    .filter((e): e is VersionEntry => e.kind === 'version')
    .map((e) => e.life);
  expect(lives).toEqual([1, 1, 2, 2, 2]);
});

test('a version whose predecessor was compacted has no base to compare with', () => {
  expect(changes([put(20, 5, 'x')], '18')).toEqual(['unknown', 'boundary']);
  const [entry] = entries([put(20, 5, 'x')], '18');
  expect(entry?.kind === 'version' && entry.previous).toBeNull();
});

test('the compaction boundary carries its revision', () => {
  expect(entries([put(20, 1, 'x')], '18').at(-1)).toEqual({ kind: 'boundary', revision: '18' });
});

test('versions beyond the page are announced instead of a beginning', () => {
  expect(entries([put(20, 3, 'x')], '0', true).at(-1)).toEqual({ kind: 'more' });
});

test('a changed lease is said, across a delete it is not', () => {
  const [kept, changed] = entries([put(4, 3, 'b', 'ab'), put(3, 2, 'a', 'ab'), put(2, 1, 'a')]);
  expect(kept?.kind === 'version' && kept.lease).toBeNull();
  expect(changed?.kind === 'version' && changed.lease).toEqual({ from: null, to: 'ab' });
  const [born] = entries([put(4, 1, 'b', 'ab'), del(3)]);
  expect(born?.kind === 'version' && born.lease).toBeNull();
});
