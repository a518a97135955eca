/** Values at a glance. Apart from keys, which every page shows. */
import type { WireBytes } from '../api/types.ts';
import { fromBase64 } from '../base/bytes.ts';
import { asciiOf, escapeChar } from './wire-bytes.ts';

/** Controls, and the characters that hide or reorder others. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** The beginning of a value for people: as `displayBytes`, but backslashes and white space stay as they are. Not for telling values apart. */
export function previewBytes(wire: WireBytes): string {
  return typeof wire === 'string' ? wire.replace(UNSEEN, escapeChar) : asciiOf(fromBase64(wire.base64), '\\');
}
