import fc from 'fast-check';
import { expect, test } from 'vitest';
import { equalBytes, toByteString, utf8Encode } from '../base/bytes.ts';
import { previewBytes } from './preview-bytes.ts';
import { byteStringToWire, displayBytes, fromWire, sameWire, toWire, wireId, wireToByteString } from './wire-bytes.ts';

test('any bytes survive the way to the wire and back, through JSON', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      const wire = JSON.parse(JSON.stringify(toWire(bytes)));
      expect(equalBytes(fromWire(wire), bytes)).toBe(true);
    }),
  );
});

test('byte strings and bytes have the same wire form', () => {
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array(), fc.string({ unit: 'grapheme' }).map(utf8Encode)), (bytes) => {
      const text = toByteString(bytes);
      expect(byteStringToWire(text)).toEqual(toWire(bytes));
      expect(wireToByteString(toWire(bytes))).toBe(text);
    }),
  );
});

test('text stays text, a byte order mark included, and other bytes become base64', () => {
  expect(toWire(utf8Encode('\ufeffgrün'))).toBe('\ufeffgrün');
  expect(toWire(Uint8Array.of(0xff, 0xfe))).toEqual({ base64: '//4=' });
  expect(sameWire({ base64: '//4=' }, '//4=')).toBe(false);
});

test('a lone surrogate is refused instead of being replaced', () => {
  expect(() => fromWire('\ud800')).toThrow(RangeError);
  expect(() => fromWire({ base64: '%' })).toThrow(RangeError);
});

test('display escapes what cannot be read', () => {
  expect(displayBytes('a\nb\u0000\u0085')).toBe('a\\nb\\0\\u0085');
  expect(displayBytes('ad\u200bmin\u202e/x\u{e0041}')).toBe('ad\\u200bmin\\u202e/x\\u{e0041}');
  expect(displayBytes(toWire(Uint8Array.of(0x6b, 0x38, 0x73, 0, 0xff)))).toBe('k8s\\x00\\xff');
});

test('display escapes what passes for something else, and leaves the letters of every language', () => {
  expect(displayBytes('a\u2215b\uff0fc/d')).toBe('a\\u2215b\\uff0fc/d');
  expect(displayBytes(' a  b c ')).toBe('\\x20a \\x20b c\\x20');
  expect(displayBytes('a\u00a0b')).toBe('a\\u00a0b');
  expect(displayBytes('/\u0338x')).toBe('/\\u0338x');
  expect(displayBytes('C:\\new')).toBe('C:\\\\new');
  for (const text of ['grün', 'ключ', '鍵', 'مفتاح', 'हिन्दी', '🔑', '/', '//']) expect(displayBytes(text)).toBe(text);
});

/** What an adversary would build keys of. */
const piece = fc.constantFrom(
  ...[
    '\\',
    'x',
    'n',
    'u',
    '0',
    '2',
    'ff',
    '{',
    '}',
    ' ',
    '  ',
    '\n',
    '\0',
    '\u0080',
    '\u202e',
    '\u2215',
    '\\x00',
    '\\n',
    'é',
    '/',
  ],
);

test('two different keys never look alike', () => {
  const text = fc.array(piece, { maxLength: 6 }).map((parts) => parts.join(''));
  const key = fc.oneof(
    text.map(utf8Encode),
    fc
      .tuple(text, fc.constantFrom(0x80, 0xff), text)
      .map(([a, byte, b]) => Uint8Array.of(...utf8Encode(a), byte, ...utf8Encode(b))),
  );
  const seen = new Map<string, string>();
  fc.assert(
    fc.property(key, (bytes) => {
      const wire = toWire(bytes);
      const shown = displayBytes(wire);
      expect(seen.get(shown) ?? wireId(wire)).toBe(wireId(wire));
      seen.set(shown, wireId(wire));
      expect(shown, 'nothing a page would drop').not.toMatch(/^ | $| {2}|[\p{Cc}\p{Cf}]/u);
    }),
    { numRuns: 20_000 },
  );
});

test('a value is previewed with its backslashes and spaces as they are', () => {
  expect(previewBytes('{"a": "x\\ny"}  \n')).toBe('{"a": "x\\ny"}  \\n');
  expect(previewBytes(toWire(Uint8Array.of(0x5c, 0xff)))).toBe('\\\\xff');
});
