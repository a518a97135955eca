/** Which changes a watch shows. */
import type { ChangeEvent } from '../api/types.ts';
import { previewBytes } from '../keys/preview-bytes.ts';
import { displayBytes } from '../keys/wire-bytes.ts';

/** 'key' is one key exactly. */
export type FilterMatch = 'prefix' | 'contains' | 'key';
export type ShownTypes = 'all' | 'put' | 'delete';

export interface ChangeFilter {
  readonly text: string;
  readonly match: FilterMatch;
  readonly types: ShownTypes;
  /** What the value contains, in its first PREVIEW_BYTES: the stream carries no more. Empty: any value, and deletes. */
  readonly value: string;
  /** 'any' whatever lease, 'leased' with some lease, 'none' without; else the hex of one. */
  readonly lease: string;
}

export const NO_FILTER: ChangeFilter = { text: '', match: 'prefix', types: 'all', value: '', lease: 'any' };

/** Keys that are not text match as the screen shows them. */
export function matchesFilter(event: ChangeEvent, { text, match, types, value, lease }: ChangeFilter): boolean {
  if (types !== 'all' && event.type !== types) return false;
  if (!matchesLease(event, lease)) return false;
  if (value !== '' && (event.preview === null || !previewBytes(event.preview).includes(value))) return false;
  if (text === '') return true;
  const key = typeof event.key === 'string' ? event.key : displayBytes(event.key);
  if (match === 'key') return key === text;
  return match === 'prefix' ? key.startsWith(text) : key.includes(text);
}

/** A delete carries no lease: it is shown only where any will do. */
function matchesLease({ type, lease }: ChangeEvent, wanted: string): boolean {
  if (wanted === 'any') return true;
  if (type === 'delete') return false;
  if (wanted === 'none') return lease === null;
  return wanted === 'leased' ? lease !== null : lease === wanted;
}
