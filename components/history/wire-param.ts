/** Bytes in the URL of a page: `name` as text, or `name64` as base64url where they are not UTF-8, as on the API. */
import type { WireBytes } from '../../lib/api/types.ts';
import { fromBase64 } from '../../lib/base/bytes.ts';
import { toWire } from '../../lib/keys/wire-bytes.ts';

export function paramOf(name: string, value: WireBytes | null): Record<string, string | null> {
  if (value === null || value === '') return { [name]: null, [`${name}64`]: null };
  return typeof value === 'string'
    ? { [name]: value, [`${name}64`]: null }
    : { [name]: null, [`${name}64`]: value.base64.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '') };
}

/** Null: nothing was given, or nothing that makes sense. Canonical: text that came as base64url is text. */
export function wireParam(text: string | null, base64: string | null): WireBytes | null {
  if (text !== null && text !== '') return text;
  if (base64 === null || base64 === '') return null;
  try {
    return toWire(fromBase64(base64));
  } catch {
    return null;
  }
}
