/**
 * The road out and in: a filled store of ours → etcdctl's snapshot → a real etcd → its snapshot → a store of ours, and at every
 * station the same revisions, history, hashes, leases, users and roles.
 */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { EtcdBinaries } from '../conformance/harness/etcd-binary.ts';
import { peakBytes } from '../fixtures/memory.ts';
import type { TemporaryFolder } from '../fixtures/temporary.ts';
import { factsOf, revisionOf } from './facts.ts';
import { fillStore, ROOT } from './filled-store.ts';
import { etcdctl, type Server, startEtcdFrom, startOurs } from './servers.ts';

export interface Station {
  readonly name: string;
  readonly facts: unknown;
}

export interface RoundTrip {
  /** All must tell the same. */
  readonly stations: readonly Station[];
  /** What etcdctl says about the two files. Its keys are entries of all buckets: those of the members differ. */
  readonly described: readonly { readonly revision: number }[];
  readonly snapshotFromEtcd: string;
  /** Bytes resident at most: the busiest member of ours while it was filled and gave its snapshot, the restore command, a member started on it. */
  readonly peaks: { readonly giving: number; readonly restoring: number; readonly started: number };
  /** Milliseconds: a snapshot given, and a directory made of one. */
  readonly times: Readonly<Record<'ours' | 'etcd', { readonly save: number; readonly restore: number }>>;
}

/** Fills a store with `keys` keys and carries it there and back. `folder` holds the files and stays. */
export async function roundTrip(binaries: EtcdBinaries, folder: TemporaryFolder, keys: number): Promise<RoundTrip> {
  const at = (name: string): string => {
    const place = path.join(folder.path, name);
    mkdirSync(place, { recursive: true });
    return place;
  };
  const peakOf = ({ processes }: Server) => Math.max(...processes.map(({ pid }) => peakBytes(pid)));
  const save = async (server: Server, file: string): Promise<number> => {
    const since = performance.now();
    const who = ['--endpoints', server.endpoints[0] ?? '', '--user', `${ROOT.name}:${ROOT.password}`];
    await etcdctl(binaries, [...who, 'snapshot', 'save', file]);
    return performance.now() - since;
  };
  const describe = async (file: string) =>
    JSON.parse(await etcdctl(binaries, ['snapshot', 'status', file, '-w', 'json'])) as { revision: number };
  const [ourFile, etcdFile] = [path.join(folder.path, 'ours.db'), path.join(folder.path, 'etcd.db')];
  const stations: Station[] = [];
  let revisions: readonly number[] = [];
  const look = async (name: string, server: Server) => {
    for (const [i, endpoint] of server.endpoints.entries())
      stations.push({ name: `${name}, member ${i + 1}`, facts: await factsOf(endpoint, revisions) });
  };

  const ours = await startOurs(at('ours'));
  let [giving, ourSaveMs] = [0, 0];
  try {
    await fillStore(ours.endpoints, keys);
    const last = await revisionOf(ours.endpoints[0] ?? '');
    revisions = [1, Math.floor(last / 2), ...[0.9, 0.95, 0.99].map((part) => Math.floor(last * part)), last, last + 1];
    await look('ours', ours);
    ourSaveMs = await save(ours, ourFile);
    giving = peakOf(ours);
  } finally {
    await ours.stop();
  }

  const etcd = await startEtcdFrom(binaries, at('etcd'), ourFile);
  let etcdSaveMs = 0;
  try {
    await look('etcd', etcd);
    etcdSaveMs = await save(etcd, etcdFile);
  } finally {
    await etcd.stop();
  }

  const again = await startOurs(at('again'), etcdFile);
  try {
    const started = peakOf(again);
    await look('ours again', again);
    return {
      stations,
      described: [await describe(ourFile), await describe(etcdFile)],
      snapshotFromEtcd: etcdFile,
      peaks: { giving, restoring: again.restored.peak, started },
      times: {
        ours: { save: ourSaveMs, restore: again.restored.ms },
        etcd: { save: etcdSaveMs, restore: etcd.restoreMs },
      },
    };
  } finally {
    await again.stop();
  }
}
