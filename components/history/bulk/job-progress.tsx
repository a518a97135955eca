'use client';

import type { JobView } from '../../../lib/api/bulk-types.ts';
import { formatCount, plural } from '../../../lib/format/number.ts';
import { durationText } from '../../../lib/format/time.ts';
import { displayBytes, wireId } from '../../../lib/keys/wire-bytes.ts';
import { StatusMark, type Tone } from '../../ui/badge.tsx';
import { accountText, STATE_WORD } from './job-words.ts';

const TONE: Readonly<Record<JobView['state'], Tone>> = {
  queued: 'stale',
  running: 'accent',
  done: 'good',
  stopped: 'bad',
  cancelled: 'risk',
};

/** How far a job is, and when it is over exactly what it did and what it did not. */
export function JobProgress({ job }: { readonly job: JobView }) {
  const settled = job.done + job.already + job.refused;
  const left = job.total - settled;
  return (
    <section aria-label={job.title} className="flex flex-col gap-2">
      <p className="font-medium">{job.title}</p>
      <div
        role="progressbar"
        aria-label="Progress"
        aria-valuemin={0}
        aria-valuemax={job.total}
        aria-valuenow={settled}
        className="h-1.5 overflow-hidden rounded-full bg-line"
      >
        <div
          className={job.state === 'stopped' ? 'h-full bg-bad-fill' : 'h-full bg-accent-fill'}
          style={{ width: `${job.total === 0 ? 100 : (settled / job.total) * 100}%` }}
        />
      </div>
      <p role="status" className="flex flex-wrap items-center gap-x-3">
        <StatusMark tone={TONE[job.state]}>{STATE_WORD[job.state]}</StatusMark>
        <span className="nums">{accountText(job)}</span>
        {job.endedAt !== null && left > 0 ? <span className="nums">{plural(left, 'key')} not tried.</span> : null}
        {job.endedAt === null ? null : (
          <span className="nums text-fg-3 text-meta">
            {plural(job.revisions.length, 'transaction')} in {durationText(job.endedAt - job.startedAt)}
          </span>
        )}
      </p>
      {job.error === null ? null : <p className="text-bad">{job.error}</p>}
      {job.problems.length === 0 ? null : (
        <ul aria-label="Left alone" className="max-h-48 overflow-y-auto rounded-control border bg-inset px-3 py-1">
          {job.problems.map((one) => (
            <li key={wireId(one.key)} className="flex h-6 items-center gap-3">
              <span className="mono min-w-0 truncate">{displayBytes(one.key)}</span>
              <span className="min-w-0 flex-1 truncate text-fg-2">{one.reason}</span>
            </li>
          ))}
          {job.refused > job.problems.length ? (
            <li className="text-fg-3 text-meta">and {formatCount(job.refused - job.problems.length)} more</li>
          ) : null}
        </ul>
      )}
    </section>
  );
}
