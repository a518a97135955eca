/** The two stores of a comparison, started alike: same number of members, same flags, both fresh at revision 1. */
import path from 'node:path';
import type { EtcdBinaries } from './etcd-binary.ts';
import { launchStore, type SecureAccess, type Store } from './store.ts';

export interface Pair {
  readonly ours: Store;
  readonly etcd: Store;
  stop(): Promise<void>;
}

export interface PairOptions {
  readonly memberCount: 1 | 3;
  /** Flags both sides get. */
  readonly flags?: readonly string[];
  /** Both speak TLS, with these files for clients; `flags` say the rest. */
  readonly secure?: Partial<SecureAccess>;
}

const MEMBER_SCRIPT = path.resolve(import.meta.dirname, '../../../server/store/main.ts');

export async function startPair(binaries: EtcdBinaries, options: PairOptions): Promise<Pair> {
  const { memberCount, flags = [], secure } = options;
  const [ours, etcd] = await Promise.allSettled([
    launchStore({
      name: 'ours',
      command: process.execPath,
      leadingArgs: [MEMBER_SCRIPT],
      trailingArgs: flags,
      ...{ memberCount, secure },
    }),
    launchStore({
      name: 'etcd',
      command: binaries.server,
      leadingArgs: ['--log-level', 'error'],
      trailingArgs: flags,
      ...{ memberCount, secure },
    }),
  ]);
  if (ours.status === 'fulfilled' && etcd.status === 'fulfilled') {
    return {
      ours: ours.value,
      etcd: etcd.value,
      stop: async () => {
        await Promise.all([ours.value.stop(), etcd.value.stop()]);
      },
    };
  }
  for (const side of [ours, etcd]) if (side.status === 'fulfilled') await side.value.stop();
  throw ours.status === 'rejected' ? ours.reason : (etcd as PromiseRejectedResult).reason;
}
