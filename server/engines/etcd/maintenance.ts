/** Services Maintenance and Cluster of etcd: what changes the cluster itself. Each call is sent once. */
import { AlarmAction, AlarmType } from '../../../lib/base/etcdpb/cluster.ts';
import { methods } from '../../../lib/base/etcdpb/methods.ts';
import { GrpcCode } from '../../../lib/base/grpc-status.ts';
import { EngineError, type MaintenanceCapability } from '../engine.ts';
import type { EndpointPool } from './pool.ts';

/** The old leader waits for the new one to catch up; etcd itself gives up after its election timeout and some. */
const MOVE_TIMEOUT_MS = 10_000;
/** Rewrites the whole backend file of an etcd server: gigabytes take minutes. */
const DEFRAGMENT_TIMEOUT_MS = 10 * 60_000;
/** Reads every revision the member holds. */
const HASH_TIMEOUT_MS = 60_000;

export function maintenanceOf(pool: EndpointPool): MaintenanceCapability {
  return {
    async moveLeader(leaderEndpoint, to) {
      const options = { timeoutMs: MOVE_TIMEOUT_MS };
      await pool.callAt(pool.endpoint(leaderEndpoint), methods.moveLeader, { targetId: to }, options);
    },
    async defragment(endpoint) {
      const options = { timeoutMs: DEFRAGMENT_TIMEOUT_MS };
      await pool.callAt(pool.endpoint(endpoint), methods.defragment, {}, options);
    },
    async compact(revision) {
      await pool.call(methods.compact, { revision });
    },
    async disarm(member, alarm) {
      const request = { action: AlarmAction.DEACTIVATE, memberId: member, alarm: AlarmType[alarm] };
      await pool.call(methods.alarm, request);
    },
    async hash(endpoint, revision) {
      const options = { timeoutMs: HASH_TIMEOUT_MS };
      const answer = await pool.callAt(pool.endpoint(endpoint), methods.hashKv, { revision }, options);
      // Servers before 3.6 do not say up to where; they reckoned up to what was asked for.
      const upTo = answer.hashRevision === 0 ? revision : answer.hashRevision;
      return { hash: answer.hash, compactRevision: answer.compactRevision, revision: upTo };
    },
    async *snapshot(endpoint, signal) {
      const token = await pool.tokens.token();
      for await (const part of pool.endpoint(endpoint).download(methods.snapshot, {}, { token, signal })) {
        yield { bytes: part.blob, remaining: part.remainingBytes };
      }
    },
    async addMember(peerUrls, isLearner) {
      const { member } = await pool.call(methods.memberAdd, { peerUrls, isLearner });
      if (member === undefined)
        throw new EngineError(GrpcCode.DATA_LOSS, 'the store added a member and did not name it');
      return member;
    },
    async promoteMember(id) {
      await pool.call(methods.memberPromote, { id });
    },
    async removeMember(id) {
      await pool.call(methods.memberRemove, { id });
    },
    async updateMember(id, peerUrls) {
      await pool.call(methods.memberUpdate, { id, peerUrls });
    },
  };
}
