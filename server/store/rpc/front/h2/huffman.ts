/**
 * HPACK's Huffman code (RFC 7541 §5.2, Appendix B). The code is canonical: codes of one length count upwards in the order
 * of their symbols, so the lengths say everything.
 */

const EOS = 256;
/** Bits of the code of each byte, then of EOS. */
const CODE_BITS: readonly number[] = [
  13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28,
  28, 28, 28, 6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6, 5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10,
  13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6, 15, 5, 6, 5, 6,
  5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5, 6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28, 20, 22, 20, 20, 22, 22, 22, 23,
  22, 23, 23, 23, 23, 23, 24, 23, 24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24, 22, 21, 20, 22, 22,
  23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23, 21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23, 26, 26,
  20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25, 19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27,
  27, 20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23, 26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27,
  27, 27, 27, 26, 30,
];
const NODE_WIDTH = 256;
const LEAF = 1 << 30;

/** The code of each symbol, by canonical counting. */
export function huffmanCodes(): readonly { readonly code: number; readonly bits: number }[] {
  const order = CODE_BITS.map((bits, symbol) => ({ bits, symbol })).sort(
    (a, b) => a.bits - b.bits || a.symbol - b.symbol,
  );
  const codes = new Array<{ code: number; bits: number }>(CODE_BITS.length);
  let code = 0;
  let length = 0;
  for (const { bits, symbol } of order) {
    code *= 2 ** (bits - length);
    length = bits;
    codes[symbol] = { code, bits };
    code++;
  }
  return codes;
}

/** Nodes of 256 entries: a leaf (bits used of this byte, symbol), the number of a further node, or 0 for no such code. */
function decodeTable(): Int32Array {
  const nodes: Int32Array[] = [new Int32Array(NODE_WIDTH)];
  huffmanCodes().forEach(({ code, bits }, symbol) => {
    let node = nodes[0] as Int32Array;
    let left = bits;
    for (; left > 8; left -= 8) {
      const byte = Math.floor(code / 2 ** (left - 8)) & 0xff;
      if (node[byte] === 0) node[byte] = nodes.push(new Int32Array(NODE_WIDTH)) - 1;
      node = nodes[node[byte] as number] as Int32Array;
    }
    const first = (code << (8 - left)) & 0xff;
    node.fill(LEAF | (left << 16) | symbol, first, first + 2 ** (8 - left));
  });
  const table = new Int32Array(nodes.length * NODE_WIDTH);
  nodes.forEach((node, index) => {
    table.set(node, index * NODE_WIDTH);
  });
  return table;
}

const TABLE = decodeTable();

/**
 * Decodes `source[from, to)` into `target` and returns the bytes written, or -1 when it is no Huffman string: EOS within,
 * padding longer than 7 bits or not of ones. `target` must hold 8/5 of the source.
 */
export function huffmanDecode(source: Uint8Array, from: number, to: number, target: Uint8Array): number {
  let written = 0;
  let node = 0;
  let buffer = 0;
  let bits = 0;
  // Bits since the last whole symbol, and whether all of them were ones: what is left at the end must be such padding.
  let open = 0;
  for (let at = from; at < to; at++) {
    buffer = ((buffer << 8) | (source[at] as number)) & 0xffff;
    bits += 8;
    open += 8;
    while (bits >= 8) {
      const entry = TABLE[node * NODE_WIDTH + ((buffer >> (bits - 8)) & 0xff)] as number;
      if (entry === 0) return -1;
      if ((entry & LEAF) === 0) {
        node = entry;
        bits -= 8;
        continue;
      }
      const symbol = entry & 0xffff;
      if (symbol === EOS) return -1;
      target[written++] = symbol;
      bits -= (entry & ~LEAF) >> 16;
      open = bits;
      node = 0;
    }
  }
  while (bits > 0) {
    const entry = TABLE[node * NODE_WIDTH + ((buffer << (8 - bits)) & 0xff)] as number;
    const used = (entry & ~LEAF) >> 16;
    if ((entry & LEAF) === 0 || used > bits || (entry & 0xffff) === EOS) break;
    target[written++] = entry & 0xffff;
    bits -= used;
    open = bits;
    node = 0;
  }
  const mask = (1 << bits) - 1;
  return open > 7 || (buffer & mask) !== mask ? -1 : written;
}
