import fc from 'fast-check';
import { expect, test } from 'vitest';
import { equalBytes, toByteString, utf8Encode } from '../base/bytes.ts';
import { byteStringToWire, displayBytes, fromWire, sameWire, toWire, wireToByteString } from './wire-bytes.ts';

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
  expect(displayBytes('a\nb\u0000\u0085')).toBe('a\\nb\\0\\x85');
  expect(displayBytes('ad\u200bmin\u202e/x\u{e0041}')).toBe('ad\\u200bmin\\u202e/x\\u{e0041}');
  expect(displayBytes(toWire(Uint8Array.of(0x6b, 0x38, 0x73, 0, 0xff)))).toBe('k8s\\x00\\xff');
});
