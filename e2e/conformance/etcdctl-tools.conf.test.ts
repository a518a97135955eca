/**
 * The commands of etcdctl that work for a while or with files: mirrors between the stores, snapshots, watches that run a program,
 * the checks of data scale and performance.
 */
import { once } from 'node:events';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { temporaryFolder } from '../fixtures/temporary.ts';
import { COMMANDS_WITHOUT_SERVER, etcdctlCommands } from './coverage/etcdctl.ts';
import { withEtcd } from './harness/differential.ts';
import { isSince } from './harness/etcd-version.ts';
import { Etcdctl, normalise, type Step } from './harness/etcdctl.ts';
import { type Pair, startPair } from './harness/pair.ts';
import type { Store } from './harness/store.ts';

const START_TIMEOUT_MS = 60_000;
const SCALE_TIMEOUT_MS = 180_000;
const KEYS = 50;

const step = (...args: readonly string[]): Step => ({ args });

withEtcd('etcdctl at longer work', (binaries) => {
  const etcdctl = new Etcdctl(binaries);
  let pair: Pair;
  beforeAll(async () => {
    pair = await startPair(binaries, { memberCount: 1 });
  }, START_TIMEOUT_MS);
  afterAll(() => pair?.stop());

  const both = <T>(act: (store: Store) => Promise<T>): Promise<[T, T]> => Promise.all([act(pair.ours), act(pair.etcd)]);
  const list = async (store: Store, prefix: string) =>
    (await etcdctl.run(store, step('get', prefix, '--prefix'))).stdout;
  const fill = async (store: Store, prefix: string): Promise<void> => {
    for (let at = 0; at < KEYS; at += 10) {
      const puts = Array.from({ length: 10 }, (_, i) => `put ${prefix}${String(at + i).padStart(3, '0')} v${at + i}`);
      await etcdctl.run(store, { args: ['txn'], input: `\n${puts.join('\n')}\n\n\n` });
    }
  };

  describe.each<[string, 'ours' | 'etcd', 'ours' | 'etcd']>([
    ['ours to etcd', 'ours', 'etcd'],
    ['etcd to ours', 'etcd', 'ours'],
  ])('make-mirror from %s', (name, from, to) => {
    test('carries what was there, and what is put and deleted while it runs', async () => {
      const [source, destination] = [pair[from], pair[to]];
      const prefix = `${name.replaceAll(' ', '-')}/`;
      await fill(source, prefix);
      // It says nothing for half a minute: what it does is seen at its destination.
      const mirror = etcdctl.spawn(
        source,
        step('make-mirror', '--prefix', prefix, '--dest-prefix', `copy/${prefix}`, destination.endpoints[0] ?? ''),
      );
      mirror.stdout.resume();
      mirror.stderr.resume();
      const ended = once(mirror, 'close');
      onTestFinished(async () => {
        mirror.kill('SIGINT');
        await ended;
      });
      const copied = async () => (await list(destination, `copy/${prefix}`)).replaceAll(`copy/${prefix}`, prefix);
      await expect.poll(copied, { timeout: 20_000 }).toBe(await list(source, prefix));
      await etcdctl.run(source, step('put', `${prefix}late`, 'arrival'));
      await etcdctl.run(source, step('del', `${prefix}000`));
      await etcdctl.run(source, step('del', `${prefix}01`, '--prefix'));
      const wanted = await list(source, prefix);
      expect(wanted).toContain('arrival');
      await expect.poll(copied, { timeout: 20_000 }).toBe(wanted);
    });
  });

  // Since 3.6 the last two are commands of etcdutl.
  test.skipIf(isSince(binaries.version, ['3.6.0']))('a snapshot is saved, described and restored', async () => {
    const folder = temporaryFolder('snapshot');
    onTestFinished(folder.remove);
    await Promise.all([pair.ours, pair.etcd].map((store) => etcdctl.run(store, step('put', 'snapshot/key', 'value'))));
    const [ours, etcd] = await both(async (store) => {
      const file = path.join(folder.path, `${store.name}.db`);
      const saved = await etcdctl.run(store, step('snapshot', 'save', file));
      const status = await etcdctl.run(store, step('snapshot', 'status', file, '-w', 'json'));
      const restored = await etcdctl.run(store, step('snapshot', 'restore', file, '--data-dir', `${file}.restored`));
      const described = JSON.parse(status.stdout) as Record<string, unknown>;
      const revision = JSON.parse((await etcdctl.run(store, step('get', 'x', '-w', 'json'))).stdout).header.revision;
      return {
        codes: [saved.code, status.code, restored.code],
        isOfNow: described.revision === revision,
        fields: Object.keys(described),
      };
    });
    expect(ours).toEqual({ codes: [0, 0, 0], isOfNow: true, fields: etcd.fields });
    expect(ours).toEqual(etcd);
  });

  test('a member is added as a learner, moved, not promoted, and removed', async () => {
    const [ours, etcd] = await both(async (store) => {
      const seen: unknown[] = [];
      const say = async (...args: readonly string[]): Promise<void> => {
        const { code, stdout, stderr } = normalise(store, await etcdctl.run(store, step('member', ...args)));
        // Members are told in the order of their ids, which differ.
        const lines = stdout
          .split('\n')
          .map((line) => line.replace(/"(.*,.*)"/, (_, list: string) => list.split(',').sort().join()));
        seen.push({ what: args[0], code, lines, stderr });
      };
      await say('add', 'pupil', '--learner', '--peer-urls', 'http://127.0.0.1:4741');
      const added =
        /^([0-9a-f]+), unstarted/m.exec((await etcdctl.run(store, step('member', 'list'))).stdout)?.[1] ?? '';
      await say('promote', added);
      await say('update', added, '--peer-urls', 'http://127.0.0.1:4742');
      await say('update', added, '--peer-urls', 'nonsense');
      await say('remove', added);
      await say('remove', added);
      await say('add', 'nobody');
      return seen;
    });
    expect(ours).toEqual(etcd);
  });

  test('every command of etcdctl is run somewhere', async () => {
    const { stdout } = await etcdctl.run(pair.ours, step('--help'));
    const commands = stdout
      .slice(stdout.indexOf('COMMANDS:'), stdout.indexOf('OPTIONS:'))
      .split('\n')
      .flatMap((line) => /^\t([a-z][a-z -]*?)\t/.exec(line)?.[1] ?? [])
      .filter((command) => !COMMANDS_WITHOUT_SERVER.includes(command.split(' ')[0] ?? ''));
    expect(commands.length).toBeGreaterThan(40);
    expect(commands.filter((command) => !(command in etcdctlCommands))).toEqual([]);
  });

  test('a watch runs a program for each event', async () => {
    const [ours, etcd] = await both(async (store) => {
      await etcdctl.run(store, step('put', 'exec/a', '1'));
      await etcdctl.run(store, step('put', 'exec/a', '2'));
      const watch = step(
        'watch',
        'exec/a',
        '--rev',
        '1',
        '--',
        'sh',
        '-c',
        'echo $ETCD_WATCH_EVENT_TYPE $ETCD_WATCH_KEY',
      );
      return (await etcdctl.runUntil(store, watch, 8)).stdout.split('\n').slice(0, 8);
    });
    expect(ours).toContain('"PUT" "exec/a"');
    expect(ours).toEqual(etcd);
  });

  test('a lease is kept alive beyond its time', async () => {
    const [ours, etcd] = await both(async (store) => {
      const granted = await etcdctl.run(store, step('lease', 'grant', '2'));
      const id = /lease (\S+) granted/.exec(granted.stdout)?.[1] ?? '';
      const { stdout } = await etcdctl.runUntil(store, step('lease', 'keep-alive', id), 4);
      return stdout.replaceAll(id, '<id>').split('\n').slice(0, 4);
    });
    expect(ours).toEqual(Array.from({ length: 4 }, () => 'lease <id> keepalived with TTL(2)'));
    expect(ours).toEqual(etcd);
  });

  test('the data scale check passes and cleans up behind itself', { timeout: SCALE_TIMEOUT_MS }, async () => {
    const outcomes: unknown[] = [];
    // One after the other: it measures.
    for (const store of [pair.ours, pair.etcd]) {
      const { code, stdout, stderr } = await etcdctl.run(store, step('check', 'datascale', '--load', 's'), 120_000);
      outcomes.push({
        code,
        verdict: /PASS|FAIL/.exec(stdout + stderr)?.[0],
        left: await list(store, '/etcdctl-check-'),
      });
    }
    expect(outcomes).toEqual([
      { code: 0, verdict: 'PASS', left: '' },
      { code: 0, verdict: 'PASS', left: '' },
    ]);
  });

  test('the performance check passes wherever etcd passes it, and cleans up behind itself', {
    timeout: SCALE_TIMEOUT_MS,
  }, async () => {
    // At once: a minute each, of 150 writes a second; so both have the same machine.
    const [ours, etcd] = await both(async (store) => {
      const { stdout } = await etcdctl.run(store, step('check', 'perf', '--load', 's'), 150_000);
      const verdicts = stdout.match(/(PASS|FAIL): (Throughput|Slowest request|Stddev)/g) ?? [];
      return { verdicts: verdicts.map((text) => text.split(': ')), left: await list(store, '/etcdctl-check-') };
    });
    expect(ours.verdicts.map(([, what]) => what)).toEqual(etcd.verdicts.map(([, what]) => what));
    const isLess = (at: number) => etcd.verdicts[at]?.[0] === 'PASS' && ours.verdicts[at]?.[0] === 'FAIL';
    expect(etcd.verdicts.filter((_, at) => isLess(at))).toEqual([]);
    expect(ours.verdicts[0]).toEqual(['PASS', 'Throughput']);
    expect([ours.left, etcd.left]).toEqual(['', '']);
  });
});
