'use client';

import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ApiFailure } from '../../../lib/api/call.ts';
import { api } from '../../../lib/api/client.ts';
import { queries } from '../../../lib/api/queries.ts';
import { routes } from '../../../lib/api/routes.ts';
import type { DeletePreview, DeleteResult, DeleteTarget, WireBytes } from '../../../lib/api/types.ts';
import { formatBytes, formatCount, plural } from '../../../lib/format/number.ts';
import { displayBytes, wireId } from '../../../lib/keys/wire-bytes.ts';
import { PeekLeaseLink } from '../../leases/lease-peek.tsx';
import { useAttempt } from '../../shell/use-attempt.ts';
import { useStore } from '../../shell/use-store.ts';
import { Button } from '../../ui/button.tsx';
import { ConfirmField } from '../../ui/confirm-field.tsx';
import { CopyAsMenu } from '../../ui/copy-as.tsx';
import { Dialog, DialogClose, DialogContent, DialogForm } from '../../ui/dialog.tsx';
import { ErrorState } from '../../ui/error-state.tsx';
import { Mark } from '../../ui/marks.tsx';
import { SkeletonRows } from '../../ui/skeleton.tsx';
import { FailureLine } from '../edit/edit-view.tsx';
import { newId } from '../edit/new-id.ts';
import { apiCall, deleteCommand } from '../key-copy.ts';
import { useWatchers, watchersText } from '../panel/watched-by.tsx';

export interface DeleteDialogProps {
  /** Null: closed. */
  readonly target: DeleteTarget | null;
  readonly onClose: () => void;
  readonly onDeleted: (target: DeleteTarget, result: DeleteResult) => void;
}

/** Danger in three beats: exactly what dies, one deliberate act, then undo (offered by whoever hears `onDeleted`). */
export function DeleteDialog({ target, onClose, onDeleted }: DeleteDialogProps) {
  return (
    <Dialog open={target !== null} onClose={onClose}>
      {target === null ? null : <Body target={target} onClose={onClose} onDeleted={onDeleted} />}
    </Dialog>
  );
}

const pathOf = (target: DeleteTarget): WireBytes => target.key ?? target.prefix ?? '';

function Body({ target, onClose, onDeleted }: DeleteDialogProps & { readonly target: DeleteTarget }) {
  const store = useStore();
  const preview = useQuery(queries.deletePreview(store.id, target));
  const [typed, setTyped] = useState('');
  const { failure, isRunning: isDeleting, attempt } = useAttempt();
  const [idempotencyKey, renewId] = useState(newId);
  const { data } = preview;
  const body =
    data === undefined ? undefined : { target, expectRevision: data.revision, expectKeys: data.keys, idempotencyKey };
  const word = data === undefined ? null : confirmWord(data);
  const remove = async (): Promise<void> => {
    if (body === undefined || typed !== word) return;
    const error = await attempt(async () => {
      onDeleted(target, await api.deleteKeys(store.id, body));
      onClose();
    });
    if (!(error instanceof ApiFailure) || error.status !== 409) return;
    setTyped('');
    renewId(newId());
    void preview.refetch();
  };
  return (
    <DialogContent
      title={target.key === undefined ? 'Delete this folder' : 'Delete this key'}
      description={
        <span className="mono block max-h-24 overflow-y-auto break-all">{displayBytes(pathOf(target))}</span>
      }
      footer={
        <>
          <span className="mr-auto">
            <CopyAsMenu
              forms={{
                etcdctl: () => deleteCommand(store, { path: pathOf(target), isFolder: target.key === undefined }),
                ...(body === undefined ? {} : { curl: () => apiCall(routes.delete(store.id), 'POST', body) }),
              }}
            />
          </span>
          <DialogClose>
            <Button>Keep {target.key === undefined ? 'them' : 'it'}</Button>
          </DialogClose>
          <Button variant="danger" disabled={typed !== word || isDeleting} onClick={() => void remove()}>
            {isDeleting ? 'Deleting…' : data === undefined ? 'Delete' : `Delete ${plural(data.keys, 'key')}`}
          </Button>
        </>
      }
    >
      {data === undefined ? (
        preview.error === null ? (
          <SkeletonRows rows={4} />
        ) : (
          <ErrorState
            title="What would be deleted could not be read"
            code={preview.error instanceof ApiFailure ? preview.error.code : undefined}
            where={preview.error instanceof ApiFailure ? preview.error.where : undefined}
            onRetry={() => void preview.refetch()}
          >
            {preview.error.message}
          </ErrorState>
        )
      ) : (
        <DialogForm onSubmit={() => void remove()}>
          <Preview preview={data} />
          {data.keys === 0 ? null : (
            <ConfirmField
              label={`Type ${word} to delete`}
              hint={undoHint(data.keys)}
              typed={typed}
              onChange={setTyped}
            />
          )}
          {failure === null ? null : <FailureLine failure={failure} />}
        </DialogForm>
      )}
    </DialogContent>
  );
}

const undoHint = (keys: number): string =>
  keys === 1
    ? 'An undo is offered afterwards. Until the store is compacted, the trash keeps it.'
    : 'An undo is offered afterwards, however many they are. Until the store is compacted, the trash keeps every one of them.';

/** Nobody types more than this without a mistake. */
const CONFIRM_CHARS_MAX = 60;

/**
 * A folder is confirmed by the number of its keys, a key by its last part: both must be read to be typed. A part that cannot be typed as it is
 * (bytes, what cannot be seen, an essay) gives way to the number too.
 */
export function confirmWord(preview: DeletePreview): string {
  const { key } = preview.target;
  const last = typeof key === 'string' ? (key.split('/').filter(Boolean).at(-1) ?? key) : '';
  const isTypable = last !== '' && last.length <= CONFIRM_CHARS_MAX && displayBytes(last) === last;
  return isTypable ? last : String(preview.keys);
}

function Preview({ preview }: { readonly preview: DeletePreview }) {
  const { keys, bytes, sample, leasedKeys, leases } = preview;
  const watchers = useWatchers(preview.target);
  const watched = watchers === undefined ? null : watchersText(watchers);
  if (keys === 0) return <p className="text-fg-2">Nothing is there any more. Nothing would be deleted.</p>;
  return (
    <div className="flex flex-col gap-2">
      <p>
        <b className="font-semibold">{plural(keys, 'key')}</b> with {formatBytes(bytes)} of values{' '}
        {keys === 1 ? 'disappears' : 'disappear'}, as of revision{' '}
        <span className="mono">{formatCount(preview.revision)}</span>.{' '}
        {keys === 1 ? 'If it changes' : 'If any of them changes'} before you delete, nothing is deleted.
      </p>
      {watched === null ? null : <p className="text-fg-2">{watched} will see it happen, consoles counted too.</p>}
      {leasedKeys === 0 ? null : (
        <p className="flex flex-wrap items-center gap-x-2 text-lease">
          <Mark shape="hourglass" />
          {plural(leasedKeys, 'key')} {leasedKeys === 1 ? 'hangs' : 'hang'} on{' '}
          {leases.length === 1 ? 'a lease' : 'leases'}, whose holder loses {leasedKeys === 1 ? 'it' : 'them'}:
          {leases.slice(0, 4).map((id) => (
            <PeekLeaseLink key={id} id={id} />
          ))}
          {leases.length > 4 ? <span className="text-fg-2">and {formatCount(leases.length - 4)} more</span> : null}
        </p>
      )}
      <ul className="max-h-52 overflow-y-auto rounded-control border bg-inset py-1">
        {sample.map((meta) => (
          <li key={wireId(meta.key)} className="flex h-6 items-center gap-2 px-3">
            <span aria-hidden="true" className="text-bad">
              −
            </span>
            <span className="mono min-w-0 flex-1 truncate">{displayBytes(meta.key)}</span>
            {meta.lease === null ? null : <Mark shape="hourglass" className="size-3 text-lease" />}
            <span className="nums text-fg-3 text-meta">{formatBytes(meta.valueBytes)}</span>
          </li>
        ))}
        {keys > sample.length ? (
          <li className="px-3 text-fg-3 text-meta">and {plural(keys - sample.length, 'more key')}</li>
        ) : null}
      </ul>
    </div>
  );
}
