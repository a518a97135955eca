import { expect, test } from 'vitest';
import { readCommandLine } from './flag-table.ts';
import { checkFirstStart, type MemberSettings, memberSettings } from './member-settings.ts';
import { listenAddresses } from './urls.ts';

function settingsOf(args: readonly string[], environment: Record<string, string> = {}): MemberSettings {
  const line = readCommandLine(args, environment, () => new Map());
  if (line.kind !== 'run') throw new Error(`asked for ${line.kind}`);
  return memberSettings(line.values, '/srv/op');
}
const refusal = (...args: string[]): string => {
  try {
    settingsOf(args);
  } catch (error) {
    return error instanceof Error ? `${error.name}: ${error.message}` : '';
  }
  return 'accepted';
};

test('without flags the settings are those of etcd', () => {
  expect(settingsOf([])).toEqual({
    name: 'default',
    dataDir: '/srv/op/default.etcd',
    walDir: '/srv/op/default.etcd/member/wal',
    listenClientUrls: ['http://localhost:2379'],
    listenPeerUrls: ['http://localhost:2380'],
    advertiseClientUrls: ['http://localhost:2379'],
    advertisePeerUrls: ['http://localhost:2380'],
    initialCluster: [{ name: 'default', peerUrls: ['http://localhost:2380'] }],
    forceNewCluster: false,
    initialClusterState: 'new',
    initialClusterToken: 'etcd-cluster',
    heartbeatMs: 100,
    electionTimeoutMs: 1000,
    snapshotCount: 10_000,
    jwt: undefined,
    tokenTtlMs: 300_000,
    bcryptCost: 10,
    quotaBytes: 0,
    txnOpsMax: 128,
    requestBytesMax: 1_572_864,
    strictReconfigCheck: true,
    autoCompaction: { mode: 'off' },
    progressNotifyIntervalMs: 600_000,
    slowApplyMs: 100,
    metrics: 'basic',
    listenMetricsUrls: [],
    listenClientHttpUrls: [],
    streamsMax: 4_294_967_295,
    keepAlive: { clientPingMinMs: 0, intervalMs: 7_200_000, timeoutMs: 20_000 },
    logLevel: 'info',
    clientCertAuth: false,
    warnings: [],
    framing: 'own',
  });
});

test('HTTP/2 is spoken by our own framing or by node:http2, and by nothing else', () => {
  expect(settingsOf(['--experimental-front', 'node']).framing).toBe('node');
  expect(refusal('--experimental-front', 'nginx')).toContain('"nginx" is neither "own" nor "node"');
});

test('a flag is read in every form, and overrides the environment', () => {
  expect(settingsOf(['--name', 'x', '--data-dir=/d', '-max-txn-ops', '7'])).toMatchObject({
    name: 'x',
    dataDir: '/d',
    txnOpsMax: 7,
  });
  expect(settingsOf([], { ETCD_NAME: 'env', ETCD_SNAPSHOT_COUNT: '5' })).toMatchObject({
    name: 'env',
    snapshotCount: 5,
  });
  expect(settingsOf(['--name=flag'], { ETCD_NAME: 'env' }).name).toBe('flag');
});

test('flags of etcd that change nothing here are accepted, experimental ones all of them', () => {
  const args = [
    '--logger=zap',
    '--enable-pprof',
    '--experimental-anything',
    '--experimental-with',
    'value',
    '--name',
    'y',
  ];
  expect(settingsOf(args).name).toBe('y');
});

test('a flag that would be a lie to ignore is refused, unless it asks for nothing', () => {
  expect(refusal('--discovery', 'http://d')).toBe(
    'MemberSettingsError: --discovery is not supported by this store: leave it out (it was "http://d")',
  );
  expect(refusal('--discovery', '')).toBe('accepted');
});

test('every bad setting is named with its remedy', () => {
  expect(refusal('--nmae', 'x')).toContain('unknown setting --nmae');
  expect(refusal('name')).toContain('"name" is not a flag');
  expect(refusal('--name')).toContain('--name needs a value');
  expect(refusal('--listen-client-urls', 'h:1')).toContain('is not a URL like http://host:port');
  expect(refusal('--listen-peer-urls', 'http://h:99999')).toContain('is not a URL like http://host:port');
  expect(refusal('--snapshot-count', '1e3')).toContain('is not a whole number');
  expect(refusal('--election-timeout', '400')).toContain('at least five times');
  expect(refusal('--initial-cluster-state', 'old')).toContain('neither "new" nor "existing"');
  expect(refusal('--initial-cluster', 'default=http://localhost:2380,b=http://localhost:2380')).toContain('twice');
  expect(refusal('--log-level', 'loud')).toContain('is not one of debug, info');
});

test('only a member without data must find itself in --initial-cluster: URLs of the others change while it has data', () => {
  const first = (cluster: string) => () => checkFirstStart(settingsOf(['--initial-cluster', cluster]));
  expect(first('a=http://h:1')).toThrow('does not name this member: add default=');
  expect(first('default=http://h:1')).toThrow('they must be the same');
  expect(first('default=http://localhost:2380,a=http://h:1')).not.toThrow();
});

test('a member may have several peer URLs, a cluster several members', () => {
  const urls = ['--initial-advertise-peer-urls', 'http://a:1,http://b:1', '--name', 'm1'];
  const cluster = ['--initial-cluster', 'm1=http://a:1,m1=http://b:1,m2=http://c:1'];
  expect(settingsOf([...urls, ...cluster]).initialCluster).toEqual([
    { name: 'm1', peerUrls: ['http://a:1', 'http://b:1'] },
    { name: 'm2', peerUrls: ['http://c:1'] },
  ]);
});

test('version and help are answered whatever else is said', () => {
  expect(readCommandLine(['--name', 'x', '--version'], {}, () => new Map()).kind).toBe('version');
  expect(readCommandLine(['--help'], {}, () => new Map()).kind).toBe('help');
});

test('https URLs need a certificate, and the TLS flags of each side belong together', () => {
  const urls = ['--listen-client-urls', 'https://h:1,http://h:1'];
  expect(refusal(...urls)).toBe(
    'MemberSettingsError: --listen-client-urls: https://h:1 needs a certificate: give --cert-file and --key-file, or --auto-tls',
  );
  const pair = ['--cert-file', 'c.pem', '--key-file=/k.pem'];
  expect(settingsOf([...urls, ...pair])).toMatchObject({
    clientTls: { certFile: '/srv/op/c.pem', keyFile: '/k.pem', requiresClientCert: false, minVersion: 'TLSv1.2' },
    peerTls: undefined,
    warnings: [],
  });
  expect(refusal('--cert-file', 'c.pem')).toContain('--cert-file and --key-file belong together');
  expect(refusal('--listen-peer-urls', 'https://h:1', '--peer-key-file', 'k')).toContain('--peer-cert-file and');
  expect(refusal(...urls, ...pair, '--tls-min-version', 'TLS1.1')).toContain('is not one of TLS1.2, TLS1.3');
  expect(refusal(...urls, ...pair, '--cipher-suites', 'ROT13')).toContain('"ROT13" is not one of TLS_ECDHE');
});

test('a trusted authority asks for certificates even without the switch, as etcd does', () => {
  const base = ['--listen-client-urls', 'https://h:1', '--cert-file', 'c', '--key-file', 'k'];
  const trusting = settingsOf([...base, '--trusted-ca-file', 'ca']);
  expect([trusting.clientTls?.requiresClientCert, trusting.clientCertAuth]).toEqual([true, false]);
  expect(settingsOf([...base, '--client-cert-auth']).clientTls?.requiresClientCert).toBe(true);
});

test('certificates made by the member itself lie where etcd keeps them', () => {
  const { peerTls, dataDir } = settingsOf(['--peer-auto-tls', '--listen-peer-urls', 'https://h:1,https://[::1]:1']);
  expect(peerTls).toMatchObject({
    certFile: `${dataDir}/fixtures/peer/cert.pem`,
    selfSigned: { hosts: ['h', '::1'], years: 1 },
  });
});

test('TLS settings without effect are said', () => {
  const { warnings } = settingsOf(['--cert-file', 'c', '--key-file', 'k', '--auto-tls', '--client-cert-auth']);
  expect(warnings).toEqual([
    '--cert-file has no effect on listening: no URL in --listen-client-urls is https://',
    '--auto-tls has no effect beside --cert-file',
    'certificates are not asked for on http://localhost:2379: it is not https://',
  ]);
});

test('one address under both schemes is listened on once', async () => {
  expect(await listenAddresses('--listen-client-urls', ['http://127.0.0.1:1', 'https://127.0.0.1:1'])).toEqual([
    { host: '127.0.0.1', port: 1, scheme: 'both' },
  ]);
  expect(await listenAddresses('--listen-client-urls', ['https://[::1]:443', 'http://127.0.0.1:80'])).toEqual([
    { host: '::1', port: 443, scheme: 'https' },
    { host: '127.0.0.1', port: 80, scheme: 'http' },
  ]);
});

test('watchers are told of progress as often as asked, under the flag’s old name too', () => {
  const of = (flag: string) => settingsOf([flag, '5s']).progressNotifyIntervalMs;
  expect([of('--watch-progress-notify-interval'), of('--experimental-watch-progress-notify-interval')]).toEqual([
    5000, 5000,
  ]);
  expect(refusal('--watch-progress-notify-interval', '10ms')).toContain('"10ms" is not a time from 100ms');
});

test('auto-compaction takes hours, durations, or revisions', () => {
  const of = (...args: string[]) => settingsOf(args).autoCompaction;
  expect(of('--auto-compaction-retention', '8')).toEqual({ mode: 'periodic', retentionMs: 8 * 3_600_000 });
  expect(of('--auto-compaction-retention', '30m')).toEqual({ mode: 'periodic', retentionMs: 30 * 60_000 });
  const byRevision = ['--auto-compaction-mode', 'revision', '--auto-compaction-retention'];
  expect(of(...byRevision, '1000')).toEqual({ mode: 'revision', revisions: 1000 });
  expect(of(...byRevision, '0')).toEqual({ mode: 'off' });
  expect(refusal(...byRevision, '1h')).toContain('"1h" is not a number of revisions');
  expect(refusal('--auto-compaction-retention', '-1')).toContain('"-1" is not a time');
  expect(refusal('--auto-compaction-mode', 'never')).toContain('"never" is neither');
});

test('a configuration file holds all settings: flags and environment beside it do not count', () => {
  const line = readCommandLine(
    ['--name', 'flag', '--config-file=/etc/m.yml'],
    { ETCD_SNAPSHOT_COUNT: '7' },
    (path) => new Map([['name', `from ${path}`]]),
  );
  expect(line).toEqual({ kind: 'run', values: new Map([['name', 'from /etc/m.yml']]) });
  const unknown = () => readCommandLine([], { ETCD_CONFIG_FILE: 'm.yml' }, () => new Map([['nmae', 'x']]));
  expect(unknown).toThrow('unknown setting "nmae" in m.yml');
});

test('the client port is told how talkative its metrics are, where else they are served, and how many streams it takes', () => {
  const flags = [
    '--metrics',
    'extensive',
    '--listen-metrics-urls',
    'http://h:1,http://h:2',
    '--max-concurrent-streams',
  ];
  expect(settingsOf([...flags, '10'])).toMatchObject({
    metrics: 'extensive',
    listenMetricsUrls: ['http://h:1', 'http://h:2'],
    streamsMax: 10,
  });
  expect(settingsOf(['--max-concurrent-streams', '0']).streamsMax).toBe(2 ** 32 - 1);
  expect(refusal('--metrics', 'some')).toContain('"some" is neither "basic" nor "extensive"');
  expect(refusal('--max-concurrent-streams', '-1')).toContain('is not a whole number from 0 to 4294967295');
  expect(refusal('--listen-metrics-urls', 'h:1')).toContain('--listen-metrics-urls: "h:1" is not a URL');
  expect(refusal('--listen-metrics-urls', 'https://h:1')).toContain('needs a certificate');
});

test('HTTP may be given addresses of its own', () => {
  expect(settingsOf(['--listen-client-http-urls', 'http://h:1']).listenClientHttpUrls).toEqual(['http://h:1']);
  expect(refusal('--listen-client-http-urls', 'h')).toContain('--listen-client-http-urls: "h" is not a URL');
});

test('what etcd 3.6 takes is taken, unless it asks for what there is not', () => {
  expect(refusal('--memory-mlock', '--v2-deprecation', 'gone', '--compact-hash-check-time=1m', '--debug')).toBe(
    'accepted',
  );
  expect(refusal('--enable-distributed-tracing=false', '--discovery-token', '')).toBe('accepted');
  expect(refusal('--enable-distributed-tracing')).toContain('is not supported by this store');
  expect(refusal('--discovery-endpoints', 'http://d:1')).toContain('is not supported by this store');
});

test('keep-alive times are settings, 0 among them', () => {
  const flags = ['--grpc-keepalive-min-time', '5s', '--grpc-keepalive-interval=0s', '--grpc-keepalive-timeout', '0'];
  expect(settingsOf(flags).keepAlive).toEqual({ clientPingMinMs: 5_000, intervalMs: 0, timeoutMs: 0 });
  expect(refusal('--grpc-keepalive-timeout', 'long')).toContain('"long" is not a time from 0 to 500h');
});

test('what counts as slow is a setting, under the flag’s old name too', () => {
  expect(settingsOf(['--warning-apply-duration', '1s']).slowApplyMs).toBe(1000);
  expect(settingsOf(['--experimental-warning-apply-duration=2s']).slowApplyMs).toBe(2000);
  expect(refusal('--warning-apply-duration', 'soon')).toContain('"soon" is not a time from 1ms to 1h');
});
