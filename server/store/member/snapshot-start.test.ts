/** Real processes that start from a snapshot file, and give one. */
import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { concatBytes, utf8Encode } from '../../../lib/base/bytes.ts';
import { openStateMachine } from '../apply/state-machine.ts';
import { applyItem, CLUSTER, type Request } from '../apply/test-support.ts';
import { MemoryDisk } from '../ports/memory-disk.ts';
import { openSnapshotFile, type SnapshotContent } from '../snapshot-file/content.ts';
import { appendTrailer } from '../snapshot-file/trailer.ts';
import { DatabaseExport } from './snapshot-export.ts';
import { type MemberProcess, ProcessCluster } from './test-support/member-processes.ts';

const TIMEOUT_MS = 90_000;
const KEYS = 300;

let cluster: ProcessCluster | undefined;
afterEach(async () => {
  await cluster?.destroy();
  cluster = undefined;
});

/** A snapshot with KEYS keys, one of them put twice, and a lease. */
function snapshot(): Uint8Array {
  const machine = openStateMachine({ disk: new MemoryDisk(), dir: '/state', clusterId: CLUSTER });
  const apply = (request: Request) => applyItem(machine, { kind: 'request', request });
  apply({ leaseGrant: { id: 77n, ttl: 6000 } });
  for (let i = 0; i <= KEYS; i++) {
    const lease = i === 1 ? 77n : 0n;
    apply({ put: { key: utf8Encode(`key/${i % KEYS}`), value: utf8Encode(`value ${i} `.repeat(50)), lease } });
  }
  const file = new MemoryDisk().open('/db', { create: true });
  const image = machine.openSnapshot();
  const database = new DatabaseExport(image, file);
  while (database.step());
  appendTrailer(file);
  return file.read(0, file.size());
}

const open = (bytes: Uint8Array): SnapshotContent =>
  openSnapshotFile({ path: 'snapshot.db', size: () => bytes.length, read: (at, n) => bytes.slice(at, at + n) });

/** What `etcdctl snapshot save` would store, over the gateway. */
async function saved(member: MemberProcess): Promise<Uint8Array> {
  const answer = await fetch(`http://127.0.0.1:${member.clientPort}/v3/maintenance/snapshot`, {
    method: 'POST',
    body: '{}',
  });
  const lines = (await answer.text()).trim().split('\n');
  return concatBytes(lines.map((line) => new Uint8Array(Buffer.from(JSON.parse(line).result.blob, 'base64'))));
}

test(
  'a cluster that starts from a snapshot holds it through crashes, goes on from it, and gives it back',
  async () => {
    cluster = await ProcessCluster.create(3);
    const file = path.join(cluster.dir, 'snapshot.db');
    const bytes = snapshot();
    writeFileSync(file, bytes);
    await cluster.start('--from-snapshot', file);
    const [first, second] = cluster.members as [MemberProcess, MemberProcess];
    expect((await first.list('key/'))?.size).toBe(KEYS);
    const before = open(await saved(second));
    expect([...before.revisions()]).toEqual([...open(bytes).revisions()]);
    expect(before.leases).toEqual(open(bytes).leases);

    expect(await second.put('key/new', 'on')).toBe(true);
    await Promise.all(cluster.members.map((member) => member.kill('SIGKILL')));
    // The file is given once more, as a unit file would: members that have data keep it.
    await cluster.start('--from-snapshot', file);
    expect((await second.list('key/'))?.get('key/new')).toBe('on');
    const after = open(await saved(first));
    expect(after.summary).toMatchObject({ revision: before.summary.revision + 1, revisions: KEYS + 2, leases: 1 });
  },
  TIMEOUT_MS,
);

test(
  'a file that cannot be restored stops the start in one line, before anything is written',
  async () => {
    cluster = await ProcessCluster.create(1);
    const [member] = cluster.members as [MemberProcess];
    const file = path.join(cluster.dir, 'snapshot.db');
    const bytes = snapshot();
    const cases: [string, Uint8Array][] = [
      ['does not match the checksum at its end: it is damaged', bytes.with(5000, (bytes[5000] ?? 0) ^ 1)],
      ['is cut short or no snapshot', bytes.subarray(0, 5000)],
      ['has no checksum at its end', bytes.subarray(0, bytes.length - 32)],
    ];
    for (const [message, content] of cases) {
      writeFileSync(file, content);
      const { code, log } = await member.run('--from-snapshot', file);
      expect(code).toBe(1);
      expect(log).toContain(message);
      expect(log.split('\n')).toHaveLength(1);
      expect(existsSync(path.join(member.dataDir, 'member/wal'))).toBe(false);
    }
    await member.start('--from-snapshot', file, '--skip-hash-check');
    expect((await member.list('key/'))?.size).toBe(KEYS);
  },
  TIMEOUT_MS,
);
