/**
 * A lease lives at least its TTL from the moment its last acknowledged renewal was SENT (the earliest moment the store can have
 * counted from), and not much longer than its TTL from the moment the last renewal can have arrived, or from the last change of
 * leader, which gives every lease its whole TTL again.
 */

export interface LeaseLog {
  readonly name: string;
  readonly ttlMs: number;
  /** When the last acknowledged grant or renewal was sent. */
  readonly renewedAt: number;
  /** When the last renewal was given up or answered: none can have arrived later. */
  readonly silentSince: number;
  /** When somebody first saw that it was gone, by the deletion of its key or by an answer; undefined: nobody did. */
  readonly goneAt: number | undefined;
  /** Its owner revoked it. */
  readonly isRevoked: boolean;
}

export interface LeaseBounds {
  /** From here on there was one leader and no fault. */
  readonly quietSince: number;
  /** When the last look was taken. */
  readonly lookedAt: number;
  /** What the store may take beyond the TTL: the leader's look at its clock, one write, and its way to the watcher. */
  readonly graceMs: number;
  /** How much of a TTL may be missing because two clocks tick differently. */
  readonly driftMs: number;
}

/** What is wrong; undefined: nothing. */
export function checkLease(
  lease: LeaseLog,
  { quietSince, lookedAt, graceMs, driftMs }: LeaseBounds,
): string | undefined {
  const { name, ttlMs, renewedAt, silentSince, goneAt, isRevoked } = lease;
  if (goneAt !== undefined && !isRevoked && goneAt < renewedAt + ttlMs - driftMs)
    return `${name} of ${ttlMs} ms was gone ${(goneAt - renewedAt).toFixed(0)} ms after its last acknowledged renewal was sent`;
  const dueAt = Math.max(silentSince, quietSince) + (isRevoked ? 0 : ttlMs) + graceMs;
  const lived = goneAt ?? lookedAt;
  if (lived <= dueAt) return undefined;
  return `${name} of ${ttlMs} ms lived ${(lived - dueAt).toFixed(0)} ms beyond its bound`;
}
