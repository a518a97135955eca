/** What came with etcd 3.5 and 3.6, held as our own answers; beside an etcd that has it, both are compared. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DowngradeRequest, DowngradeResponse } from '../../lib/base/etcdpb/cluster.ts';
import { RangeRequest, RangeResponse } from '../../lib/base/etcdpb/kv.ts';
import { withEtcd } from './harness/differential.ts';
import { isSince } from './harness/etcd-version.ts';
import { type Pair, startPair } from './harness/pair.ts';
import { comparable, Probe } from './harness/probe.ts';

const START_TIMEOUT_MS = 60_000;
const [VALIDATE, ENABLE, CANCEL] = [0, 1, 2];

withEtcd('what is new since 3.4', (binaries) => {
  let pair: Pair;
  let probes: readonly [ours: Probe, etcd: Probe];
  beforeAll(async () => {
    pair = await startPair(binaries, { memberCount: 1 });
    probes = [new Probe(pair.ours.endpoints[0] ?? ''), new Probe(pair.etcd.endpoints[0] ?? '')];
  }, START_TIMEOUT_MS);
  afterAll(async () => {
    for (const probe of probes ?? []) probe.close();
    await pair?.stop();
  });

  /** Ours must be `wanted`; the real etcd too, from the release on that has it. */
  async function check(since: string, run: (probe: Probe) => Promise<unknown>, wanted: unknown): Promise<void> {
    expect(comparable(await run(probes[0]), 1)).toEqual(wanted);
    if (isSince(binaries.version, [since])) expect(comparable(await run(probes[1]), 1)).toEqual(wanted);
  }

  test('status has the fields of 3.6', () =>
    check(
      '3.6.0',
      async (probe) => {
        const { version, storageVersion, dbSizeQuota, downgradeInfo } = await probe.must('status', {});
        return { isOurs: /^3\.6\.\d+$/.test(version), storageVersion, dbSizeQuota, downgradeInfo };
      },
      {
        ...{ isOurs: true, storageVersion: '3.6.0', dbSizeQuota: 2 ** 31 },
        downgradeInfo: { enabled: false, targetVersion: '' },
      },
    ));

  test('downgrade targets', () =>
    check(
      '3.6.0',
      async (probe) => {
        const codec = { request: DowngradeRequest, response: DowngradeResponse };
        const ask = async (action: number, version: string) => {
          const outcome = await probe.client.call('/etcdserverpb.Maintenance/Downgrade', codec, { action, version });
          return outcome.ok ? 'ok' : `${outcome.code} ${outcome.message}`;
        };
        return [
          await ask(VALIDATE, ''),
          await ask(VALIDATE, 'three'),
          await ask(VALIDATE, '3.4.0'),
          await ask(VALIDATE, '3.6.0'),
          await ask(ENABLE, '3.7.0'),
          await ask(CANCEL, ''),
        ];
      },
      [
        '3 etcdserver: wrong downgrade target version format',
        '3 etcdserver: wrong downgrade target version format',
        '3 etcdserver: invalid downgrade target version',
        '3 etcdserver: invalid downgrade target version',
        '3 etcdserver: invalid downgrade target version',
        '9 etcdserver: no inflight downgrade job',
      ],
    ));

  test('server reflection is not served', () =>
    check(
      '3.4.0',
      async (probe) => {
        const codec = { request: RangeRequest, response: RangeResponse };
        return probe.client.call('/grpc.reflection.v1.ServerReflection/ServerReflectionInfo', codec, {});
      },
      { ok: false, code: 12, message: 'unknown service grpc.reflection.v1.ServerReflection' },
    ));

  test('probes answer with their checks', async () => {
    const paths = [
      ...['/livez', '/livez?verbose', '/livez/serializable_read', '/livez?exclude=serializable_read'],
      ...['/readyz', '/readyz?verbose', '/readyz/data_corruption', '/readyz/serializable_read'],
      ...['/readyz/linearizable_read', '/readyz/non_learner', '/readyz/nothing'],
    ];
    const read = async (endpoint: string) =>
      Promise.all(
        paths.map(async (one) => {
          const response = await fetch(`http://${endpoint}${one}`);
          return { one, status: response.status, text: (await response.text()).split('\n').sort() };
        }),
      );
    const ours = await read(pair.ours.endpoints[0] ?? '');
    expect(ours.map(({ status }) => status)).toEqual([...paths.slice(1).map(() => 200), 404]);
    expect(ours[0]?.text).toContain('ok');
    if (isSince(binaries.version, ['3.6.0'])) expect(ours).toEqual(await read(pair.etcd.endpoints[0] ?? ''));
  });

  test('health says why, can be asked to overlook it, and is for GET', async () => {
    const read = async (endpoint: string) =>
      Promise.all(
        ['/health', '/health?serializable=true', '/health?exclude=NOSPACE'].map(async (one) =>
          (await fetch(`http://${endpoint}${one}`)).json(),
        ),
      );
    const posted = async (endpoint: string) => (await fetch(`http://${endpoint}/health`, { method: 'POST' })).status;
    const [mine, theirs] = [pair.ours.endpoints[0] ?? '', pair.etcd.endpoints[0] ?? ''];
    expect(await read(mine)).toEqual(Array(3).fill({ health: 'true', reason: '' }));
    if (isSince(binaries.version, ['3.5.0'])) expect(await read(theirs)).toEqual(await read(mine));
    expect([await posted(mine), await posted(theirs)]).toEqual([405, 405]);
  });
});
