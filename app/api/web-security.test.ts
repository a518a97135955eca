/** What every route must refuse before any store is asked: foreign pages, and bodies without bound. The store here is away. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ApiError } from '../../lib/api/types.ts';
import { startConsole } from '../../server/console/boot.ts';
import type { Console } from '../../server/console/console.ts';
import { operations } from '../../server/console/http/openapi.ts';
import { BODY_BYTES_MAX } from '../../server/console/http/request.ts';
import { dispatch } from './test-support/dispatch.ts';

const HOST = '127.0.0.1:8379';
const MEGABYTE = 1024 * 1024;
let running: Console;

beforeAll(async () => {
  const store = { id: 'main', label: 'main', colour: null, kind: 'external', endpoints: ['127.0.0.1:1'] } as const;
  running = await startConsole({ stores: [{ ...store, tls: null, auth: null, metricsUrls: {}, readOnly: false }] });
});
afterAll(() => running.close());

const mutating = operations.filter(({ method }) => method !== 'get');
const pathOf = (template: string): string => template.replace('{store}', 'main').replace(/\{\w+\}/g, 'a');

const send = (method: string, template: string, init: RequestInit & { readonly duplex?: 'half' }) =>
  dispatch(
    new Request(`http://${HOST}${pathOf(template)}`, {
      method: method.toUpperCase(),
      ...init,
      headers: { host: HOST, 'content-type': 'application/json', ...init.headers },
    }),
  );

/** As browsers say where a request comes from. */
const FOREIGN: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
  ['another site', { origin: 'http://evil.example', 'sec-fetch-site': 'cross-site' }],
  ['another port of this machine', { origin: 'http://127.0.0.1:3000', 'sec-fetch-site': 'same-site' }],
  ['a page without an origin', { origin: 'null', 'sec-fetch-site': 'cross-site' }],
  ['an old browser that says its origin only', { origin: 'http://evil.example' }],
  ['a name that begins like ours', { origin: `http://${HOST}.evil.example` }],
];

describe.each(FOREIGN)('%s', (_who, headers) => {
  test.each(mutating.map(({ method, path }) => [method, path] as const))(
    'is refused by %s %s',
    async (method, path) => {
      const response = await send(method, path, { headers, body: '{}' });
      expect(response.status).toBe(403);
      expect(((await response.json()) as ApiError).message).toContain('own pages only');
      expect(response.headers.get('access-control-allow-origin')).toBeNull();
    },
  );
});

test('there are as many refusals as routes that change or plan something', () => {
  expect(mutating.length).toBeGreaterThan(20);
});

test.each(mutating.filter(({ body }) => body !== undefined).map(({ method, path }) => [method, path] as const))(
  'a body without end is read as far as its bound by %s %s',
  async (method, path) => {
    let sent = 0;
    const body = new ReadableStream<Uint8Array>({
      pull: (stream) => {
        sent += MEGABYTE;
        if (sent > 100 * MEGABYTE) stream.close();
        else stream.enqueue(new Uint8Array(MEGABYTE).fill(0x20));
      },
    });
    const response = await send(method, path, { body, duplex: 'half' });
    // Where the store is asked before the body, its absence is the answer, and nothing of the body was read.
    expect([413, 503, 401]).toContain(response.status);
    expect(sent).toBeLessThanOrEqual(BODY_BYTES_MAX + 4 * MEGABYTE);
  },
  60_000,
);

test('a body that says it is too large is refused unread', async () => {
  const response = await send('post', '/api/v1/stores/{store}/sign-in', {
    headers: { 'content-length': String(BODY_BYTES_MAX + 1) },
    body: '{}',
  });
  expect(response.status).toBe(413);
});

test('only application/json is taken as a body: what a form can send changes nothing', async () => {
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x']) {
    const response = await send('post', '/api/v1/stores/{store}/sign-in', {
      headers: { 'content-type': type },
      body: '{"user":"a","password":"b"}',
    });
    expect(response.status, type).toBe(400);
    expect(((await response.json()) as ApiError).detail).toEqual({ field: 'content-type' });
  }
});
