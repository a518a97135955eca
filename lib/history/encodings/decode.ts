/**
 * A value with its wrapping taken off, layer by layer, for reading only. Nothing here is ever written back: compressing again gives other bytes.
 *
 * Bounded: layers (LAYERS_MAX), bytes unpacked (UNPACKED_BYTES_MAX), characters of text (DECODED_CHARS_MAX); what is cut says so.
 */
import type { WireBytes } from '../../api/types.ts';
import { fromBase64, toByteString } from '../../base/bytes.ts';
import { WireError } from '../../base/protobuf/reader.ts';
import { toWire } from '../../keys/wire-bytes.ts';
import { hexDump } from '../hex-text.ts';
import { prettyJson } from '../json-text.ts';
import { LAID_OUT_CHARS_MAX, recogniseValue, type ValueKind, valueBytesOf } from '../value-format.ts';
import { writeKubernetes } from './kubernetes.ts';
import { type LayerName, layerOf } from './layers.ts';
import { writeMessagePack } from './message-pack.ts';
import { Lines } from './protobuf-text.ts';
import { type Unpacked, unpack } from './unpack.ts';

/** Wrapped more often, it stays wrapped. */
export const LAYERS_MAX = 4;
export const DECODED_CHARS_MAX = 4 * 1024 * 1024;

export interface Decoded {
  /** Outermost first; what could not be taken off is the last one. */
  readonly layers: readonly LayerName[];
  /** What was found inside. */
  readonly kind: ValueKind;
  readonly text: string;
  /** Bytes of what was found inside. */
  readonly bytes: number;
  /** There is more of it than `text` shows. */
  readonly isCut: boolean;
  /** Why it, or the end of it, could not be decoded; null: it could. */
  readonly fault: string | null;
}

/** Null: there is no wrapping, or none that is certain. */
export async function decodeValue(value: WireBytes): Promise<Decoded | null> {
  const layers: LayerName[] = [];
  let found: Unpacked = { bytes: valueBytesOf(value), isCut: false, fault: null };
  while (layers.length < LAYERS_MAX && found.fault === null && !found.isCut) {
    const layer = layerOf(found.bytes);
    const next = layer === null ? null : await takeOff(layer, found.bytes);
    if (layer === null || next === null) break;
    layers.push(layer);
    if ('text' in next) return { layers, ...next };
    found = next;
  }
  return layers.length === 0 ? null : { layers, ...inside(found) };
}

type Inside = Omit<Decoded, 'layers'>;

/** What lies below a layer, or how it reads; null: it is not what it looked like. */
async function takeOff(layer: LayerName, bytes: Uint8Array): Promise<Unpacked | Inside | null> {
  switch (layer) {
    case 'gzip':
    case 'zstd':
    case 'zlib':
      try {
        return await unpack(layer, bytes);
      } catch (cause) {
        if (!(cause instanceof RangeError)) throw cause;
        // The mark of zlib is two bytes, which happens by accident.
        return layer === 'zlib' ? null : { kind: 'empty', text: '', bytes: 0, isCut: false, fault: cause.message };
      }
    case 'base64':
      return fromBase64Text(bytes);
    case 'kubernetes':
      return written(bytes, (lines) => writeKubernetes(bytes, lines));
    case 'messagePack': {
      const lines = new Lines(DECODED_CHARS_MAX);
      return writeMessagePack(bytes, lines) ? asText(lines, bytes) : null;
    }
  }
}

/** Letters and digits are words as often: only what makes sense inside makes it base64. */
function fromBase64Text(bytes: Uint8Array): Unpacked | null {
  const inner = fromBase64(toByteString(bytes).replace(/[\r\n]/g, ''));
  const isSense = layerOf(inner) !== null || recogniseValue(toWire(inner)).kind === 'json';
  return isSense ? { bytes: inner, isCut: false, fault: null } : null;
}

function written(bytes: Uint8Array, write: (lines: Lines) => void): Inside {
  const lines = new Lines(DECODED_CHARS_MAX);
  try {
    write(lines);
    return asText(lines, bytes);
  } catch (cause) {
    if (!(cause instanceof WireError)) throw cause;
    return { ...asText(lines, bytes), fault: cause.message };
  }
}

const asText = (lines: Lines, bytes: Uint8Array): Inside => ({
  kind: 'text',
  text: lines.text(),
  bytes: bytes.length,
  isCut: lines.isFull,
  fault: null,
});

function inside({ bytes, isCut, fault }: Unpacked): Inside {
  const value = toWire(isCut || fault !== null ? bytes.subarray(0, wholeCharacters(bytes)) : bytes);
  const { kind } = recogniseValue(value);
  const text =
    kind === 'binary' || typeof value !== 'string' ? hexDump(bytes) : kind === 'json' ? laidOut(value) : value;
  return {
    kind,
    text: text.slice(0, DECODED_CHARS_MAX),
    bytes: bytes.length,
    isCut: isCut || text.length > DECODED_CHARS_MAX,
    fault,
  };
}

const laidOut = (text: string): string => (text.length <= LAID_OUT_CHARS_MAX ? (prettyJson(text) ?? text) : text);

/** Without the beginning of a UTF-8 character that was cut. */
function wholeCharacters(bytes: Uint8Array): number {
  for (let back = 1; back <= 3 && back <= bytes.length; back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte >= 0xc0) return bytes.length - back;
    if (byte < 0x80) break;
  }
  return bytes.length;
}
