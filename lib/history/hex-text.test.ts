import fc from 'fast-check';
import { expect, test } from 'vitest';
import { equalBytes } from '../base/bytes.ts';
import { bytesBeforeLines, hexDump, hexText, parseHex } from './hex-text.ts';

test('any bytes come back from their text as they were', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      const parsed = parseHex(hexText(bytes));
      expect(parsed.bytes !== null && equalBytes(parsed.bytes, bytes)).toBe(true);
    }),
  );
});

test('the text is what a naive writer makes, sixteen bytes a line', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
      const rows: string[] = [];
      for (let at = 0; at < bytes.length; at += 16) {
        rows.push(Array.from(bytes.slice(at, at + 16), (byte) => byte.toString(16).padStart(2, '0')).join(' '));
      }
      expect(hexText(bytes)).toBe(rows.join('\n'));
      const dump = rows.map((row, i) => {
        const text = String.fromCharCode(...bytes.slice(i * 16, i * 16 + 16)).replace(/[^ -~]/g, '.');
        return `${(i * 16 + 0x40).toString(16).padStart(8, '0')}  ${row.padEnd(47)}  ${text}`;
      });
      expect(hexDump(bytes, 0x40)).toBe(dump.join('\n'));
    }),
  );
});

test('digits of either case and any white space between bytes are read', () => {
  expect(parseHex(' DEad\tbe\r\n\nEF ').bytes).toEqual(Uint8Array.of(0xde, 0xad, 0xbe, 0xef));
  expect(parseHex('').bytes).toEqual(new Uint8Array());
});

test('what is no byte is named with its line and never guessed at', () => {
  expect(parseHex('00\n0x')).toEqual({ bytes: null, line: 2, reason: '“x” is no hexadecimal digit' });
  expect(parseHex('00 0\n11')).toEqual({ bytes: null, line: 1, reason: 'a byte has two digits, here is one' });
  expect(parseHex('00\n\n1')).toEqual({ bytes: null, line: 3, reason: 'a byte has two digits, here is one' });
  expect(parseHex('00 💥')).toMatchObject({ bytes: null, reason: '“💥” is no hexadecimal digit' });
});

test('every line knows how many bytes come before it, whatever its length', () => {
  expect(bytesBeforeLines(['00 11', '', '2233 44', '5', '66'])).toEqual([0, 2, 2, 5, 6]);
});
