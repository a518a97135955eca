/**
 * What differs between two indexes, key by key in order. Where both share a chunk (one is a fork of the other) nothing in it
 * can differ, so neighbours in time are compared in the time their changes take, not their size.
 */
import type { ByteString } from '../../../lib/base/bytes.ts';
import type { KeyEntry } from './key-chunk.ts';
import type { KeyIndex } from './key-index.ts';

export interface EntryChange {
  readonly key: ByteString;
  /** Null: only in the second. */
  readonly before: KeyEntry | null;
  /** Null: only in the first. */
  readonly after: KeyEntry | null;
}

/** Every key that starts with `prefix` and is not in the same version on both sides. */
export function* indexDiff(before: KeyIndex, after: KeyIndex, prefix: ByteString): Generator<EntryChange> {
  const a = before.seek(prefix);
  const b = after.seek(prefix);
  for (;;) {
    a.skipShared(b);
    const left = a.key?.startsWith(prefix) === true ? a.key : undefined;
    const right = b.key?.startsWith(prefix) === true ? b.key : undefined;
    if (left === undefined && right === undefined) return;
    if (right === undefined || (left !== undefined && left < right)) {
      yield { key: left as ByteString, before: a.entry(), after: null };
      a.next();
    } else if (left === undefined || right < left) {
      yield { key: right, before: null, after: b.entry() };
      b.next();
    } else {
      const [was, is] = [a.entry(), b.entry()];
      if (was.modRevision !== is.modRevision) yield { key: left, before: was, after: is };
      a.next();
      b.next();
    }
  }
}
