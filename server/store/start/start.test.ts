/** What happens once in the life of a data directory, with real processes: a lost majority, a lost disk, a snapshot restored. */
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { type MemberProcess, ProcessCluster } from '../member/test-support/member-processes.ts';

const TIMEOUT_MS = 90_000;
const READY_ALONE = '--force-new-cluster';

let clusters: ProcessCluster[] = [];
afterEach(async () => {
  await Promise.all(clusters.map((cluster) => cluster.destroy()));
  clusters = [];
});

async function created(size: number): Promise<ProcessCluster> {
  const cluster = await ProcessCluster.create(size);
  clusters.push(cluster);
  return cluster;
}

async function membersOf(member: MemberProcess): Promise<readonly { readonly ID: string; readonly name: string }[]> {
  const answer = await member.call('/v3/cluster/member/list', { linearizable: true });
  return (answer?.members ?? []) as { ID: string; name: string }[];
}

async function saveSnapshot(member: MemberProcess, file: string): Promise<void> {
  const url = `http://127.0.0.1:${member.clientPort}/v3/maintenance/snapshot`;
  const lines = (await (await fetch(url, { method: 'POST', body: '{}' })).text()).trim().split('\n');
  const blobs = lines.map((line) => (JSON.parse(line) as { result: { blob: string } }).result.blob);
  writeFileSync(file, Buffer.concat(blobs.map((blob) => Buffer.from(blob, 'base64'))));
}

test(
  'two of three are lost for good: the third goes on alone with everything, and needs the flag once',
  async () => {
    const cluster = await created(3);
    await cluster.start();
    const [last, ...lost] = cluster.members as [MemberProcess, MemberProcess, MemberProcess];
    for (let i = 0; i < 50; i++) expect(await last.put(`k/${i}`, 'v')).toBe(true);
    const early = await last.kill('SIGTERM');
    expect(early.code).toBe(0);
    const refused = await last.run(READY_ALONE);
    expect([refused.code, refused.log]).toEqual([1, expect.stringContaining('2 of the 2 other members answer')]);
    await Promise.all(lost.map((member) => member.kill('SIGKILL')));
    await last.start(READY_ALONE);
    expect((await last.list('k/'))?.size).toBe(50);
    expect((await membersOf(last)).map(({ name }) => name)).toEqual(['m1']);
    await last.kill('SIGKILL');
    await last.start();
    expect(await last.put('alone', 'v')).toBe(true);
    const back = await (lost[0] as MemberProcess).run();
    expect([back.code, back.log]).toEqual([0, expect.stringContaining('permanently removed from the cluster')]);
  },
  TIMEOUT_MS,
);

test(
  'a member that lost its disk is not let in under its old id, but as a new member',
  async () => {
    const cluster = await created(3);
    await cluster.start();
    const [helper, , victim] = cluster.members as [MemberProcess, MemberProcess, MemberProcess];
    expect(await helper.put('k', 'v')).toBe(true);
    const { ID } = (await membersOf(helper)).find(({ name }) => name === victim.name) ?? { ID: '' };
    await victim.kill('SIGKILL');
    rmSync(victim.dataDir, { recursive: true });
    for (const state of ['new', 'existing']) {
      const refused = await victim.run('--initial-cluster-state', state);
      expect([refused.code, refused.log]).toEqual([
        1,
        expect.stringContaining('member m3 has already been bootstrapped'),
      ]);
    }
    while ((await helper.call('/v3/cluster/member/remove', { ID })) === undefined);
    const peerURLs = [victim.peerUrl];
    while ((await helper.call('/v3/cluster/member/add', { peerURLs, isLearner: true })) === undefined);
    await victim.start('--initial-cluster-state', 'existing');
    const again = (await membersOf(helper)).find(({ name }) => name === victim.name);
    expect(again?.ID).not.toBe(ID);
    while ((await helper.call('/v3/cluster/member/promote', { ID: again?.ID })) === undefined);
    expect((await victim.list('k'))?.get('k')).toBe('v');
  },
  TIMEOUT_MS,
);

test(
  'a data directory is restored from a snapshot, never over another one',
  async () => {
    const [source, target] = [await created(1), await created(1)];
    await source.start();
    const [from] = source.members as [MemberProcess];
    const [to] = target.members as [MemberProcess];
    for (let i = 0; i < 20; i++) await from.put(`k/${i}`, 'v');
    const file = path.join(source.dir, 'snapshot.db');
    await saveSnapshot(from, file);
    const restore = ['restore', file, '--name', to.name, '--data-dir', to.dataDir];
    restore.push('--initial-cluster', `${to.name}=${to.peerUrl}`, '--initial-advertise-peer-urls', to.peerUrl);
    expect((await to.runProgram(restore)).code).toBe(0);
    const twice = await to.runProgram(restore);
    expect([twice.code, twice.log]).toEqual([1, expect.stringContaining('not empty or could not be read')]);
    expect((await to.runProgram(['restore', '--name', 'x'])).code).toBe(2);
    expect((await to.runProgram(['restore', file, '--listen-client-urls', 'http://h:1'])).log).toContain(
      'restore does not take',
    );
    await to.start();
    expect((await to.list('k/'))?.size).toBe(20);
  },
  TIMEOUT_MS,
);
