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
  /** What etcdctl says about the two files, without their hash and size. */
  readonly described: readonly unknown[];
  readonly snapshotFromEtcd: string;
  /** Bytes resident at most: the busiest member of ours while it was filled and gave its snapshot, the restore command, a member started on it. */
  readonly peaks: { readonly giving: number; readonly restoring: number; readonly started: number };
  /** Milliseconds of the parts that are ours. */
  readonly times: { readonly save: number; readonly restoreAndStart: number };
}

/** Fills a store with `keys` keys and carries it there and back. `folder` holds the files and stays. */
export async function roundTrip(binaries: EtcdBinaries, folder: TemporaryFolder, keys: number): Promise<RoundTrip> {
  const at = (name: string): string => {
    const place = path.join(folder.path, name);
    mkdirSync(place, { recursive: true });
    return place;
  };
  const peakOf = ({ processes }: Server) => Math.max(...processes.map(({ pid }) => peakBytes(pid)));
  const save = (server: Server, file: string) =>
    etcdctl(binaries, [
      '--endpoints',
      server.endpoints[0] ?? '',
      '--user',
      `${ROOT.name}:${ROOT.password}`,
      'snapshot',
      'save',
      file,
    ]);
  const describe = async (file: string) => {
    const {
      hash: _,
      totalSize: __,
      ...rest
    } = JSON.parse(await etcdctl(binaries, ['snapshot', 'status', file, '-w', 'json']));
    return rest as unknown;
  };
  const [ourFile, etcdFile] = [path.join(folder.path, 'ours.db'), path.join(folder.path, 'etcd.db')];
  const stations: Station[] = [];
  let revisions: readonly number[] = [];
  const look = async (name: string, server: Server) => {
    for (const [i, endpoint] of server.endpoints.entries())
      stations.push({ name: `${name}, member ${i + 1}`, facts: await factsOf(endpoint, revisions) });
  };

  const ours = await startOurs(at('ours'));
  let giving = 0;
  let saveMs = 0;
  try {
    await fillStore(ours.endpoints, keys);
    const last = await revisionOf(ours.endpoints[0] ?? '');
    revisions = [1, Math.floor(last / 2), ...[0.9, 0.95, 0.99].map((part) => Math.floor(last * part)), last, last + 1];
    await look('ours', ours);
    const since = performance.now();
    await save(ours, ourFile);
    saveMs = performance.now() - since;
    giving = peakOf(ours);
  } finally {
    await ours.stop();
  }

  const etcd = await startEtcdFrom(binaries, at('etcd'), ourFile);
  try {
    await look('etcd', etcd);
    await save(etcd, etcdFile);
  } finally {
    await etcd.stop();
  }

  const since = performance.now();
  const again = await startOurs(at('again'), etcdFile);
  try {
    const restoreAndStart = performance.now() - since;
    const started = peakOf(again);
    await look('ours again', again);
    return {
      stations,
      described: [await describe(ourFile), await describe(etcdFile)],
      snapshotFromEtcd: etcdFile,
      peaks: { giving, restoring: again.restorePeak, started },
      times: { save: saveMs, restoreAndStart },
    };
  } finally {
    await again.stop();
  }
}
