/** Turns authentication on in a real etcd, with root (password "root") and one user per role, for tests. */
import { credentials } from '@grpc/grpc-js';
import { utf8Encode } from '../../../../lib/base/bytes.ts';
import { methods } from '../../../../lib/base/etcdpb/methods.ts';
import type { Permission } from '../../engine.ts';
import { Meter } from '../meter.ts';
import { EndpointPool } from '../pool.ts';

const TYPES = { read: 0, write: 1, readwrite: 2 } as const;

export interface TestUser {
  readonly user: string;
  readonly password: string;
  /** key and end as text. */
  readonly may: readonly (readonly [Permission['type'], string, string])[];
}

export async function enableUsers(addresses: readonly string[], users: readonly TestUser[]): Promise<void> {
  const pool = new EndpointPool({
    addresses,
    credentials: credentials.createInsecure(),
    login: null,
    standings: new Map(),
    meter: new Meter(),
  });
  try {
    await pool.call(methods.userAdd, { name: 'root', password: 'root' });
    await pool.call(methods.roleAdd, { name: 'root' });
    await pool.call(methods.userGrantRole, { user: 'root', role: 'root' });
    for (const { user, password, may } of users) {
      await pool.call(methods.userAdd, { name: user, password });
      await pool.call(methods.roleAdd, { name: `role-${user}` });
      for (const [type, key, end] of may) {
        const perm = { permType: TYPES[type], key: utf8Encode(key), rangeEnd: utf8Encode(end) };
        await pool.call(methods.roleGrantPermission, { name: `role-${user}`, perm });
      }
      await pool.call(methods.userGrantRole, { user, role: `role-${user}` });
    }
    await pool.call(methods.authEnable, {});
  } finally {
    pool.close();
  }
}
