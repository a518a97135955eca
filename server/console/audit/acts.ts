/** The changes an operator can ask for, as the audit trail calls them. */

import type { ReleaseBody } from '../../../lib/api/coordination-types.ts';
import type { DeleteBody, LeaseGrantBody, LeaseRevokeBody, PutBody, WireHexId } from '../../../lib/api/types.ts';
import { wireLength } from '../../../lib/keys/wire-bytes.ts';
import type { Plan } from '../bulk/plan.ts';
import type { Act } from './trail.ts';

const counted = (count: number, one: string): string => `${count} ${one}${count === 1 ? '' : 's'}`;

export function putAct({ key, value, expectModRevision, lease }: PutBody): Act {
  const isNew = expectModRevision === '0';
  const kept = isNew ? 'no lease' : 'lease kept';
  const leaseNote = lease.mode === 'attach' ? `lease ${lease.id}` : lease.mode === 'keep' ? kept : 'no lease';
  return {
    action: isNew ? 'key.create' : 'key.put',
    targetKind: 'key',
    target: key,
    guard: isNew ? 'the key does not exist' : `the key stands at revision ${expectModRevision}`,
    note: `${counted(wireLength(value), 'byte')}, ${leaseNote}`,
  };
}

export function deleteAct({ target, expectRevision, expectKeys }: DeleteBody): Act {
  return {
    action: 'key.delete',
    targetKind: target.key === undefined ? 'prefix' : 'key',
    target: target.key ?? target.prefix ?? '',
    guard: `nothing there changed after revision ${expectRevision}`,
    note: `${counted(expectKeys, 'key')} shown`,
  };
}

export const bulkAct = ({ kind, title, asOf, units }: Plan): Act => ({
  action: `keys.${kind}`,
  targetKind: 'prefix',
  target: null,
  guard: `each key stands as at revision ${asOf}`,
  note: `${title}: ${units.length} ${units.length === 1 ? 'key' : 'keys'} planned`,
});

export const grantAct = ({ ttlSeconds, id }: LeaseGrantBody): Act => ({
  action: 'lease.grant',
  targetKind: 'lease',
  target: id ?? null,
  guard: id === undefined ? null : 'the id is free',
  note: `${ttlSeconds} s`,
});

export const revokeAct = (id: WireHexId, { expectKeys }: LeaseRevokeBody): Act => ({
  action: 'lease.revoke',
  targetKind: 'lease',
  target: id,
  guard: `it holds the ${counted(expectKeys.length, 'key')} shown`,
  note: null,
});

export const releaseAct = ({ key, expectCreateRevision }: ReleaseBody): Act => ({
  action: 'group.release',
  targetKind: 'key',
  target: key,
  guard: `the key was created at revision ${expectCreateRevision}`,
  note: null,
});
