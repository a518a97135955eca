/** What the console keeps in the store it manages: its records, not the operator's keys. */
import type { ByteString } from '../../lib/base/bytes.ts';

const RESERVED_PREFIX = '/quorate/';

/** True for the console's own keys, unless somebody asked for them by their prefix. */
export const isReserved = (key: ByteString, asked: ByteString): boolean =>
  key.startsWith(RESERVED_PREFIX) && !asked.startsWith(RESERVED_PREFIX);
