import { expect, expectTypeOf, test } from 'vitest';
import type { z } from 'zod';
import type { ReleaseBody } from '../../../lib/api/coordination-types.ts';
import type { DeleteBody, LeaseGrantBody, LeaseRevokeBody, PutBody } from '../../../lib/api/types.ts';
import { BODY_BYTES_MAX, jsonBody, parse, queryOf, requireSameOrigin } from './request.ts';
import * as schemas from './schemas.ts';

/** Assignable both ways: `readonly` aside, the same type. */
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;

const put = {
  key: '/a',
  value: 'x',
  expectModRevision: '0',
  lease: { mode: 'keep' },
  idempotencyKey: '12345678',
};

function fieldOf(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error instanceof Error && 'detail' in error ? error.detail : error;
  }
  return 'accepted';
}

test('the schemas let through exactly what the contract names', () => {
  expectTypeOf<Same<z.output<typeof schemas.putBody>, PutBody>>().toEqualTypeOf<true>();
  expectTypeOf<Same<z.output<typeof schemas.deleteBody>, DeleteBody>>().toEqualTypeOf<true>();
  expectTypeOf<Same<z.output<typeof schemas.leaseGrantBody>, LeaseGrantBody>>().toEqualTypeOf<true>();
  expectTypeOf<Same<z.output<typeof schemas.leaseRevokeBody>, LeaseRevokeBody>>().toEqualTypeOf<true>();
  expectTypeOf<Same<z.output<typeof schemas.releaseBody>, ReleaseBody>>().toEqualTypeOf<true>();
  expect(parse(schemas.putBody, put, 'body')).toEqual(put);
});

test.each([
  ['key', { ...put, key: '' }],
  ['key.base64', { ...put, key: { base64: '!' } }],
  ['value', { ...put, value: 7 }],
  ['value', { ...put, value: '\ud800' }],
  ['expectModRevision', { ...put, expectModRevision: 5 }],
  ['expectModRevision', { ...put, expectModRevision: '9999999999999999' }],
  ['lease.id', { ...put, lease: { mode: 'attach', id: 'XYZ' } }],
  ['lease.mode', { ...put, lease: { mode: 'drop' } }],
  ['idempotencyKey', { ...put, idempotencyKey: '' }],
  ['force', { ...put, force: true }],
  ['body', 'text'],
])('a wrong field is named: %s', (field, body) => {
  expect(fieldOf(() => parse(schemas.putBody, body, 'body'))).toEqual({ field });
});

test('a delete target is a key or a prefix, not both and not neither', () => {
  const body = { expectRevision: '5', expectKeys: 1, idempotencyKey: '12345678' };
  expect(fieldOf(() => parse(schemas.deleteBody, { ...body, target: {} }, 'body'))).toEqual({ field: 'target' });
  expect(fieldOf(() => parse(schemas.deleteBody, { ...body, target: { key: 'a', prefix: 'b' } }, 'body'))).toEqual({
    field: 'target',
  });
  expect(parse(schemas.deleteBody, { ...body, target: { prefix: '' } }, 'body').target).toEqual({ prefix: '' });
});

test('bytes parameters come as text or as base64url', () => {
  const query = (search: string) => queryOf(new Request(`http://x/?${search}`));
  expect(query('key=%2Fa&rev=5')).toEqual({ key: '/a', rev: '5' });
  expect(query('key64=L2E')).toEqual({ key: '/a' });
  expect(query('key64=_-8')).toEqual({ key: { base64: '/+8=' } });
  expect(fieldOf(() => query('key64=%25'))).toEqual({ field: 'key64' });
  expect(fieldOf(() => query('key=a&key64=L2E'))).toEqual({ field: 'key' });
});

test('a missing parameter is said to be missing', () => {
  expect(() => parse(schemas.keyParams, {}, 'query')).toThrow('key: is missing');
});

test('paging parameters are bounded and numbers', () => {
  const read = (query: object) => parse(schemas.childrenParams, query, 'query');
  expect(read({})).toEqual({ prefix: '', delimiter: '/', offset: 0, limit: 200 });
  expect(read({ limit: '10', offset: '3', rev: '9' })).toMatchObject({ limit: 10, offset: 3, rev: 9 });
  expect(fieldOf(() => read({ limit: '0' }))).toEqual({ field: 'limit' });
  expect(fieldOf(() => read({ limit: '1e3' }))).toEqual({ field: 'limit' });
  expect(fieldOf(() => read({ offset: '-1' }))).toEqual({ field: 'offset' });
  expect(fieldOf(() => read({ rev: '0' }))).toEqual({ field: 'rev' });
});

const post = (headers: Record<string, string>, body = '{}') =>
  new Request('http://127.0.0.1:8379/x', { method: 'POST', headers: { host: '127.0.0.1:8379', ...headers }, body });

test('writes are refused from foreign pages and accepted from own pages and tools', () => {
  const refused = (headers: Record<string, string>) => fieldOf(() => requireSameOrigin(post(headers))) !== 'accepted';
  expect(refused({})).toBe(false);
  expect(refused({ 'sec-fetch-site': 'same-origin', origin: 'http://127.0.0.1:8379' })).toBe(false);
  expect(refused({ 'sec-fetch-site': 'cross-site' })).toBe(true);
  expect(refused({ 'sec-fetch-site': 'same-site' })).toBe(true);
  expect(refused({ origin: 'http://evil.example' })).toBe(true);
  expect(refused({ origin: 'http://127.0.0.1:9999' })).toBe(true);
  expect(refused({ origin: 'null' })).toBe(true);
});

test('a body must be JSON, valid UTF-8 and bounded', async () => {
  const type = { 'content-type': 'application/json' };
  await expect(jsonBody(post(type, '{"a":1}'))).resolves.toEqual({ a: 1 });
  await expect(jsonBody(post({ 'content-type': 'text/plain' }))).rejects.toMatchObject({
    detail: { field: 'content-type' },
  });
  await expect(jsonBody(post(type, '{'))).rejects.toMatchObject({ detail: { field: 'body' } });
  const invalid = new Request('http://x/', { method: 'POST', headers: type, body: Uint8Array.of(0x22, 0xff, 0x22) });
  await expect(jsonBody(invalid)).rejects.toMatchObject({ detail: { field: 'body' } });
  await expect(jsonBody(post(type, `"${'x'.repeat(BODY_BYTES_MAX)}"`))).rejects.toMatchObject({
    message: expect.stringContaining('larger than'),
  });
});
