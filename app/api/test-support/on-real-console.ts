/** Tests of routes over a console on a real etcd server that lives as long as they do; skipped by name where there is no etcd. */
import { afterAll, beforeAll, describe } from 'vitest';
import { type Client, connect } from '../../../lib/client/index.ts';
import {
  canStartRealConsole,
  type RealConsole,
  startRealConsole,
} from '../../../server/console/test-support/real-console.ts';

/** `direct`: the store itself, past the console; there while the tests run. */
export function describeOnRealConsole(name: string, tests: (direct: () => Client) => void): void {
  describe.runIf(canStartRealConsole())(name, () => {
    let real: RealConsole | undefined;
    let client: Client | undefined;
    beforeAll(async () => {
      real = await startRealConsole();
    });
    afterAll(async () => {
      client?.close();
      await real?.stop();
    });
    tests(() => {
      client ??= connect({ endpoints: [real?.endpoint ?? ''] });
      return client;
    });
  });
}
