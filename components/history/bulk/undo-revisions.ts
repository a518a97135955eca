/** Undoing what given revisions did, whole: the inverse, guarded, worked out from the store's own history. */
import type { BulkRequest, JobView } from '../../../lib/api/bulk-types.ts';
import { api } from '../../../lib/api/client.ts';
import type { WireInt } from '../../../lib/api/types.ts';
import { formatCount, plural } from '../../../lib/format/number.ts';
import { displayBytes } from '../../../lib/keys/wire-bytes.ts';
import { newId } from '../../keys/edit/new-id.ts';
import { followJob } from './follow-job.ts';

/** A lease that is still alive is taken again. @throws ApiFailure when it could not begin */
export async function startUndo(storeId: string, revisions: readonly WireInt[]): Promise<JobView> {
  const request: BulkRequest = { kind: 'undo', revisions, lease: { mode: 'same' } };
  const { asOf } = await api.bulkPreview(storeId, request);
  return api.startJob(storeId, { request, asOf, idempotencyKey: newId() });
}

/** Resolves when it is over. */
export const undoRevisions = async (storeId: string, revisions: readonly WireInt[]): Promise<JobView> =>
  followJob(storeId, await startUndo(storeId, revisions), () => {});

/** "Restored 3 keys.", or what was not, with the reason. */
export function restoredText(job: JobView): string {
  const restored = job.done + job.already;
  const [first] = job.problems;
  if (job.state === 'done' && first === undefined) return `Restored ${plural(restored, 'key')}.`;
  const head = `Restored ${formatCount(restored)} of ${plural(job.total, 'key')}.`;
  if (first === undefined) return `${head} ${job.error ?? 'It was stopped.'}`;
  const more = job.refused > 1 ? `, and ${formatCount(job.refused - 1)} more` : '';
  return `${head} Not ${displayBytes(first.key)}: ${first.reason}${more}.${job.error === null ? '' : ` ${job.error}`}`;
}
