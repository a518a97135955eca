'use client';

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import type { BulkLease, BulkPreview, BulkRequest, JobView } from '../../../lib/api/bulk-types.ts';
import { ApiFailure } from '../../../lib/api/call.ts';
import { api } from '../../../lib/api/client.ts';
import { queries, queryKeys } from '../../../lib/api/queries.ts';
import { routes } from '../../../lib/api/routes.ts';
import { formatBytes, formatCount, plural } from '../../../lib/format/number.ts';
import type { Fault } from '../../../lib/keys/transfer/transfer.ts';
import { displayBytes, wireId } from '../../../lib/keys/wire-bytes.ts';
import { FailureLine } from '../../keys/edit/edit-view.tsx';
import { newId } from '../../keys/edit/new-id.ts';
import { apiCall } from '../../keys/key-copy.ts';
import { useStore } from '../../shell/use-store.ts';
import { StatusMark } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { ConfirmField } from '../../ui/confirm-field.tsx';
import { CopyAsMenu } from '../../ui/copy-as.tsx';
import { Dialog, DialogClose, DialogContent, DialogForm } from '../../ui/dialog.tsx';
import { ErrorState } from '../../ui/error-state.tsx';
import { Mark } from '../../ui/marks.tsx';
import { SkeletonRows } from '../../ui/skeleton.tsx';
import { followJob } from './follow-job.ts';
import { JobProgress } from './job-progress.tsx';
import { changesOf, effectText } from './job-words.ts';
import { LeaseFate } from './lease-fate.tsx';
import { startUndo } from './undo-revisions.ts';

/** A request without what the dialog itself asks for. */
export type BulkDraft = BulkRequest extends infer R ? (R extends BulkRequest ? Omit<R, 'lease'> : never) : never;

export interface BulkDialogProps {
  /** Null: closed. */
  readonly draft: BulkDraft | null;
  readonly title: string;
  /** The verb of the button: "Restore". */
  readonly verb: string;
  readonly onClose: () => void;
}

/** A change of many keys in three beats: exactly what happens, one deliberate act, an account with an undo. */
export function BulkDialog({ draft, ...rest }: BulkDialogProps) {
  return (
    <Dialog open={draft !== null} onClose={rest.onClose}>
      {draft === null ? null : <Body key={JSON.stringify(draft)} draft={draft} {...rest} />}
    </Dialog>
  );
}

function Body({ draft, title, verb, onClose }: BulkDialogProps & { readonly draft: BulkDraft }) {
  const store = useStore();
  const [lease, setLease] = useState<BulkLease>({ mode: 'same' });
  const request = { ...draft, lease } as BulkRequest;
  const preview = useQuery(queries.bulkPreview(store.id, request));
  const run = useRun();
  const [typed, setTyped] = useState('');
  const [idempotencyKey] = useState(newId);
  const { data } = preview;
  const changes = data === undefined ? 0 : changesOf(data);
  // Creating what does not exist takes nothing away: it needs no word.
  const word = data !== undefined && data.updates + data.deletes > 0 ? String(changes) : '';
  const body = data === undefined ? null : { request, asOf: data.asOf, idempotencyKey };
  const start = (): void => {
    if (body !== null && !preview.isPlaceholderData && changes > 0 && typed === word)
      void run.start(() => api.startJob(store.id, body));
  };
  if (run.job !== null) return <Running job={run.job} run={run} title={title} onClose={onClose} />;
  return (
    <DialogContent
      title={title}
      size="large"
      footer={
        <>
          <span className="mr-auto">
            {body === null ? null : (
              <CopyAsMenu
                forms={{
                  curl: () => apiCall(routes.jobs(store.id), 'POST', body),
                  json: () => JSON.stringify(body, null, 2),
                }}
              />
            )}
          </span>
          <DialogClose>
            <Button>Change nothing</Button>
          </DialogClose>
          <Button
            variant={word === '' ? 'primary' : 'danger'}
            disabled={changes === 0 || typed !== word || run.isStarting || preview.isPlaceholderData}
            onClick={start}
          >
            {run.isStarting ? 'Starting…' : `${verb} ${plural(changes, 'key')}`}
          </Button>
        </>
      }
    >
      {data === undefined ? (
        preview.error === null ? (
          <SkeletonRows rows={6} />
        ) : (
          <ErrorState
            title="What would happen could not be worked out"
            code={preview.error instanceof ApiFailure ? preview.error.code : undefined}
            where={preview.error instanceof ApiFailure ? preview.error.where : undefined}
            onRetry={() => void preview.refetch()}
          >
            {preview.error.message}
            <Faults error={preview.error} />
          </ErrorState>
        )
      ) : (
        <DialogForm onSubmit={start}>
          <Effect preview={data} />
          <LeaseFate leases={data.leases} value={lease} onChange={setLease} />
          {word === '' ? null : (
            <ConfirmField
              label={`Type ${word} to go on`}
              hint="Every key is guarded by the version shown here: what somebody writes meanwhile is left alone. An undo is offered afterwards."
              typed={typed}
              onChange={setTyped}
            />
          )}
          {run.failure === null ? null : <FailureLine failure={run.failure} />}
        </DialogForm>
      )}
    </DialogContent>
  );
}

/** What is wrong with a file, line by line. */
function Faults({ error }: { readonly error: Error }) {
  const faults = error instanceof ApiFailure ? (error.detail.faults as readonly Fault[] | undefined) : undefined;
  if (faults === undefined) return null;
  return (
    <ul className="mt-2 max-h-48 overflow-y-auto rounded-control border bg-inset px-3 py-1">
      {faults.map((fault) => (
        <li key={fault.line} className="flex gap-3">
          <span className="mono w-20 shrink-0">line {formatCount(fault.line)}</span>
          <span>{fault.message}</span>
        </li>
      ))}
    </ul>
  );
}

const SIGN = {
  create: { sign: '+', colour: 'text-good', word: 'create' },
  update: { sign: '~', colour: 'text-accent', word: 'change' },
  delete: { sign: '−', colour: 'text-bad', word: 'delete' },
} as const;

function Effect({ preview }: { readonly preview: BulkPreview }) {
  const changes = changesOf(preview);
  return (
    <div className="flex flex-col gap-2">
      <p>
        <b className="font-semibold">{effectText(preview)}</b>{' '}
        {preview.bytes === 0 ? null : `${formatBytes(preview.bytes)} of values. `}
        {preview.unchanged === 0 ? null : `${plural(preview.unchanged, 'key')} as wanted already. `}
        As of revision <span className="mono">{formatCount(preview.asOf)}</span>.
      </p>
      {preview.skippedTotal === 0 ? null : (
        <details className="rounded-control border bg-risk/8 px-3 py-1.5">
          <summary className="cursor-pointer">
            <StatusMark tone="risk">{plural(preview.skippedTotal, 'key')} will be left alone</StatusMark>
          </summary>
          <ul className="mt-1 max-h-32 overflow-y-auto">
            {preview.skipped.map((one) => (
              <li key={wireId(one.key)} className="flex gap-2">
                <span className="mono min-w-0 truncate">{displayBytes(one.key)}</span>
                <span className="text-fg-2">{one.reason}</span>
              </li>
            ))}
          </ul>
        </details>
      )}
      {changes === 0 ? null : (
        <ul aria-label="What happens" className="max-h-64 overflow-y-auto rounded-control border bg-inset py-1">
          {preview.rows.map((row) => (
            <li key={wireId(row.key)} className="flex h-6 items-center gap-2 px-3">
              <span aria-hidden="true" className={`w-3 text-center ${SIGN[row.change].colour}`}>
                {SIGN[row.change].sign}
              </span>
              <span className="sr-only">{SIGN[row.change].word}</span>
              <span className="mono min-w-0 flex-1 truncate">{displayBytes(row.key)}</span>
              {row.lease === null ? null : <Mark shape="hourglass" className="size-3 text-lease" />}
              <span className="nums text-fg-3 text-meta">
                {row.before !== null && row.valueBytes !== null ? `${formatBytes(row.before.valueBytes)} → ` : ''}
                {row.valueBytes === null ? '' : formatBytes(row.valueBytes)}
              </span>
            </li>
          ))}
          {changes > preview.rows.length ? (
            <li className="px-3 text-fg-3 text-meta">and {plural(changes - preview.rows.length, 'more key')}</li>
          ) : null}
        </ul>
      )}
    </div>
  );
}

interface Run {
  readonly job: JobView | null;
  readonly isStarting: boolean;
  readonly failure: unknown;
  readonly start: (begin: () => Promise<JobView>) => Promise<void>;
}

/** One job after the other (an undo follows what it undoes), each followed to its end while the dialog is open. */
function useRun(): Run {
  const store = useStore();
  const client = useQueryClient();
  const [job, setJob] = useState<JobView | null>(null);
  const [isStarting, setStarting] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const abort = useRef<AbortController | null>(null);
  useEffect(() => () => abort.current?.abort(), []);
  const start = async (begin: () => Promise<JobView>): Promise<void> => {
    const own = new AbortController();
    abort.current = own;
    setStarting(true);
    setFailure(null);
    try {
      await followJob(store.id, await begin(), setJob, own.signal);
      void client.invalidateQueries({ queryKey: queryKeys.store(store.id) });
    } catch (error) {
      if (!own.signal.aborted) setFailure(error);
    } finally {
      setStarting(false);
    }
  };
  return { job, isStarting, failure, start };
}

function Running({
  job,
  run,
  title,
  onClose,
}: {
  readonly job: JobView;
  readonly run: Run;
  readonly title: string;
  readonly onClose: () => void;
}) {
  const store = useStore();
  const isOver = job.endedAt !== null;
  const canResume = job.state === 'stopped' || job.state === 'cancelled';
  return (
    <DialogContent
      title={job.kind === 'undo' ? 'Undo' : title}
      size="large"
      footer={
        <>
          {isOver ? null : (
            <Button className="mr-auto" onClick={() => void api.cancelJob(store.id, job.id)}>
              Stop after this transaction
            </Button>
          )}
          {isOver && job.revisions.length > 0 ? (
            <Button className="mr-auto" onClick={() => void run.start(() => startUndo(store.id, job.revisions))}>
              {job.kind === 'undo' ? 'Redo' : 'Undo'} {plural(job.done, 'key')}
            </Button>
          ) : null}
          {canResume ? (
            <Button onClick={() => void run.start(() => api.resumeJob(store.id, job.id))}>Resume</Button>
          ) : null}
          <Button variant="primary" onClick={onClose}>
            {isOver ? 'Close' : 'Go on in the background'}
          </Button>
        </>
      }
    >
      <JobProgress job={job} />
      {run.failure === null ? null : <FailureLine failure={run.failure} />}
    </DialogContent>
  );
}
