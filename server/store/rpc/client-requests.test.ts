import { expect, test } from 'vitest';
import { HeaderResponse } from '../../../lib/base/etcdpb/kv.ts';
import { ClientRequests } from './client-requests.ts';
import { unary } from './front/method.ts';
import type { Call } from './front/types.ts';
import { CLIENT_VERSION_BYTES_MAX, CLIENT_VERSIONS_MAX } from './limits.ts';

function callsOf(requests: ClientRequests): (version: string | undefined) => void {
  const [method] = requests.guard([unary('/s/M', { request: HeaderResponse, response: HeaderResponse }, () => ({}))]);
  return (version) => {
    const call: Call = {
      metadata: (name) => (name === 'client-api-version' ? version : undefined),
      peerCommonName: undefined,
      cancelled: false,
      onCancel: () => undefined,
    };
    if (method?.kind === 'unary') void method.handle({}, call);
  };
}

test('requests are counted by what their clients say they speak', () => {
  const requests = new ClientRequests();
  const call = callsOf(requests);
  for (const version of ['3.5', '3.5', undefined]) call(version);
  expect(requests.samples()).toEqual([
    { labels: { client_api_version: '3.5', type: 'unary' }, value: 2 },
    { labels: { client_api_version: 'unknown', type: 'unary' }, value: 1 },
  ]);
});

test('a version that is not UTF-8 is refused, one beyond ASCII is shown as it was meant', () => {
  const requests = new ClientRequests();
  const call = callsOf(requests);
  expect(() => call('\xff')).toThrow('etcdserver: invalid client api version');
  call(Buffer.from('ü').toString('latin1'));
  expect(requests.samples().map(({ labels }) => labels.client_api_version)).toEqual(['ü']);
});

test('clients cannot make the list of versions longer than its bound, nor a version', () => {
  const requests = new ClientRequests();
  const call = callsOf(requests);
  for (let i = 0; i < CLIENT_VERSIONS_MAX + 50; i++) call(`v${i}`);
  call('x'.repeat(CLIENT_VERSION_BYTES_MAX + 1));
  const samples = requests.samples();
  expect(samples).toHaveLength(CLIENT_VERSIONS_MAX + 1);
  expect(samples.at(-1)).toEqual({ labels: { client_api_version: 'other', type: 'unary' }, value: 51 });
});
