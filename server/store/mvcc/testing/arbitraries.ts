/** Random requests over a key space small enough that they meet. */
import fc from 'fast-check';
import { type ByteString, fromByteString } from '../../../../lib/base/bytes.ts';
import {
  Compare,
  DeleteRangeRequest,
  PutRequest,
  RangeRequest,
  type RequestOp,
  type TxnRequest,
} from '../../../../lib/base/etcdpb/kv.ts';

const bytesOf = (text: string): Uint8Array => fromByteString(text as ByteString);

/** Bytes at both ends of the range, a prefix of another key, and the byte where UTF-16 and byte order part. */
const KEYS = ['\0', 'a', 'a\0', 'aa', 'ab', 'b', 'c', 'k\x80', 'k\xff', '\xff', '\xff\xff'];
export const LEASES = [1n, 2n, -3n];
const UNKNOWN_LEASE = 99n;

export const key = fc.constantFrom(...KEYS).map(bytesOf);
export const rangeEnd = fc
  .oneof(
    { weight: 3, arbitrary: fc.constant('') },
    { weight: 2, arbitrary: fc.constant('\0') },
    { weight: 4, arbitrary: fc.constantFrom(...KEYS) },
  )
  .map(bytesOf);
const value = fc.constantFrom('', 'x', 'y', 'zz', 'value').map(bytesOf);
const lease = fc.oneof(
  { weight: 6, arbitrary: fc.constant(0n) },
  { weight: 6, arbitrary: fc.constantFrom(...LEASES) },
  { weight: 1, arbitrary: fc.constant(UNKNOWN_LEASE) },
);
const rarely = fc.integer({ min: 0, max: 7 }).map((n) => n === 0);
/** A revision anywhere around what exists: the test's stores reach a few dozen. */
export const someRevision = fc.oneof(
  { weight: 3, arbitrary: fc.constant(0) },
  { weight: 3, arbitrary: fc.integer({ min: -1, max: 40 }) },
);
const bound = fc.oneof({ weight: 5, arbitrary: fc.constant(0) }, fc.integer({ min: 1, max: 30 }));

export const rangeRequest: fc.Arbitrary<RangeRequest> = fc
  .record({
    key,
    rangeEnd,
    limit: fc.integer({ min: -1, max: 5 }),
    revision: someRevision,
    sortOrder: fc.integer({ min: 0, max: 2 }),
    sortTarget: fc.integer({ min: 0, max: 4 }),
    keysOnly: rarely,
    countOnly: rarely,
    minModRevision: bound,
    maxModRevision: bound,
    minCreateRevision: bound,
    maxCreateRevision: bound,
  })
  .map((fields) => RangeRequest.create(fields));

export const putRequest: fc.Arbitrary<PutRequest> = fc
  .record({ key, value, lease, prevKv: fc.boolean(), ignoreValue: rarely, ignoreLease: rarely })
  .map((fields) =>
    PutRequest.create({
      ...fields,
      value: fields.ignoreValue ? new Uint8Array(0) : fields.value,
      lease: fields.ignoreLease ? 0n : fields.lease,
    }),
  );

export const deleteRangeRequest: fc.Arbitrary<DeleteRangeRequest> = fc
  .record({ key, rangeEnd, prevKv: fc.boolean() })
  .map((fields) => DeleteRangeRequest.create(fields));

const compare: fc.Arbitrary<Compare> = fc
  .record({
    key,
    rangeEnd: fc.oneof({ weight: 3, arbitrary: fc.constant(new Uint8Array(0)) }, rangeEnd),
    target: fc.integer({ min: 0, max: 4 }),
    result: fc.integer({ min: 0, max: 3 }),
    number: fc.option(fc.integer({ min: 0, max: 6 }), { nil: undefined }),
    value,
    lease,
  })
  .map(({ number, value: text, lease: id, ...fields }) =>
    Compare.create({
      ...fields,
      version: fields.target === 0 ? number : undefined,
      createRevision: fields.target === 1 ? number : undefined,
      modRevision: fields.target === 2 ? number : undefined,
      value: fields.target === 3 ? text : undefined,
      lease: fields.target === 4 ? id : undefined,
    }),
  );

export function op(member: Partial<RequestOp>): RequestOp {
  return {
    requestRange: undefined,
    requestPut: undefined,
    requestDeleteRange: undefined,
    requestTxn: undefined,
    ...member,
  };
}

const { txn } = fc.letrec<{ txn: TxnRequest; op: RequestOp }>((tie) => ({
  op: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    { weight: 4, arbitrary: putRequest.map((requestPut) => op({ requestPut })) },
    { weight: 2, arbitrary: deleteRangeRequest.map((requestDeleteRange) => op({ requestDeleteRange })) },
    { weight: 3, arbitrary: rangeRequest.map((requestRange) => op({ requestRange })) },
    { weight: 1, arbitrary: tie('txn').map((requestTxn) => op({ requestTxn })) },
  ),
  txn: fc.record({
    compare: fc.array(compare, { maxLength: 2 }),
    success: fc.array(tie('op'), { maxLength: 4 }),
    failure: fc.array(tie('op'), { maxLength: 3 }),
  }),
}));

export const txnRequest: fc.Arbitrary<TxnRequest> = txn;

/** One op as a transaction of its own. */
export const single = (member: Partial<RequestOp>): TxnRequest => ({ compare: [], success: [op(member)], failure: [] });

export type Command =
  | { readonly kind: 'txn'; readonly request: TxnRequest }
  | { readonly kind: 'compact'; readonly revision: number }
  | { readonly kind: 'revoke'; readonly lease: bigint }
  | { readonly kind: 'scrub' };

export const command: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 8,
    arbitrary: putRequest.map((requestPut): Command => ({ kind: 'txn', request: single({ requestPut }) })),
  },
  {
    weight: 3,
    arbitrary: deleteRangeRequest.map(
      (requestDeleteRange): Command => ({ kind: 'txn', request: single({ requestDeleteRange }) }),
    ),
  },
  { weight: 4, arbitrary: txnRequest.map((request): Command => ({ kind: 'txn', request })) },
  {
    weight: 2,
    arbitrary: fc.integer({ min: -1, max: 40 }).map((revision): Command => ({ kind: 'compact', revision })),
  },
  { weight: 1, arbitrary: fc.constantFrom(...LEASES).map((id): Command => ({ kind: 'revoke', lease: id })) },
  { weight: 2, arbitrary: fc.constant<Command>({ kind: 'scrub' }) },
);
