'use client';

import { Pencil, Plus, Trash2 } from 'lucide-react';
import { ApiFailure } from '../../../lib/api/client.ts';
import type { KeyDetail, KeyVersion, WireBytes, WireInt } from '../../../lib/api/types.ts';
import { formatCount } from '../../../lib/format/number.ts';
import { displayBytes } from '../../../lib/keys/wire-bytes.ts';
import { HistoryThread } from '../../history/history-thread.tsx';
import { useKeyForms } from '../../shell/links.tsx';
import { useBindings } from '../../shell/use-bindings.ts';
import { usePinnedRevision } from '../../shell/use-pinned-revision.ts';
import { useStore } from '../../shell/use-store.ts';
import { StatusMark } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { CopyAsMenu } from '../../ui/copy-as.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { ErrorState } from '../../ui/error-state.tsx';
import { Kbd } from '../../ui/kbd.tsx';
import { SkeletonRows } from '../../ui/skeleton.tsx';
import { Tooltip } from '../../ui/tooltip.tsx';
import { conflicted, edit, editable, review, startDraft } from '../edit/draft.ts';
import { EditView } from '../edit/edit-view.tsx';
import { newId } from '../edit/new-id.ts';
import { type DraftArgs, useDraft } from '../edit/use-draft.ts';
import { Breadcrumb } from './breadcrumb.tsx';
import { Facts } from './facts.tsx';
import { PanelFrame } from './panel-frame.tsx';
import { stepRevision } from './step-revision.ts';
import { useKey, useKeyHistory, useKeyRefresh } from './use-key.ts';
import { ValueView } from './value-view.tsx';

export interface KeyPanelProps {
  readonly wire: WireBytes;
  readonly delimiter: string;
  readonly onBack: () => void;
  readonly onDelete: (key: WireBytes) => void;
  readonly onSaved: DraftArgs['onSaved'];
}

/** One key: path, facts, value, history; and its edit in the place of the value. Give it the key as React key. */
export function KeyPanel({ wire, delimiter, onBack, onDelete, onSaved }: KeyPanelProps) {
  const store = useStore();
  const { rev, pin } = usePinnedRevision();
  const detail = useKey(store.id, { key: wire, rev });
  const live = useKey(store.id, { key: wire, rev: null });
  const history = useKeyHistory(store.id, wire);
  useKeyRefresh(store.id, wire);
  const { draft, set, save } = useDraft({ storeId: store.id, key: wire, onSaved });
  const forms = useKeyForms(wire, ...(rev === null ? [] : [rev]));
  const kv = detail.data?.kv ?? null;
  const isReadOnly = store.readOnly || rev !== null;
  const canEdit = !isReadOnly && kv !== null && draft === null;
  const liveKv = live.data?.kv;

  const restore = (version: KeyVersion | KeyDetail['kv']): void => {
    if (version === null || version.value === null || liveKv === undefined) return;
    const fresh = startDraft(wire, liveKv);
    set(review(edit({ ...fresh, ...editable(version.value) }, {}), newId));
  };
  const step = (direction: 'older' | 'newer'): void => {
    const to = stepRevision(history.data?.versions ?? [], rev, direction);
    if (to !== null) pin(to, 'replace');
  };
  useBindings([
    {
      id: 'keys.edit',
      keys: 'e',
      title: 'Edit the key',
      group: 'Page',
      run: () => (canEdit ? set(startDraft(wire, kv)) : undefined),
    },
    { id: 'keys.older', keys: '[', title: 'Older version of this key', group: 'Time', run: () => step('older') },
    { id: 'keys.newer', keys: ']', title: 'Newer version of this key', group: 'Time', run: () => step('newer') },
  ]);

  const isEditing = draft !== null && rev === null;
  const isOvertaken =
    isEditing &&
    draft.step === 'edit' &&
    liveKv !== undefined &&
    (liveKv?.modRevision ?? '0') !== (draft.base?.modRevision ?? '0');
  return (
    <PanelFrame
      label={`Key ${displayBytes(wire)}`}
      onBack={onBack}
      breadcrumb={<Breadcrumb path={wire} isFolder={false} delimiter={delimiter} />}
      actions={
        <>
          <CopyAsMenu forms={{ ...forms, ...(kv === null ? {} : { json: () => JSON.stringify(kv, null, 2) }) }} />
          {rev !== null && kv !== null && !store.readOnly && liveKv !== undefined ? (
            <RestoreButton
              isSame={liveKv !== null && liveKv.modRevision === kv.modRevision}
              onRestore={() => restore(kv)}
            />
          ) : null}
          {isReadOnly || kv === null ? null : (
            <>
              <Button variant="ghost" size="small" onClick={() => onDelete(wire)} disabled={isEditing}>
                <Trash2 aria-hidden="true" />
                Delete…
              </Button>
              <Button size="small" onClick={() => set(startDraft(wire, kv))} disabled={!canEdit}>
                <Pencil aria-hidden="true" />
                Edit
                <Kbd keys="e" />
              </Button>
            </>
          )}
        </>
      }
    >
      {detail.data === undefined ? (
        detail.error === null ? (
          <SkeletonRows rows={8} />
        ) : (
          <PanelError title="The key could not be read" error={detail.error} onRetry={() => void detail.refetch()} />
        )
      ) : isEditing ? (
        <EditView
          draft={draft}
          onDraft={set}
          onSave={() => void save()}
          note={isOvertaken ? <OvertakenNote onCompare={() => set(conflicted(draft, liveKv ?? null))} /> : null}
        />
      ) : (
        <div className="flex min-h-0 flex-1 flex-col overflow-y-auto">
          {draft !== null ? <DraftNote /> : null}
          {kv === null ? (
            <Absent
              detail={detail.data}
              rev={rev}
              wire={wire}
              canCreate={!isReadOnly}
              onCreate={() => set(startDraft(wire, null))}
            />
          ) : (
            <>
              <Facts
                kv={kv}
                lease={detail.data.lease}
                changedAt={history.data?.versions.find((one) => one.modRevision === kv.modRevision)?.at ?? null}
              />
              <ValueView value={kv.value} />
            </>
          )}
          <section aria-label="History" className="flex flex-col">
            <h2 className="flex h-9 items-center px-3 font-semibold">History</h2>
            {history.data === undefined ? (
              history.error === null ? (
                <SkeletonRows rows={4} />
              ) : (
                <PanelError title="The history could not be read" error={history.error} onRetry={history.retry} />
              )
            ) : history.data.versions.length === 0 ? (
              <NoHistory compacted={history.data.compacted} />
            ) : (
              <HistoryThread
                history={history.data}
                rev={rev}
                onOpen={pin}
                onRestore={store.readOnly || rev !== null ? undefined : restore}
                onMore={history.loadMore}
                isLoadingMore={history.isLoadingMore}
              />
            )}
          </section>
        </div>
      )}
    </PanelFrame>
  );
}

function RestoreButton({ isSame, onRestore }: { readonly isSame: boolean; readonly onRestore: () => void }) {
  const { unpin } = usePinnedRevision();
  return (
    <Tooltip
      content={isSame ? 'This is what stands there now' : 'Shows the difference to now before anything is written'}
    >
      <Button
        size="small"
        aria-disabled={isSame}
        onClick={() => {
          if (isSame) return;
          onRestore();
          unpin();
        }}
      >
        Restore this…
      </Button>
    </Tooltip>
  );
}

function OvertakenNote({ onCompare }: { readonly onCompare: () => void }) {
  return (
    <div role="status" className="flex flex-wrap items-center gap-x-3 gap-y-1 border-b bg-risk/8 px-3 py-1">
      <StatusMark tone="risk">Somebody changed this key since you began.</StatusMark>
      <Button size="small" onClick={onCompare} className="ml-auto">
        Compare
      </Button>
    </div>
  );
}

function DraftNote() {
  const { unpin } = usePinnedRevision();
  return (
    <div className="flex flex-wrap items-center gap-x-3 border-b px-3 py-1">
      <span className="text-fg-2">You have an edit of this key that is not saved.</span>
      <Button size="small" onClick={unpin} className="ml-auto">
        Back to it
      </Button>
    </div>
  );
}

interface AbsentProps {
  readonly detail: KeyDetail;
  readonly rev: WireInt | null;
  readonly wire: WireBytes;
  readonly canCreate: boolean;
  readonly onCreate: () => void;
}

function Absent({ detail, rev, canCreate, onCreate }: AbsentProps) {
  return (
    <EmptyState
      className="border-b"
      actions={
        canCreate ? (
          <Button size="small" onClick={onCreate}>
            <Plus aria-hidden="true" />
            Create it
          </Button>
        ) : undefined
      }
    >
      {rev === null
        ? `This key does not exist at revision ${formatCount(detail.revision)}.`
        : `This key did not exist at revision ${formatCount(rev)}.`}{' '}
      Its retained history is below.
    </EmptyState>
  );
}

function NoHistory({ compacted }: { readonly compacted: WireInt }) {
  return (
    <p className="px-3 pb-4 text-fg-3">
      {compacted === '0'
        ? 'No version of this key was ever written.'
        : `No version is retained: the store is compacted below revision ${formatCount(compacted)}.`}
    </p>
  );
}

/** What, where, code, what to try; compaction has its own words. */
export function PanelError({
  title,
  error,
  onRetry,
}: {
  readonly title: string;
  readonly error: Error;
  readonly onRetry: () => void;
}) {
  const failure = error instanceof ApiFailure ? error : null;
  const { unpin } = usePinnedRevision();
  if (failure?.code === 'OUT_OF_RANGE') {
    return (
      <ErrorState title="This revision cannot be shown" code={failure.code} where={failure.where}>
        <p className="mb-2">{failure.message}</p>
        <Button size="small" onClick={unpin}>
          Return to live
        </Button>
      </ErrorState>
    );
  }
  return (
    <ErrorState title={title} code={failure?.code} where={failure?.where} onRetry={onRetry}>
      {error.message}
    </ErrorState>
  );
}
