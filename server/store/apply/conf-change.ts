/** Configuration change entries: raftpb.ConfChange and ConfChangeV2 with etcd's Member JSON as context. */
import { AssertionError, assert } from '../../../lib/base/assert.ts';
import { type MemberId, memberId } from '../../../lib/base/brand.ts';
import { utf8Decode } from '../../../lib/base/bytes.ts';
import {
  ConfChangeTransition,
  ConfChangeType,
  EntryType,
  RaftConfChange,
  RaftConfChangeV2,
} from '../../../lib/base/etcdpb/raft.ts';
import type { ConfChange, Entry } from '../raft/types.ts';
import { decodeMemberJson, type MemberContext } from './member-json.ts';

type ChangeType = ConfChange['changes'][number]['type'];

export interface DecodedConfChange {
  readonly requestId: bigint;
  readonly change: ConfChange;
  /** Describes the member named in it; absent for removals and for leaving a joint configuration. */
  readonly context: MemberContext | undefined;
}

/** @throws AssertionError when a committed entry cannot be read: going on would fork this member's membership. */
export function decodeConfChange(entry: Entry): DecodedConfChange {
  assert(entry.type !== EntryType.NORMAL, `entry ${entry.index} is no configuration change`);
  try {
    return entry.type === EntryType.CONF_CHANGE ? decodeV1(entry.data) : decodeV2(entry.data);
  } catch (cause) {
    throw new AssertionError(`configuration change at index ${entry.index} cannot be read: ${cause}`, { cause });
  }
}

function decodeV1(data: Uint8Array): DecodedConfChange {
  const { id, type, nodeId, context } = RaftConfChange.decode(data);
  return {
    requestId: id,
    change: { transition: 'auto', changes: [{ type: changeType(type), id: memberId(nodeId) }] },
    context: decodeContext(context),
  };
}

function decodeV2(data: Uint8Array): DecodedConfChange {
  const { transition, changes, context } = RaftConfChangeV2.decode(data);
  return {
    requestId: 0n,
    change: {
      transition: transitionOf(transition),
      changes: changes.map(({ type, nodeId }) => ({ type: changeType(type), id: memberId(nodeId) })),
    },
    context: decodeContext(context),
  };
}

function decodeContext(context: Uint8Array | undefined): MemberContext | undefined {
  if (context === undefined || context.length === 0) return undefined;
  return decodeMemberJson(utf8Decode(context) ?? '');
}

function changeType(type: number): ChangeType {
  if (type === ConfChangeType.ADD_NODE) return 'addVoter';
  if (type === ConfChangeType.REMOVE_NODE) return 'remove';
  if (type === ConfChangeType.UPDATE_NODE) return 'update';
  if (type === ConfChangeType.ADD_LEARNER_NODE) return 'addLearner';
  throw new RangeError(`configuration change of unknown type ${type}`);
}

function transitionOf(transition: number): ConfChange['transition'] {
  if (transition === ConfChangeTransition.AUTO) return 'auto';
  if (transition === ConfChangeTransition.JOINT_IMPLICIT) return 'jointImplicit';
  if (transition === ConfChangeTransition.JOINT_EXPLICIT) return 'jointExplicit';
  throw new RangeError(`configuration change with unknown transition ${transition}`);
}

/** A change that alters nothing: what the Raft core gets in place of one that membership refuses (as etcd does). */
export const NO_CHANGE: ConfChange = {
  transition: 'auto',
  changes: [{ type: 'update', id: memberId(0n) as MemberId }],
};
