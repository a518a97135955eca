/** A job in sentences: what was done, what was not, and why. */
import type { BulkPreview, JobView } from '../../../lib/api/bulk-types.ts';
import { formatCount, plural } from '../../../lib/format/number.ts';

/** "Done: 9,998 of 10,000 keys. 2 were left alone." */
export function accountText(job: JobView): string {
  const parts = [`${formatCount(job.done)} of ${plural(job.total, 'key')} written`];
  if (job.already > 0) parts.push(`${formatCount(job.already)} stood there already`);
  if (job.refused > 0) parts.push(`${formatCount(job.refused)} left alone`);
  return `${parts.join(', ')}.`;
}

export const STATE_WORD: Readonly<Record<JobView['state'], string>> = {
  queued: 'Waits for another job',
  running: 'Under way',
  done: 'Done',
  stopped: 'Stopped half-way',
  cancelled: 'Cancelled',
};

/** "Creates 3 keys, changes 2, deletes 1." */
export function effectText({ creates, updates, deletes }: BulkPreview): string {
  const parts = [
    ...(creates > 0 ? [`creates ${plural(creates, 'key')}`] : []),
    ...(updates > 0 ? [`changes ${plural(updates, 'key')}`] : []),
    ...(deletes > 0 ? [`deletes ${plural(deletes, 'key')}`] : []),
  ];
  if (parts.length === 0) return 'Nothing would change.';
  const text = parts.join(', ');
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

export const changesOf = ({ creates, updates, deletes }: BulkPreview): number => creates + updates + deletes;
