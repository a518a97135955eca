/**
 * Ids of proposals, unique among members and runs without coordination: each run counts on from a random place among 2^64, so that no
 * two of them meet. etcd takes 16 bits of the member's id and the wall clock instead: two members may share those bits, and a clock that
 * was set back draws the ids of an earlier run again, whose forgotten proposal would then answer for a new one.
 */

/** @param start 64 random bits, drawn anew by every run. 0 is never drawn: it stands for no id. */
export function createRequestIds(start: bigint): () => bigint {
  let last = BigInt.asUintN(64, start);
  return () => {
    last = BigInt.asUintN(64, last + 1n);
    if (last === 0n) last = 1n;
    return last;
  };
}
