/** Answers about keys; shapes of lib/api/types.ts. */
import { z } from 'zod';
import { lease } from './lease-response-schemas.ts';
import { bytes, hexId, int, named, time } from './response-parts.ts';

const keyMetaShape = {
  key: bytes,
  createRevision: int,
  modRevision: int,
  version: int,
  lease: hexId.nullable(),
  valueBytes: z.int(),
};

export const keyMeta = named('KeyMeta', keyMetaShape);

const keyWithValue = named('Key', { ...keyMetaShape, value: bytes });

const treeNode = named('TreeNode', {
  path: bytes,
  name: bytes,
  key: keyMeta.nullable(),
  folder: z.strictObject({ path: bytes, keys: z.int(), bytes: z.int() }).nullable(),
});

export const childrenPage = named('ChildrenPage', {
  prefix: bytes,
  revision: int,
  total: z.int(),
  offset: z.int(),
  nodes: z.array(treeNode),
  source: z.enum(['live', 'memory', 'store']),
});

export const searchPage = named('SearchPage', {
  query: z.string(),
  revision: int,
  searchedKeys: z.int(),
  totalKeys: z.int(),
  complete: z.boolean(),
  keys: z.array(keyMeta),
});

export const keyDetail = named('KeyDetail', {
  kv: keyWithValue.nullable(),
  revision: int,
  source: z.enum(['linearizable', 'history', 'memory']),
  lease: lease.nullable(),
});

const keyVersion = named('KeyVersion', {
  modRevision: int,
  createRevision: int,
  version: int,
  type: z.enum(['put', 'delete']),
  value: bytes.nullable(),
  valueBytes: z.int(),
  lease: hexId.nullable(),
  at: time.nullable(),
  by: z.string().nullable(),
});

export const keyHistory = named('KeyHistory', {
  key: bytes,
  versions: z.array(keyVersion),
  reachesCompaction: z.boolean(),
  compacted: int,
  more: z.boolean(),
  nextBefore: int.nullable(),
});

export const writeResult = named('WriteResult', { revision: int, kv: keyMeta.nullable() });

const deleteTarget = named('DeleteTarget', { key: bytes.exactOptional(), prefix: bytes.exactOptional() });

export const deletePreview = named('DeletePreview', {
  target: deleteTarget,
  revision: int,
  keys: z.int(),
  bytes: z.int(),
  sample: z.array(keyMeta),
  leasedKeys: z.int(),
  leases: z.array(hexId),
});

export const watchers = named('Watchers', {
  watchers: z.int().nullable(),
  slow: z.int().nullable(),
  members: z.int(),
  answered: z.int(),
});

export const deleteResult = named('DeleteResult', { revision: int, deleted: z.int() });
