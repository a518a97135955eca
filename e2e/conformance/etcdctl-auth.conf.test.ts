/** etcdctl's commands about users, roles and authentication against our three members and three of the real etcd. */
import { afterAll, beforeAll, test } from 'vitest';
import { withEtcd } from './harness/differential.ts';
import { Etcdctl, type Step } from './harness/etcdctl.ts';
import { type Pair, startPair } from './harness/pair.ts';

const START_TIMEOUT_MS = 60_000;

/** Through one member, so that errors come from one. */
const step = (text: string, input?: string): Step => ({
  args: text.split(' '),
  endpoints: 'first',
  ...(input === undefined ? {} : { input }),
});
const steps = (...texts: readonly string[]): readonly Step[] => texts.map((text) => step(text));

/** In order: the first ones make what the later ones use. */
const SEQUENCES: Readonly<Record<string, readonly Step[]>> = {
  'users and roles while authentication is off': [
    ...steps('user add root:r', 'user add alice:a', 'user add alice:a', 'user add cert --no-password'),
    step('user add bob --interactive=false', 'b\n'),
    ...steps('user list', 'user get alice', 'user get nobody', 'role add dev', 'role add dev', 'role list'),
    ...steps('user grant-role alice dev', 'user grant-role alice nope', 'user get alice', 'user grant-role root root'),
  ],
  'permissions and how they are shown': steps(
    'role grant-permission dev readwrite app/ --prefix',
    'role grant-permission dev read a b',
    'role grant-permission dev write z --from-key',
    'role grant-permission dev read single',
    'role grant-permission nope read x',
    'role get dev',
    'role get dev -w json',
    'role revoke-permission dev a b',
    'role revoke-permission dev a b',
    'role revoke-permission dev z --from-key',
    'role get dev',
    'user get alice --detail',
  ),
  'turning on, and what users may do': [
    ...steps('auth enable', 'put app/k v', '--user root:r put app/k v', '--user alice:a put app/k w'),
    ...steps('--user alice:a get app/ --prefix', '--user alice:a put other v', '--user alice:a get other'),
    ...steps('--user alice:wrong get app/k', '--user nobody:x get app/k', '--user cert:x get app/k', 'get app/k'),
    ...steps('--user alice:a del app/k --prev-kv', '--user alice:a user list', '--user alice:a user get alice'),
    ...steps('--user alice:a user get root', '--user alice:a role get dev', '--user alice:a role list'),
    ...steps('--user alice:a auth disable', '--user root:r user list', '--user root:r role list'),
    step('--user alice:a txn', 'version("app/k") = "0"\n\nput app/k 1\n\nput other 2\n\n'),
    step('--user alice:a txn', 'version("app/k") = "0"\n\nput app/k 1\n\nput app/l 2\n\n'),
    ...steps('--user alice:a lock app/lock echo held', '--user alice:a lock other echo held'),
  ],
  'root stays root, and passwords change': [
    ...steps('--user root:r user delete root', '--user root:r user revoke-role root root'),
    step('--user root:r user passwd alice --interactive=false', 'new\n'),
    ...steps('--user alice:a get app/k', '--user alice:new get app/k', '--user root:r user revoke-role alice dev'),
    ...steps('--user alice:new get app/k', '--user root:r role delete dev', '--user root:r role delete dev'),
    ...steps('--user root:r user delete bob', '--user root:r user delete bob', '--user root:r user list'),
  ],
  'turning off': steps('--user root:r auth disable', 'put anything v', '--user root:r get anything', 'user list'),
};

withEtcd('etcdctl user, role and auth', (binaries) => {
  const etcdctl = new Etcdctl(binaries);
  let pair: Pair;
  beforeAll(async () => {
    pair = await startPair(binaries, { memberCount: 3, flags: ['--bcrypt-cost', '4'] });
  }, START_TIMEOUT_MS);
  afterAll(() => pair?.stop());

  test.each(Object.entries(SEQUENCES))('%s', (_, sequence) => etcdctl.expectSame(pair, sequence));
});
