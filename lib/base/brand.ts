/**
 * Nominal types for the numbers that must never be mixed up (style rule 21).
 *
 * Two families, by decision of server/docs/adr/0002-numbers.md:
 * - ordinals (term, log index, revision): checked safe integers, because they count events and never reach 2^53;
 * - opaque ids (member, cluster, lease, watch): bigint inside, decimal or hex strings outside, because etcd draws them
 *   from the full 64 bits.
 */

declare const brand: unique symbol;
export type Brand<T, Name extends string> = T & { readonly [brand]: Name };

/** Raft term (Raft paper §5.1). 0 before the first election. */
export type Term = Brand<number, 'Term'>;
/** Position in the Raft log. The first entry is 1; 0 means "before the log". */
export type LogIndex = Brand<number, 'LogIndex'>;
/** MVCC main revision. A fresh store is at 1. */
export type Revision = Brand<number, 'Revision'>;

/** uint64, never 0 for a real member; 0n means "none". */
export type MemberId = Brand<bigint, 'MemberId'>;
export type ClusterId = Brand<bigint, 'ClusterId'>;
/** int64 as etcd grants it; 0n means "no lease". Negative ids are grantable. */
export type LeaseId = Brand<bigint, 'LeaseId'>;

/** Checks that `value` is a safe, non-negative integer and brands it. @throws RangeError otherwise. */
function ordinal(name: string, value: number): number {
  if (!Number.isSafeInteger(value) || value < 0)
    throw new RangeError(`${name} must be a safe integer >= 0, got ${value}`);
  return value;
}

export const term = (value: number): Term => ordinal('term', value) as Term;
export const logIndex = (value: number): LogIndex => ordinal('log index', value) as LogIndex;
export const revision = (value: number): Revision => ordinal('revision', value) as Revision;

export const memberId = (value: bigint): MemberId => BigInt.asUintN(64, value) as MemberId;
export const clusterId = (value: bigint): ClusterId => BigInt.asUintN(64, value) as ClusterId;
export const leaseId = (value: bigint): LeaseId => BigInt.asIntN(64, value) as LeaseId;

export const NO_MEMBER: MemberId = memberId(0n);
