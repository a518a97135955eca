import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DEFAULT_GATE, type Plan, PRESETS } from '../../../lib/config/plan.ts';
import { hostAndPort, refusedGate } from './check-hosts.ts';
import { numberIn, runChecks } from './checks.ts';

let server: Server;
let base = '';
const bodies: string[] = [];

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request) body += String(chunk);
  return body;
}

beforeAll(async () => {
  server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      bodies.push(body);
      const { pathname, searchParams } = new URL(request.url ?? '', 'http://x');
      if (pathname === '/redirect') response.writeHead(302, { location: '/ok' }).end();
      else if (pathname === '/no') response.writeHead(503).end();
      else if (pathname === '/huge') response.end('1'.repeat(100_000));
      else if (pathname === '/query')
        response.end(
          JSON.stringify({
            status: 'success',
            data: { resultType: 'vector', result: [{ metric: {}, value: [1, searchParams.get('query')] }] },
          }),
        );
      else response.end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => new Promise<void>((resolve) => server.close(() => resolve())));

const payload = { rolloutId: 'ro_1', target: 'settings', phase: 0, state: 'PROGRESSING' };
const planWith = (gate: Partial<Plan['gate']>): Plan => ({ ...PRESETS[0].plan, gate: { ...DEFAULT_GATE, ...gate } });

const metric = async (query: string, bounds: { min?: number; max?: number }, path = '/query') => {
  const plan = planWith({
    metrics: [{ name: 'errors', url: `${base}${path}`, query, min: bounds.min ?? null, max: bounds.max ?? null }],
  });
  const [result] = await runChecks(plan, payload, [new URL(base).host]);
  return `${result?.is}: ${result?.why}`;
};

test('a metric passes within its bounds, fails outside, and is an error where there is no number', async () => {
  expect(await metric('0.02', { max: 0.05 })).toBe('pass: 0.02');
  expect(await metric('0.2', { max: 0.05 })).toBe('fail: 0.2 is above 0.05');
  expect(await metric('3', { min: 5 })).toBe('fail: 3 is below 5');
  expect(await metric('NaN', { max: 1 })).toBe('error: the answer holds no single number');
  expect(await metric('', { max: 1 }, '/ok')).toBe('error: the answer holds no single number');
  expect(await metric('', { max: 1 }, '/no')).toBe('error: answered 503');
  expect(await metric('', { max: 1 }, '/huge')).toBe('error: the answer is larger than 65536 bytes');
  expect(await metric('', { max: 1 }, '/redirect'), 'redirects are not followed').toMatch(/^error: no answer/);
});

test('a webhook passes with 2xx, fails with anything else, and is an error when nobody answers', async () => {
  const ask = async (url: string) =>
    (
      await runChecks(planWith({ webhooks: [{ name: 'on call', url }] }), payload, [new URL(base).host, '127.0.0.1:1'])
    )[0];
  expect(await ask(`${base}/ok`)).toMatchObject({ is: 'pass' });
  expect(JSON.parse(bodies.at(-1) ?? '')).toEqual(payload);
  expect(await ask(`${base}/no`)).toMatchObject({ is: 'fail', why: 'answered 503' });
  expect(await ask('http://127.0.0.1:1/')).toMatchObject({ is: 'error' });
});

test('only hosts that the settings name are dialled', async () => {
  const before = bodies.length;
  const plan = planWith({
    metrics: [{ name: 'errors', url: `${base}/query`, query: '1', min: null, max: null }],
    webhooks: [{ name: 'on call', url: `${base}/ok` }],
  });
  const refusal = expect.stringContaining(`${new URL(base).host} is not among the hosts`);
  expect(await runChecks(plan, payload, ['127.0.0.1:1', 'localhost:80'])).toEqual([
    { name: 'errors', is: 'error', why: refusal },
    { name: 'on call', is: 'error', why: refusal },
  ]);
  expect(bodies.length).toBe(before);
  expect(refusedGate(plan, [])).toMatchObject({ path: 'gate.metrics.0.url' });
  expect(refusedGate(plan, [new URL(base).host])).toBeUndefined();
  expect(hostAndPort(new URL('https://Metrics.example/x'))).toBe('metrics.example:443');
});

test('numbers are read plain, as a scalar and as a vector of one', () => {
  expect(numberIn('7')).toBe(7);
  expect(numberIn('{"data":{"result":[1700000000,"0.5"]}}')).toBe(0.5);
  expect(
    numberIn('{"data":{"result":[{"value":[1,"2"]},{"value":[1,"3"]}]}}'),
    'two series are no single number',
  ).toBeUndefined();
  expect(numberIn('{"data":{"result":[]}}')).toBeUndefined();
  expect(numberIn('not json')).toBeUndefined();
});
