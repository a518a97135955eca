/** Follows a job to its end by long poll: framework-free, so that a toast can follow one as well as a dialog. */

import type { JobView } from '../../../lib/api/bulk-types.ts';
import { api } from '../../../lib/api/client.ts';

/** Calls back with each view; resolves with the last one. */
export async function followJob(
  storeId: string,
  job: JobView,
  onView: (view: JobView) => void,
  signal?: AbortSignal,
): Promise<JobView> {
  let view = job;
  onView(view);
  while (view.endedAt === null) {
    view = await api.job(storeId, view.id, view.version, signal);
    onView(view);
  }
  return view;
}
