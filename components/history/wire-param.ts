/** Bytes in the URL of a page: `name` as text, or `name64` as base64url where they are not UTF-8, as on the API. */
import type { WireBytes } from '../../lib/api/types.ts';

export function paramOf(name: string, value: WireBytes | null): Record<string, string | null> {
  if (value === null || value === '') return { [name]: null, [`${name}64`]: null };
  return typeof value === 'string'
    ? { [name]: value, [`${name}64`]: null }
    : { [name]: null, [`${name}64`]: value.base64.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '') };
}

export function wireParam(text: string | null, base64: string | null): WireBytes {
  if (text !== null) return text;
  if (base64 === null || !/^[\w-]+$/.test(base64)) return '';
  const standard = base64.replaceAll('-', '+').replaceAll('_', '/');
  return { base64: standard.padEnd(Math.ceil(standard.length / 4) * 4, '=') };
}
