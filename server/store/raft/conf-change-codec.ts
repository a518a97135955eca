/**
 * Configuration changes as they stand in the log: raftpb.ConfChange and raftpb.ConfChangeV2. The core reads them to refuse
 * what could not be applied, and writes one itself: the empty V2 change that leaves a joint configuration.
 */
import { memberId } from '../../../lib/base/brand.ts';
import { EMPTY_BYTES } from '../../../lib/base/bytes.ts';
import {
  ConfChangeTransition,
  ConfChangeType,
  RaftConfChange,
  RaftConfChangeV2,
} from '../../../lib/base/etcdpb/raft.ts';
import { WireError } from '../../../lib/base/protobuf/reader.ts';
import { err, ok, type Result } from '../../../lib/base/result.ts';
import {
  type ConfChange,
  ENTRY_CONF_CHANGE,
  ENTRY_CONF_CHANGE_V2,
  ENTRY_NORMAL,
  type EntryType,
  type ProposedEntry,
} from './types.ts';

type SingleChange = ConfChange['changes'][number];

const TYPE_NUMBERS: Readonly<Record<SingleChange['type'], number>> = {
  addVoter: ConfChangeType.ADD_NODE,
  remove: ConfChangeType.REMOVE_NODE,
  update: ConfChangeType.UPDATE_NODE,
  addLearner: ConfChangeType.ADD_LEARNER_NODE,
};
const TRANSITION_NUMBERS: Readonly<Record<ConfChange['transition'], number>> = {
  auto: ConfChangeTransition.AUTO,
  jointImplicit: ConfChangeTransition.JOINT_IMPLICIT,
  jointExplicit: ConfChangeTransition.JOINT_EXPLICIT,
};

/** The entry that, once applied, leaves a joint configuration. */
export const LEAVE_JOINT_ENTRY: ProposedEntry = { type: ENTRY_CONF_CHANGE_V2, data: EMPTY_BYTES };

export const isConfChangeType = (type: EntryType): boolean => type !== ENTRY_NORMAL;

/** Encodes `change` as raftpb.ConfChangeV2. `context` travels with it, opaque to the core. */
export function encodeConfChange(change: ConfChange, context: Uint8Array = EMPTY_BYTES): ProposedEntry {
  const data = RaftConfChangeV2.encode({
    transition: TRANSITION_NUMBERS[change.transition],
    changes: change.changes.map(({ type, id }) => ({ type: TYPE_NUMBERS[type], nodeId: id })),
    ...(context.length > 0 ? { context } : {}),
  });
  return { type: ENTRY_CONF_CHANGE_V2, data };
}

/** Decodes the data of a configuration change entry of either kind. The error names what is wrong with it. */
export function decodeConfChange(entry: Pick<ProposedEntry, 'type' | 'data'>): Result<ConfChange, string> {
  try {
    return entry.type === ENTRY_CONF_CHANGE ? decodeV1(entry.data) : decodeV2(entry.data);
  } catch (error) {
    if (error instanceof WireError) return err(error.message);
    throw error;
  }
}

function decodeV1(data: Uint8Array): Result<ConfChange, string> {
  const { type, nodeId } = RaftConfChange.decode(data);
  const single = decodeSingle(type, nodeId);
  return single === undefined ? unknownType(type) : ok({ transition: 'auto', changes: [single] });
}

function decodeV2(data: Uint8Array): Result<ConfChange, string> {
  const { transition, changes } = RaftConfChangeV2.decode(data);
  const name = nameOf(TRANSITION_NUMBERS, transition);
  if (name === undefined) return err(`unknown transition ${transition}`);
  const singles: SingleChange[] = [];
  for (const { type, nodeId } of changes) {
    const single = decodeSingle(type, nodeId);
    if (single === undefined) return unknownType(type);
    singles.push(single);
  }
  return ok({ transition: name, changes: singles });
}

function decodeSingle(type: number, nodeId: bigint): SingleChange | undefined {
  const name = nameOf(TYPE_NUMBERS, type);
  return name === undefined ? undefined : { type: name, id: memberId(nodeId) };
}

const unknownType = (type: number): Result<never, string> => err(`unknown configuration change type ${type}`);

function nameOf<Name extends string>(numbers: Readonly<Record<Name, number>>, wanted: number): Name | undefined {
  for (const name in numbers) if (numbers[name] === wanted) return name;
  return undefined;
}
