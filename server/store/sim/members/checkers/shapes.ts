/** Responses as text, so that what a member said and what the reference store expects compare with one `===`. */
import { toByteString } from '../../../../../lib/base/bytes.ts';
import type { EtcdError } from '../../../../../lib/base/etcdpb/errors.ts';
import type { RangeResponse, ResponseOp } from '../../../../../lib/base/etcdpb/kv.ts';
import type { KeyValue } from '../../../../../lib/base/etcdpb/mvcc.ts';
import type { Result } from '../../../../../lib/base/result.ts';
import type { ApplyResponse } from '../../../apply/types.ts';

export interface Pair {
  readonly key: string;
  readonly createRevision: number;
  readonly modRevision: number;
  readonly version: number;
  readonly value: string;
  readonly lease: bigint;
}

export const EMPTY_SHAPE = 'none';

export const pairShape = (pair: Pair | undefined): string =>
  pair === undefined
    ? '-'
    : `${pair.key}@${pair.createRevision}/${pair.modRevision}/${pair.version}/${pair.lease}=${pair.value}`;

export const pairOf = (kv: KeyValue): Pair => ({
  key: toByteString(kv.key),
  createRevision: kv.createRevision,
  modRevision: kv.modRevision,
  version: kv.version,
  value: toByteString(kv.value),
  lease: kv.lease,
});

export const rangeShape = (answer: { pairs: readonly Pair[]; count: number; more: boolean }): string =>
  `range ${answer.count} ${answer.more} ${answer.pairs.map(pairShape).join(' ')}`;

export const rangeResponseShape = ({ kvs, count, more }: RangeResponse): string =>
  rangeShape({ pairs: kvs.map(pairOf), count, more });

export const responseShape = (body: string, revision: number): string => `${body} at ${revision}`;

/** etcd's texts begin with "etcdserver: ". */
export const errorShape = (text: string): string => `refused: ${text}`;

/** The shape of what a member answered. */
export function outcomeShape(outcome: Result<ApplyResponse, EtcdError>): string {
  if (!outcome.ok) return errorShape(outcome.error.message.replace(/^etcdserver: /, ''));
  return responseShape(bodyShape(outcome.value), outcome.value.revision);
}

const pairsShape = (kvs: readonly KeyValue[]): string => kvs.map((kv) => pairShape(pairOf(kv))).join(' ');
const previousShape = (kv: KeyValue | undefined): string => (kv === undefined ? '-' : pairShape(pairOf(kv)));

function bodyShape(response: ApplyResponse): string {
  switch (response.kind) {
    case 'put':
      return `put ${previousShape(response.response.prevKv)}`;
    case 'deleteRange':
      return `delete ${response.response.deleted} ${pairsShape(response.response.prevKvs)}`;
    case 'txn':
      return `txn ${response.response.succeeded} [${response.response.responses.map(opShape).join('; ')}]`;
    case 'leaseGrant':
      return `grant ${response.response.id} ${response.response.ttl}`;
    case 'leaseRevoke':
      return 'revoke';
    case 'compaction':
      return 'compaction';
    case 'alarm':
      return 'alarm';
    case 'auth':
      return 'auth';
    case 'none':
      return EMPTY_SHAPE;
  }
}

function opShape({ responsePut, responseDeleteRange, responseRange }: ResponseOp): string {
  if (responsePut !== undefined) return `put ${previousShape(responsePut.prevKv)}`;
  if (responseDeleteRange !== undefined)
    return `delete ${responseDeleteRange.deleted} ${pairsShape(responseDeleteRange.prevKvs)}`;
  return responseRange === undefined ? EMPTY_SHAPE : rangeResponseShape(responseRange);
}
