/** The buckets of etcd's database, and what their keys are called; since 3.4. What stands in them: server/store/snapshot-file/schema.ts. */

export const Bucket = {
  KEY: 'key',
  META: 'meta',
  LEASE: 'lease',
  ALARM: 'alarm',
  AUTH: 'auth',
  AUTH_USERS: 'authUsers',
  AUTH_ROLES: 'authRoles',
  MEMBERS: 'members',
  MEMBERS_REMOVED: 'members_removed',
  CLUSTER: 'cluster',
} as const;

export const MetaKey = {
  CONF_STATE: 'confState',
  CONSISTENT_INDEX: 'consistent_index',
  FINISHED_COMPACTION: 'finishedCompactRev',
  SCHEDULED_COMPACTION: 'scheduledCompactRev',
  TERM: 'term',
} as const;

export const AuthKey = { ENABLED: 'authEnabled', REVISION: 'authRevision' } as const;
export const CLUSTER_VERSION_KEY = 'clusterVersion';

/** Undefined when these are not 8 bytes, or more than counts anything that exists. */
export function readCounter(bytes: Uint8Array | undefined): number | undefined {
  return bytes?.length === 8 ? counterAt(bytes, 0) : undefined;
}

/** The eight bytes from `at` on, which must be there: big endian. Undefined: more than counts anything that exists. */
export function counterAt(bytes: Uint8Array, at: number): number | undefined {
  let high = 0;
  let low = 0;
  for (let i = 0; i < 4; i++) {
    high = high * 256 + (bytes[at + i] as number);
    low = low * 256 + (bytes[at + 4 + i] as number);
  }
  return high < 2 ** 21 ? high * 2 ** 32 + low : undefined;
}
