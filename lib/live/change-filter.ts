/** Which changes a watch shows. */
import type { ChangeEvent } from '../api/types.ts';
import { displayBytes } from '../keys/wire-bytes.ts';

export type FilterMatch = 'prefix' | 'contains';
export type ShownTypes = 'all' | 'put' | 'delete';

export interface ChangeFilter {
  readonly text: string;
  readonly match: FilterMatch;
  readonly types: ShownTypes;
}

/** Keys that are not text match as the screen shows them. */
export function matchesFilter(event: ChangeEvent, { text, match, types }: ChangeFilter): boolean {
  if (types !== 'all' && event.type !== types) return false;
  if (text === '') return true;
  const key = typeof event.key === 'string' ? event.key : displayBytes(event.key);
  return match === 'prefix' ? key.startsWith(text) : key.includes(text);
}
