import { expect, test } from 'vitest';
import { RequestMeter } from './request-meter.ts';

const meter = () => new RequestMeter(['/api/v1/stores/{store}/key', '/api/v1/stores/{store}/live', '/metrics']);

test('requests are counted by the template of their route, never by their path', () => {
  const requests = meter();
  for (const store of ['a', 'b']) requests.begin('GET', `/api/v1/stores/${store}/key`)(200, 0.002);
  requests.begin('PUT', '/api/v1/stores/a/key')(409, 0.002);
  for (const path of ['/keys', '/whatever/anybody/invents']) requests.begin('GET', path)(200, 0.1);
  requests.begin('GET', '/_next/static/x.js')(200, 0.001);
  requests.begin('BREW', '/api/v1/teapots')(404, 0.001);
  expect(requests.counts().map(({ labels, value }) => [...Object.values(labels), value].join(' '))).toEqual([
    'GET /api/v1/stores/{store}/key 200 2',
    'PUT /api/v1/stores/{store}/key 409 1',
    'GET page 200 2',
    'GET asset 200 1',
    'other unknown 404 1',
  ]);
});

test('durations fall into their buckets; a stream has none', () => {
  const requests = meter();
  requests.begin('GET', '/metrics')(200, 0.0015);
  requests.begin('GET', '/metrics')(200, 60);
  requests.begin('GET', '/api/v1/stores/a/live')(200, 3_600);
  const { counts, sum } = requests.durations;
  expect([counts[1], counts.at(-1), counts.reduce((a, b) => a + b, 0)]).toEqual([1, 1, 2]);
  expect(sum).toBeCloseTo(60.0015);
});

test('what is under way is counted until it ends', () => {
  const requests = meter();
  const end = requests.begin('GET', '/keys');
  expect(requests.underWay).toBe(1);
  end(200, 1);
  expect(requests.underWay).toBe(0);
});
