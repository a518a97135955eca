/** Header blocks to requests: every block passes the HPACK decoder, in order, whatever becomes of its stream. */
import { HEADER_LIST_BYTES_MAX, HEADER_PAIRS_MAX } from '../../limits.ts';
import { type Field, HpackDecoder } from './hpack-decoder.ts';
import { ErrorCode, StreamError } from './protocol.ts';
import { parseRequestHead, type RequestHead } from './request-head.ts';

/** Longer header blocks are not worth keeping. */
const KNOWN_BLOCK_BYTES_MAX = 1024;

interface KnownBlock {
  readonly block: Buffer;
  readonly version: number;
  readonly fields: readonly Field[];
  head: RequestHead | undefined;
}

export class RequestBlocks {
  readonly #hpack = new HpackDecoder({ listBytesMax: HEADER_LIST_BYTES_MAX, pairsMax: HEADER_PAIRS_MAX });
  /** The last block that left the dynamic table alone. */
  #known: KnownBlock | undefined;

  /**
   * Undefined: more than a header list may hold. A client repeats its headers byte by byte: while the table stands still they mean what
   * they meant. @throws ConnectionError
   */
  decode(block: Buffer): readonly Field[] | undefined {
    const known = this.#known;
    const { tableVersion } = this.#hpack;
    if (known?.version === tableVersion && known.block.equals(block)) return known.fields;
    const fields = this.#hpack.decode(block);
    if (fields !== undefined && block.length <= KNOWN_BLOCK_BYTES_MAX && tableVersion === this.#hpack.tableVersion)
      this.#known = { block: Buffer.from(block), version: tableVersion, fields, head: undefined };
    return fields;
  }

  /** @throws StreamError when this is no request */
  headOf(streamId: number, fields: readonly Field[]): RequestHead {
    const known = this.#known?.fields === fields ? this.#known : undefined;
    if (known?.head !== undefined) return known.head;
    const head = parseRequestHead(fields);
    if (typeof head === 'string') throw new StreamError(streamId, ErrorCode.PROTOCOL_ERROR, head);
    if (known !== undefined) known.head = head;
    return head;
  }
}
