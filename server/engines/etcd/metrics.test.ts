import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { GrpcCode } from '../../../lib/base/grpc-status.ts';
import { Meter } from './meter.ts';
import { METRICS_BYTES_MAX, metricsOf } from './metrics.ts';

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

async function serve(answer: RequestListener): Promise<string> {
  const fresh = createServer(answer);
  server = fresh;
  await new Promise<void>((resolve) => fresh.listen(0, '127.0.0.1', resolve));
  return `127.0.0.1:${(fresh.address() as AddressInfo).port}`;
}

test('a member’s numbers are read from its client port, and their bytes are part of what the console costs', async () => {
  const endpoint = await serve((request, response) => response.end(`asked ${request.url}`));
  const meter = new Meter();
  const metrics = metricsOf({ tls: null }, meter);
  expect(await metrics.read(endpoint, 1_000)).toBe('asked /metrics');
  expect(meter.read()).toMatchObject({ rpcs: 1, bytesReceived: 'asked /metrics'.length });
  metrics.close();
});

test('a setting says where else they are', async () => {
  const endpoint = await serve((request, response) => response.end(request.url));
  const metrics = metricsOf({ tls: null, metricsUrls: { 'm1:2379': `http://${endpoint}/elsewhere` } }, new Meter());
  expect(await metrics.read('m1:2379', 1_000)).toBe('/elsewhere');
  metrics.close();
});

test.each([
  [
    'a member that offers none',
    GrpcCode.UNIMPLEMENTED,
    'answers 404',
    ((_, r) => r.writeHead(404).end()) as RequestListener,
  ],
  ['one that hangs', GrpcCode.DEADLINE_EXCEEDED, 'did not answer within 50 ms', (() => undefined) as RequestListener],
  [
    'one that talks without end',
    GrpcCode.RESOURCE_EXHAUSTED,
    'more than',
    ((_, r) => r.end('x'.repeat(METRICS_BYTES_MAX + 1))) as RequestListener,
  ],
])('%s is told apart from the others', async (_name, code, message, answer) => {
  const endpoint = await serve(answer);
  const metrics = metricsOf({ tls: null }, new Meter());
  await expect(metrics.read(endpoint, code === GrpcCode.DEADLINE_EXCEEDED ? 50 : 5_000)).rejects.toMatchObject({
    code,
    message: expect.stringContaining(message),
  });
  metrics.close();
});
