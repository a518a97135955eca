/** A revision named by a caller: the console may be a moment behind the store, and no store has what is not written yet. */
import { GrpcCode } from '../../../lib/base/grpc-status.ts';
import { ConsoleError } from '../errors.ts';
import type { Hub } from './hub.ts';

/** How long a revision that the watch has not reached yet is waited for. */
const FOLLOW_MS = 1_000;

/**
 * @throws ConsoleError OUT_OF_RANGE when `revision` lies in the future: a store asked for its changes up to there waits for them;
 * UNAVAILABLE when it may well exist, and this console is behind; whatever the hub ended with
 */
export async function requireReached(
  hub: Pick<Hub, 'follows' | 'revision' | 'storeRevision' | 'ended' | 'state'>,
  revision: number,
): Promise<void> {
  await hub.follows(revision, FOLLOW_MS);
  if (revision <= hub.revision) return;
  if (hub.ended !== null) throw hub.ended;
  const { phase, reason } = hub.state();
  if (phase !== 'live' || revision <= hub.storeRevision) {
    const why = reason === null ? '' : ` (${reason})`;
    throw new ConsoleError(
      GrpcCode.UNAVAILABLE,
      `this console has followed the store up to revision ${hub.revision} only${why}: ask again for revision ${revision} in a moment`,
      { revision: String(revision), followed: String(hub.revision), retryAfterSeconds: 1 },
    );
  }
  throw new ConsoleError(
    GrpcCode.OUT_OF_RANGE,
    `revision ${revision} does not exist yet; the newest is ${hub.revision}`,
    { revision: String(revision), current: String(hub.revision) },
  );
}
