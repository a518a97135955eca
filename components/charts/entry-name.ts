import type { SpaceNode } from '../../lib/api/space-types.ts';
import { displayBytes } from '../../lib/keys/wire-bytes.ts';

/** What an entry is called; the folder of keys that begin with the delimiter has no name but that. */
export function entryName({ kind, name, path }: Pick<SpaceNode, 'kind' | 'name' | 'path'>): string {
  const text = displayBytes(name);
  if (kind === 'key') return text === '' ? '(empty name)' : text;
  return text === '' ? displayBytes(path) : `${text}/`;
}
