import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type ByteString, compareBytes, fromByteString, prefixRangeEnd, toByteString } from '../base/bytes.ts';
import { ancestorFolders, childOf, nameOf, parentFolder, prefixEnd } from './key-tree.ts';

const b = (text: string): ByteString => text as ByteString;

test('a key splits at the first delimiter after the prefix', () => {
  expect(childOf(b(''), b('/a/b'), b('/'))).toEqual({ name: '', folder: '/' });
  expect(childOf(b('/'), b('/a/b'), b('/'))).toEqual({ name: 'a', folder: '/a/' });
  expect(childOf(b('/a/'), b('/a/b'), b('/'))).toEqual({ name: 'b', folder: null });
  expect(childOf(b(''), b('plain'), b('/'))).toEqual({ name: 'plain', folder: null });
});

test('empty segments and trailing delimiters are kept as they are', () => {
  expect(childOf(b('a/'), b('a//b'), b('/'))).toEqual({ name: '', folder: 'a//' });
  expect(childOf(b('a/'), b('a/'), b('/'))).toEqual({ name: '', folder: null });
  expect(ancestorFolders(b('a//b'), b('/'))).toEqual(['a/', 'a//']);
});

test('a folder is not its own ancestor and is named by its last segment', () => {
  expect(ancestorFolders(b('/a/b/'), b('/'))).toEqual(['/', '/a/']);
  expect(parentFolder(b('/a/b/'), b('/'))).toBe('/a/');
  expect(nameOf(b('/a/b/'), b('/'))).toBe('b');
  expect(nameOf(b('/a/b'), b('/'))).toBe('b');
  expect(nameOf(b('/'), b('/'))).toBe('');
});

test('delimiters may be longer than one byte, or empty for a flat list', () => {
  expect(childOf(b(''), b('a::b'), b('::'))).toEqual({ name: 'a', folder: 'a::' });
  expect(childOf(b(''), b('a/b'), b(''))).toEqual({ name: 'a/b', folder: null });
  expect(ancestorFolders(b('a/b'), b(''))).toEqual([]);
});

test('going down by children reaches every key', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('/', 'a', '\u00ff') }), (text) => {
      const key = b(text);
      let prefix = b('');
      const walked: ByteString[] = [];
      for (;;) {
        const { folder } = childOf(prefix, key, b('/'));
        if (folder === null) break;
        walked.push(folder);
        prefix = folder;
      }
      expect(walked.filter((folder) => folder !== key)).toEqual(ancestorFolders(key, b('/')));
    }),
  );
});

test('the end of a prefix is etcd clientv3s', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 4 }), (bytes) => {
      const end = prefixEnd(toByteString(bytes));
      const expected = prefixRangeEnd(bytes);
      if (end === null) expect([...expected]).toEqual([0]);
      else expect(compareBytes(fromByteString(end), expected)).toBe(0);
    }),
  );
});
