/** Identity and first log entries of a new cluster, as etcd computes them, so that both agree on who is who. Pure. */
import { createHash } from 'node:crypto';
import { type ClusterId, clusterId, logIndex, type MemberId, memberId, term } from '../../../lib/base/brand.ts';
import { utf8Encode } from '../../../lib/base/bytes.ts';
import { ConfChangeType, RaftConfChange } from '../../../lib/base/etcdpb/raft.ts';
import { encodeMemberJson } from '../apply/member-json.ts';
import { type ConfState, ENTRY_CONF_CHANGE, type Entry } from '../raft/types.ts';

export interface InitialMember {
  readonly name: string;
  readonly peerUrls: readonly string[];
}

export interface IdentifiedMember extends InitialMember {
  readonly id: MemberId;
}

const first8 = (data: Uint8Array): bigint => createHash('sha1').update(data).digest().readBigUInt64BE(0);

/** First 8 bytes of SHA-1 over the sorted peer URLs, joined, and the cluster token (etcd's computeMemberId). */
export function computeMemberId(peerUrls: readonly string[], token: string): MemberId {
  return memberId(first8(utf8Encode([...peerUrls].sort().join('') + token)));
}

/** First 8 bytes of SHA-1 over the sorted member ids, big endian (etcd's genID). */
function computeClusterId(members: readonly MemberId[]): ClusterId {
  const sorted = [...members].sort((a, b) => (a < b ? -1 : 1));
  const bytes = Buffer.alloc(8 * sorted.length);
  for (const [i, id] of sorted.entries()) bytes.writeBigUInt64BE(id, 8 * i);
  return clusterId(first8(bytes));
}

export interface InitialCluster {
  readonly clusterId: ClusterId;
  /** By ascending id: every member writes the same first entries. */
  readonly members: readonly IdentifiedMember[];
}

export function identifyCluster(members: readonly InitialMember[], token: string): InitialCluster {
  const identified = members.map((member) => ({ ...member, id: computeMemberId(member.peerUrls, token) }));
  identified.sort((a, b) => (a.id < b.id ? -1 : 1));
  return { clusterId: computeClusterId(identified.map((member) => member.id)), members: identified };
}

/** The first entries of every member's log: one addition per member, in term 1, committed from the start. */
export function bootstrapEntries(cluster: InitialCluster): Entry[] {
  return cluster.members.map(({ id, name, peerUrls }, i) => {
    const member = { id, name, peerUrls, clientUrls: [], isLearner: false };
    const context = utf8Encode(encodeMemberJson({ member, isPromote: false }));
    const data = RaftConfChange.encode({ type: ConfChangeType.ADD_NODE, nodeId: id, context });
    return { term: term(1), index: logIndex(i + 1), type: ENTRY_CONF_CHANGE, data };
  });
}

/** The configuration that the additions at the head of a log make. */
export function bootstrapConfState(entries: readonly Entry[]): ConfState {
  const voters: MemberId[] = [];
  for (const [i, entry] of entries.entries()) {
    if (entry.type !== ENTRY_CONF_CHANGE || entry.index !== i + 1) break;
    const change = RaftConfChange.decode(entry.data);
    if (change.type !== ConfChangeType.ADD_NODE) break;
    voters.push(memberId(change.nodeId));
  }
  return { voters, learners: [], votersOutgoing: [], learnersNext: [], autoLeave: false };
}
