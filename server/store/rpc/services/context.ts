/** What every service works with, and the response headers as etcd fills them (§5 of the protocol reference). */
import { assert } from '../../../../lib/base/assert.ts';
import type { ResponseHeader } from '../../../../lib/base/etcdpb/kv.ts';
import type { ApplyResponse } from '../../apply/types.ts';
import type { StoreMember } from '../../member/types.ts';
import type { Clock } from '../../ports/clock.ts';

export interface ServiceContext {
  readonly member: StoreMember;
  readonly clock: Clock;
  readonly random: () => number;
  /** `--max-request-bytes` + RECEIVE_OVERHEAD_BYTES: also where a fragmented watch response is cut. */
  readonly receiveBytesMax: number;
  readonly txnOpsMax: number;
  readonly quotaBytes: number;
  readonly electionTimeoutMs: number;
  readonly progressNotifyIntervalMs: number;
}

/** The header of a response whose revision is not the current one. */
export function headerAt(member: StoreMember, revision: number): ResponseHeader {
  const { clusterId, memberId, raftTerm } = member.header();
  return { clusterId, memberId, revision, raftTerm };
}

/** Narrows what propose() answered to the kind that was asked for. */
export function applied<K extends ApplyResponse['kind']>(
  response: ApplyResponse,
  kind: K,
): Extract<ApplyResponse, { kind: K }> {
  assert(response.kind === kind, `applied a ${kind}, got the response of a ${response.kind}`);
  return response as Extract<ApplyResponse, { kind: K }>;
}
