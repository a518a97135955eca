/** A revision named by a caller: the console may be a moment behind the store, and no store has what is not written yet. */
import type { IndexState } from '../../../lib/api/types.ts';
import { GrpcCode } from '../../../lib/base/grpc-status.ts';
import { ConsoleError } from '../errors.ts';
import type { Hub } from './hub.ts';

/** How long a revision that the watch has not reached yet is waited for. */
const FOLLOW_MS = 1_000;

/** In these the watch goes on: what it has not told does not exist, as far as anybody knows. */
const FOLLOWING: readonly IndexState['phase'][] = ['live', 'limited'];

/**
 * Resolves when the store has the revision, whether this console has followed it so far or not: it may be a moment behind, and
 * the watch of a user who may read a part only tells of that part.
 *
 * @throws ConsoleError OUT_OF_RANGE when `revision` lies in the future: a store asked for its changes up to there waits for them;
 * UNAVAILABLE when that cannot be known now; whatever the hub ended with
 */
export async function requireReached(
  hub: Pick<Hub, 'follows' | 'storeRevision' | 'ended' | 'state'>,
  revision: number,
): Promise<void> {
  await hub.follows(revision, FOLLOW_MS);
  if (hub.ended !== null) throw hub.ended;
  const newest = hub.storeRevision;
  if (revision <= newest) return;
  const { phase, reason } = hub.state();
  if (!FOLLOWING.includes(phase)) {
    const why = reason === null ? '' : ` (${reason})`;
    throw new ConsoleError(
      GrpcCode.UNAVAILABLE,
      `whether there is a revision ${revision} is not known: this console has followed the store up to ${newest}${why}`,
      { revision: String(revision), followed: String(newest), retryAfterSeconds: 1 },
    );
  }
  throw new ConsoleError(GrpcCode.OUT_OF_RANGE, `revision ${revision} does not exist yet; the newest is ${newest}`, {
    revision: String(revision),
    current: String(newest),
  });
}
