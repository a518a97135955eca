import fc from 'fast-check';
import { expect, test } from 'vitest';
import { JsonError } from '../../../../lib/base/protobuf/json.ts';
import { JsonSequence } from './json-sequence.ts';

test('objects are found however the bytes are cut', () => {
  const json = fc.dictionary(fc.string(), fc.jsonValue());
  fc.assert(
    fc.property(fc.array(json, { maxLength: 5 }), fc.integer({ min: 1, max: 20 }), (objects, step) => {
      const bytes = Buffer.from(objects.map((object) => JSON.stringify(object)).join(' \n'));
      const sequence = new JsonSequence(1_000_000);
      const found: unknown[] = [];
      for (let at = 0; at < bytes.length; at += step) {
        for (const text of sequence.push(bytes.subarray(at, at + step))) found.push(JSON.parse(text));
      }
      expect(JSON.stringify(found)).toBe(JSON.stringify(objects));
      expect(sequence.rest()).toBe('');
    }),
  );
});

test('what is left over is kept for the caller to complain about', () => {
  const sequence = new JsonSequence(100);
  expect(sequence.push(Buffer.from('{"a":1} {"b"'))).toEqual(['{"a":1}']);
  expect(sequence.rest()).toBe('{"b"');
});

test('an object beyond the bound is refused', () => {
  const sequence = new JsonSequence(10);
  expect(() => sequence.push(Buffer.from('{"a":"0123456789'))).toThrow(JsonError);
});
