/** A console on a real etcd server, for tests of routes: store "main", and the same one read-only as "guarded". */

import { freePorts } from '../../../e2e/fixtures/ports.ts';
import type { Credentials } from '../../engines/engine.ts';
import {
  BUNDLED_MEMBER,
  hasRealEtcd,
  type RealEtcd,
  startRealEtcd,
} from '../../engines/etcd/test-support/real-etcd.ts';
import { enableUsers, type TestUser } from '../../engines/etcd/test-support/users.ts';
import { type ConsoleOptions, startConsole } from '../boot.ts';

/** Without one, tests that need it are skipped by name. */
export type { TestUser };

export const canStartRealConsole = hasRealEtcd;

export interface RealConsole {
  /** The etcd server's own address, for what the console cannot do. */
  readonly endpoint: string;
  /** The servers themselves. */
  readonly etcd: RealEtcd;
  freePorts(count: number): Promise<number[]>;
  /** Authentication is turned on by another program: the console is not told. */
  enableUsers(users: readonly TestUser[]): Promise<void>;
  stop(): Promise<void>;
}

export async function startRealConsole(
  members = 1,
  { isBundled = false, flags = [] }: { readonly isBundled?: boolean; readonly flags?: readonly string[] } = {},
): Promise<RealConsole> {
  const etcd = await startRealEtcd(members, flags, isBundled ? BUNDLED_MEMBER : undefined);
  const store = {
    label: 'main',
    colour: null,
    kind: 'external',
    endpoints: etcd.endpoints,
    tls: null,
    auth: null,
  } as const;
  const running = await startConsole({
    stores: [
      { ...store, id: 'main', readOnly: false },
      { ...store, id: 'guarded', readOnly: true },
    ],
  });
  return {
    endpoint: etcd.endpoints[0] ?? '',
    etcd,
    freePorts,
    enableUsers: (users) => enableUsers(etcd.endpoints, users),
    stop: async () => {
      await running.close();
      await etcd.stop();
    },
  };
}

/** The store "main" with authentication on, and the same one read-only as "guarded": root (password "root") and these users. */
export async function startRealConsoleWithUsers(
  users: readonly TestUser[],
  {
    isBundled = false,
    account = null,
    ...more
  }: Pick<ConsoleOptions, 'flagOrigins' | 'metricsToken'> & {
    readonly isBundled?: boolean;
    /** The console's own; null: it has none. */
    readonly account?: Credentials | null;
  } = {},
): Promise<RealConsole> {
  const etcd = await startRealEtcd(1, [], isBundled ? BUNDLED_MEMBER : undefined);
  await enableUsers(etcd.endpoints, users);
  const { endpoints } = etcd;
  const store = { label: 'main', colour: null, kind: 'external', endpoints, tls: null, auth: account } as const;
  const running = await startConsole({
    stores: [
      { ...store, id: 'main', readOnly: false },
      { ...store, id: 'guarded', readOnly: true },
    ],
    ...more,
  });
  return {
    endpoint: endpoints[0] ?? '',
    etcd,
    freePorts,
    enableUsers: () => Promise.reject(new Error('they are there already')),
    stop: async () => {
      await running.close();
      await etcd.stop();
    },
  };
}
