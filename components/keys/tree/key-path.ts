/** Places of keys in the tree, as ByteStrings: `<` is the store's order and no key is mangled (splitting: lib/keys). */
import type { ByteString } from '../../../lib/base/bytes.ts';
import { childOf } from '../../../lib/keys/key-tree.ts';

export const ROOT_PATH = '' as ByteString;

/** Every folder that has to be open for `key` to have a row, outermost first: "/a/b" gives "/" and "/a/". */
export function foldersOf(key: ByteString, delimiter: ByteString): readonly ByteString[] {
  const out: ByteString[] = [];
  for (let prefix = ROOT_PATH; ; ) {
    const { folder } = childOf(prefix, key, delimiter);
    if (folder === null) return out;
    out.push(folder);
    prefix = folder;
  }
}

export const joinPath = (prefix: ByteString, name: ByteString): ByteString => `${prefix}${name}` as ByteString;
