import { expect, test } from 'vitest';
import { parseLeaseId, parseTtl } from './lease-form.ts';

test('a TTL is a whole number of seconds that etcd accepts', () => {
  expect(parseTtl(' 60 ')).toBe(60);
  expect(parseTtl('9000000000')).toBe(9_000_000_000);
  expect(['', '0', '-1', '1.5', '1e3', '9000000001', '60s'].map(parseTtl)).toEqual(Array(7).fill(undefined));
});

test('an id keeps all its 64 bits', () => {
  expect(parseLeaseId('0x2040A1FC3202C40C')).toBe('2040a1fc3202c40c');
  expect(parseLeaseId('')).toBeNull();
  expect(parseLeaseId('000f')).toBe('f');
  expect(['0', 'xyz', '12345678901234567'].map(parseLeaseId)).toEqual([undefined, undefined, undefined]);
});
