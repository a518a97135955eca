/** CRC-32C (Castagnoli, reflected 0x82f63b78), slice-by-8: what etcd's WAL and HashKV use (Go's crc32.Castagnoli). */

const POLYNOMIAL = 0x82f63b78;
const TABLES = 8;
const ENTRIES = 256;
/**
 * One behind the other in one array of signed numbers: the engine keeps those in registers as they are, and knows the array
 * and its bounds once. Twice as fast as eight arrays of unsigned ones.
 */
const TABLE: Int32Array = buildTables();

function buildTables(): Int32Array {
  const table = new Int32Array(TABLES * ENTRIES);
  for (let i = 0; i < ENTRIES; i++) {
    let c = i;
    for (let k = 0; k < 8; k++) c = c & 1 ? (c >>> 1) ^ POLYNOMIAL : c >>> 1;
    table[i] = c;
  }
  for (let i = ENTRIES; i < table.length; i++) {
    const c = table[i - ENTRIES] as number;
    table[i] = (c >>> 8) ^ (table[c & 0xff] as number);
  }
  return table;
}

/** Continues `crc` (0 to start) over bytes[from, to). Same chaining as Go's crc32.Update. Returns a uint32. */
export function crc32c(bytes: Uint8Array, crc = 0, from = 0, to = bytes.length): number {
  const table = TABLE;
  let c = ~crc;
  let i = from;
  for (; i + 8 <= to; i += 8) {
    const low =
      c ^
      ((bytes[i] as number) |
        ((bytes[i + 1] as number) << 8) |
        ((bytes[i + 2] as number) << 16) |
        ((bytes[i + 3] as number) << 24));
    c =
      (table[0x700 + (low & 0xff)] as number) ^
      (table[0x600 + ((low >>> 8) & 0xff)] as number) ^
      (table[0x500 + ((low >>> 16) & 0xff)] as number) ^
      (table[0x400 + (low >>> 24)] as number) ^
      (table[0x300 + (bytes[i + 4] as number)] as number) ^
      (table[0x200 + (bytes[i + 5] as number)] as number) ^
      (table[0x100 + (bytes[i + 6] as number)] as number) ^
      (table[bytes[i + 7] as number] as number);
  }
  for (; i < to; i++) c = (c >>> 8) ^ (table[(c ^ (bytes[i] as number)) & 0xff] as number);
  return ~c >>> 0;
}
