import { expect, test } from 'vitest';
import { memberId } from '../../../../../lib/base/brand.ts';
import { Histogram } from '../../../../../lib/base/histogram.ts';
import { MetricsText } from '../../../../../lib/base/prometheus-text.ts';
import type { PeerTraffic } from '../../../ports/peer-network.ts';
import { serveFakeMember } from '../../test-support/served-member.ts';

const LISTEN = { listen: [{ host: '127.0.0.1', port: 0 }], listenMetrics: [{ host: '127.0.0.1', port: 0 }] };

const read = async (url: string) => {
  const response = await fetch(url);
  return { status: response.status, text: await response.text() };
};

test('labels are escaped as the format wants it', () => {
  const text = new MetricsText();
  text.gauge('a', 'Help.', 1, { key: 'back\\slash "quoted"\nline é' });
  expect(text.toString()).toContain('a{key="back\\\\slash \\"quoted\\"\\nline é"} 1');
});

test('buckets are cumulated and end with +Inf', () => {
  const histogram = new Histogram([1, 2]);
  for (const value of [0.5, 1.5, 9]) histogram.observe(value);
  const text = new MetricsText();
  text.histograms('h', 'Help.', [{ labels: { To: 'b' }, histogram }]);
  expect(text.toString().split('\n').slice(2, -1)).toEqual([
    'h_bucket{To="b",le="1"} 1',
    'h_bucket{To="b",le="2"} 2',
    'h_bucket{To="b",le="+Inf"} 3',
    'h_sum{To="b"} 11',
    'h_count{To="b"} 3',
  ]);
});

test('a port for metrics has them and the health pages, and nothing else', async () => {
  const served = await serveFakeMember(LISTEN);
  const url = `http://127.0.0.1:${served.front.metricsAddresses[0]?.port}`;
  expect((await read(`${url}/metrics`)).text).toContain('etcd_server_has_leader 1\n');
  expect(await read(`${url}/health`)).toMatchObject({ status: 200 });
  expect(await read(`${url}/readyz`)).toEqual({ status: 200, text: 'ok\n' });
  for (const path of ['/version', '/v3/kv/range', '/']) expect((await read(url + path)).status).toBe(404);
  await served.close();
  await expect(fetch(url)).rejects.toThrow();
});

test('calls are timed when asked for, and otherwise not', async () => {
  for (const metrics of ['basic', 'extensive'] as const) {
    const served = await serveFakeMember({ metrics });
    await fetch(`${served.url}/v3/kv/range`, { method: 'POST', body: '{"key":"YQ=="}' });
    const { text } = await read(`${served.url}/metrics`);
    const count = /^grpc_server_handling_seconds_count\{grpc_method="Range".*\} (\d+)$/m.exec(text)?.[1];
    expect([metrics, count]).toEqual([metrics, metrics === 'basic' ? undefined : '1']);
    await served.close();
  }
});

test('how compaction by schedule is set is told, with what it keeps', async () => {
  for (const [autoCompaction, line] of [
    [{ mode: 'off' }, 'quorate_auto_compaction_retention{mode="off"} 0'],
    [{ mode: 'periodic', retentionMs: 1_800_000 }, 'quorate_auto_compaction_retention{mode="periodic"} 1800'],
    [{ mode: 'revision', revisions: 5_000 }, 'quorate_auto_compaction_retention{mode="revision"} 5000'],
  ] as const) {
    const served = await serveFakeMember({ autoCompaction });
    expect((await read(`${served.url}/metrics`)).text.split('\n')).toContain(line);
    await served.close();
  }
});

test('peers are named by their hexadecimal ids', async () => {
  const peer: PeerTraffic = {
    ...{ id: memberId(0xabcn), isConnected: true, sentBytes: 10, receivedBytes: 20, sendFailures: 1, disconnects: 2 },
    roundTripSeconds: new Histogram([1]),
  };
  const served = await serveFakeMember({ peers: () => [peer] });
  const lines = (await read(`${served.url}/metrics`)).text.split('\n');
  const local = served.member.memberId.toString(16);
  for (const line of [
    'etcd_network_peer_sent_bytes_total{To="abc"} 10',
    'etcd_network_peer_received_bytes_total{From="abc"} 20',
    `etcd_network_active_peers{Local="${local}",Remote="abc"} 1`,
    `etcd_network_disconnected_peers_total{Local="${local}",Remote="abc"} 2`,
  ])
    expect(lines).toContain(line);
  await served.close();
});

test('checks of health are counted one by one', async () => {
  const served = await serveFakeMember();
  await read(`${served.url}/livez`);
  await read(`${served.url}/livez`);
  const lines = (await read(`${served.url}/metrics`)).text.split('\n');
  expect(lines).toContain('etcd_server_healthcheck{name="serializable_read",type="livez"} 1');
  expect(lines).toContain('etcd_server_healthchecks_total{name="serializable_read",status="success",type="livez"} 2');
  await served.close();
});

test('requests are timed as they are applied, by what they are and whether they were refused', async () => {
  const served = await serveFakeMember();
  const put = (body: object) =>
    fetch(`${served.url}/v3/kv/put`, { method: 'POST', body: JSON.stringify({ key: 'YQ==', ...body }) });
  await put({ value: 'MQ==' });
  await put({ lease: 99 });
  const { text } = await read(`${served.url}/metrics`);
  for (const success of [true, false])
    expect(text).toContain(`etcd_server_apply_duration_seconds_count{op="Put",success="${success}",version="v3"} 1\n`);
  await served.close();
});
