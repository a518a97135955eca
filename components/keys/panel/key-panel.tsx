'use client';

import { Pencil, Trash2 } from 'lucide-react';
import { useState } from 'react';
import type { KeyDetail, KeyVersion, WireBytes } from '../../../lib/api/types.ts';
import { displayBytes } from '../../../lib/keys/wire-bytes.ts';
import { HistoryThread } from '../../history/history-thread.tsx';
import { identityOf } from '../../shell/access-words.ts';
import { useKeyForms } from '../../shell/links.tsx';
import { useBindings } from '../../shell/use-bindings.ts';
import { usePinnedRevision } from '../../shell/use-pinned-revision.ts';
import { useStore } from '../../shell/use-store.ts';
import { Button } from '../../ui/button.tsx';
import { CopyAsMenu } from '../../ui/copy-as.tsx';
import { Kbd } from '../../ui/kbd.tsx';
import { SkeletonRows } from '../../ui/skeleton.tsx';
import { conflicted, edit, editable, review, startDraft } from '../edit/draft.ts';
import { EditView } from '../edit/edit-view.tsx';
import { newId } from '../edit/new-id.ts';
import { type DraftArgs, useDraft } from '../edit/use-draft.ts';
import { AboutKey } from './about-key.tsx';
import { Breadcrumb } from './breadcrumb.tsx';
import { ChangeView } from './change-view.tsx';
import { Facts } from './facts.tsx';
import { PanelError } from './panel-error.tsx';
import { PanelFrame } from './panel-frame.tsx';
import { Absent, DraftNote, NoHistory, OvertakenNote, RestoreButton } from './panel-notes.tsx';
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
  const { draft, set, save } = useDraft({
    ...{ storeId: store.id, identity: identityOf(store.access), key: wire },
    onSaved,
  });
  const forms = useKeyForms(wire, ...(rev === null ? [] : [rev]));
  const [isDiffing, setDiffing] = useState(false);
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
    { id: 'keys.diff', keys: 'd', title: 'Show what changed', group: 'Page', run: () => setDiffing(!isDiffing) },
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
              canCreate={!isReadOnly}
              last={history.data?.versions.find((one) => one.type === 'put')}
              onCreate={() => set(startDraft(wire, null))}
              onRestore={restore}
            />
          ) : (
            <>
              <Facts
                kv={kv}
                lease={detail.data.lease}
                read={detail.data}
                changedAt={history.data?.versions.find((one) => one.modRevision === kv.modRevision)?.at ?? null}
              />
              {isDiffing ? (
                <ChangeView kv={kv} rev={rev} live={liveKv} history={history.data} onClose={() => setDiffing(false)} />
              ) : (
                <ValueView value={kv.value} onDiff={() => setDiffing(true)} />
              )}
            </>
          )}
          <section aria-label="History" className="flex shrink-0 flex-col">
            <div className="flex min-h-9 flex-wrap items-center gap-x-4 px-3">
              <h2 className="font-semibold">History</h2>
              {typeof wire === 'string' ? <AboutKey value={wire} /> : null}
            </div>
            {history.data === undefined ? (
              history.error === null ? (
                <SkeletonRows rows={4} />
              ) : (
                <PanelError title="The history could not be read" error={history.error} onRetry={history.retry} />
              )
            ) : history.data.versions.length === 0 && !history.data.more ? (
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
