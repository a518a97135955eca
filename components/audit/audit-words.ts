/** The audit trail in words. */
import type { AuditEntry } from '../../lib/api/audit.ts';
import type { Tone } from '../ui/badge.tsx';
import type { MarkShape } from '../ui/marks.tsx';

const ACTIONS: Readonly<Record<string, string>> = {
  'key.create': 'create key',
  'key.put': 'change key',
  'key.delete': 'delete',
  'lease.grant': 'grant lease',
  'lease.revoke': 'revoke lease',
  'group.release': 'release holder',
  'access.addUser': 'add user',
  'access.setPassword': 'set password of',
  'access.deleteUser': 'delete user',
  'access.grantRole': 'grant role to',
  'access.revokeRole': 'revoke role of',
  'access.addRole': 'add role',
  'access.deleteRole': 'delete role',
  'access.grantPermission': 'grant permission to',
  'access.revokePermission': 'revoke permission of',
  'access.enable': 'turn authentication on',
  'access.disable': 'turn authentication off',
  'cluster.moveLeader': 'move leader to',
  'cluster.defragment': 'defragment',
  'cluster.compact': 'compact below',
  'cluster.disarm': 'clear alarm of',
  'cluster.addMember': 'add member',
  'cluster.promoteMember': 'promote member',
  'cluster.removeMember': 'remove member',
  'cluster.updateMember': 're-address member',
  'cluster.snapshot': 'download from',
  'cluster.drill.pause': 'drill: pause',
  'cluster.drill.kill': 'drill: kill',
  'cluster.drill.isolate': 'drill: cut off',
  'cluster.drill.slowDisk': 'drill: slow disk of',
  'cluster.heal': 'heal drill on',
};

/** "change key"; the action's own name where there is no word for it. */
export const actionWords = (action: string): string => ACTIONS[action] ?? action.replaceAll('.', ' ');

interface ResultWords {
  readonly word: string;
  readonly tone: Tone;
  readonly shape?: MarkShape;
  readonly meaning: string;
}

const RESULTS: Readonly<Record<AuditEntry['result'], ResultWords>> = {
  done: { word: 'done', tone: 'good', meaning: 'It happened, at the revision named.' },
  refused: { word: 'refused', tone: 'risk', meaning: 'It was not done, and nothing was changed.' },
  failed: { word: 'failed', tone: 'bad', meaning: 'The store could not be asked; nothing was changed.' },
  unknown: { word: 'unknown', tone: 'stale', meaning: 'It may or may not have happened: the answer was lost.' },
  pending: {
    word: 'no result',
    tone: 'stale',
    meaning: 'It was begun and no result was written: it is under way, or the console ended in between.',
  },
};

export const resultWords = (result: AuditEntry['result']): ResultWords => RESULTS[result];

export const RESULT_ORDER: readonly AuditEntry['result'][] = ['done', 'refused', 'failed', 'unknown', 'pending'];
