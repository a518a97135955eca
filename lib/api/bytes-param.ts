/** Keys and prefixes in addresses: as a UTF-8 parameter, or as `key64`/`prefix64` (base64url) where the bytes are not UTF-8. */
import type { WireBytes } from './types.ts';

/** Adds `name=text` or `name64=base64url`. */
export function setBytesParam(params: URLSearchParams, name: string, value: WireBytes): void {
  if (typeof value === 'string') params.set(name, value);
  else params.set(`${name}64`, value.base64.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, ''));
}
