/**
 * Starts the console's core in this process and makes it reachable for route handlers (current.ts). Called by
 * server/main.ts before Next serves; waits for no store.
 */
import type { StoreSummary } from '../../lib/api/types.ts';
import { GrpcCode } from '../../lib/base/grpc-status.ts';
import { type EtcdEngineOptions, openEtcdEngine } from '../engines/etcd/engine.ts';
import type { Console, Health } from './console.ts';
import { setCurrentConsole } from './current.ts';
import { ConsoleError } from './errors.ts';
import { StoreSession } from './store-session.ts';

/** A health probe that takes longer has its answer. */
const HEALTH_TIMEOUT_MS = 2_000;

export interface StoreOptions extends EtcdEngineOptions {
  readonly id: string;
  readonly label: string;
  readonly kind: StoreSummary['kind'];
  readonly readOnly: boolean;
}

export interface ConsoleOptions {
  readonly stores: readonly StoreOptions[];
}

/** @throws when a TLS file cannot be read; never because a store is unreachable */
export async function startConsole(options: ConsoleOptions): Promise<Console> {
  const sessions = new Map<string, StoreSession>();
  for (const { id, label, kind, endpoints, readOnly, tls, auth } of options.stores) {
    const engine = openEtcdEngine({ endpoints, tls, auth });
    sessions.set(id, new StoreSession({ id, label, kind, endpoints, readOnly }, engine));
  }
  for (const session of sessions.values()) session.start();
  const running: Console = {
    stores: () => [...sessions.values()].map((session) => session.summary),
    store: (id) => {
      const session = sessions.get(id);
      if (session !== undefined) return session;
      const known = [...sessions.keys()].join(', ');
      throw new ConsoleError(GrpcCode.NOT_FOUND, `there is no store "${id}"; this console has: ${known}`, {
        store: id,
      });
    },
    health: () => healthOf(sessions),
    close: async () => {
      setCurrentConsole(undefined);
      for (const session of sessions.values()) session.close();
    },
  };
  setCurrentConsole(running);
  return running;
}

/** One store that answers is enough: a console of many must not be taken down for one of them. */
async function healthOf(sessions: ReadonlyMap<string, StoreSession>): Promise<Health> {
  const signal = AbortSignal.timeout(HEALTH_TIMEOUT_MS);
  const stores = await Promise.all(
    [...sessions].map(async ([id, session]) => {
      const reason = await session.health(signal);
      return { id, ok: reason === null, reason };
    }),
  );
  const isOk = stores.some((store) => store.ok);
  const reason = isOk ? null : stores.map((store) => `${store.id}: ${store.reason}`).join('; ');
  return { status: isOk ? 'ok' : 'unavailable', reason, stores };
}
