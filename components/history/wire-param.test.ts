import fc from 'fast-check';
import { expect, test } from 'vitest';
import { utf8Encode } from '../../lib/base/bytes.ts';
import { toWire } from '../../lib/keys/wire-bytes.ts';
import { paramOf, wireParam } from './wire-param.ts';

test('any bytes come out of the address as they went in', () => {
  const bytes = fc.oneof(
    fc.uint8Array({ minLength: 1 }),
    fc.string({ minLength: 1, unit: 'grapheme' }).map(utf8Encode),
  );
  fc.assert(
    fc.property(bytes.map(toWire), (wire) => {
      const query = new URLSearchParams();
      for (const [name, text] of Object.entries(paramOf('key', wire))) if (text !== null) query.set(name, text);
      const address = new URL(`http://console/keys?${query}`).searchParams;
      expect(wireParam(address.get('key'), address.get('key64'))).toEqual(wire);
    }),
  );
});

test('what makes no sense is as if it were not there, and text in base64 is text', () => {
  expect(wireParam(null, null)).toBe(null);
  expect(wireParam('', '')).toBe(null);
  expect(wireParam(null, 'a')).toBe(null);
  expect(wireParam(null, '%%')).toBe(null);
  expect(wireParam(null, 'L2E')).toBe('/a');
});
