'use client';

import { useMemo, useState } from 'react';
import { configApi } from '../../lib/api/config-client.ts';
import type { ConfigTargetDetail } from '../../lib/api/config-types.ts';
import type { Json } from '../../lib/config/json.ts';
import { FailureLine } from '../keys/edit/edit-view.tsx';
import { newId } from '../keys/edit/new-id.ts';
import { CodeEditor } from '../keys/editor/code-editor.tsx';
import { useBindings } from '../shell/use-bindings.ts';
import { useStore } from '../shell/use-store.ts';
import { Button } from '../ui/button.tsx';
import { toasts } from '../ui/toast-store.ts';
import { Findings } from './findings.tsx';
import { FormView } from './form-view.tsx';
import { PublishDialog } from './publish-dialog.tsx';
import { RebasePanel } from './rebase-panel.tsx';
import { RolloutDialog } from './rollout-dialog.tsx';
import { readJson, useCheck } from './use-check.ts';
import { byOf, useAuthor } from './use-config.ts';
import { useRebase } from './use-rebase.ts';
import { isFlat, prettyJson } from './words.ts';

interface Edit {
  readonly text: string;
  /** The draft it began from; 0: none. */
  readonly since: number;
  /** The release it rests on. */
  readonly base: string | null;
}

/** The document as JSON or as a form, checked while it is typed: faults, changes by meaning, whom it reaches. */
export function EditorPanel({ detail, canWrite }: { readonly detail: ConfigTargetDetail; readonly canWrite: boolean }) {
  const store = useStore();
  const author = useAuthor();
  const { target } = detail.document;
  const saved = detail.draft?.text ?? prettyJson(detail.live?.content ?? {});
  const [edit, setEdit] = useState<Edit | null>(null);
  const [asForm, setAsForm] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const [isPublishing, setPublishing] = useState(false);
  const [released, setReleased] = useState<string | null>(null);
  const text = edit?.text ?? saved;
  const parsed = useMemo(() => readJson(text), [text]);
  const { check, faults } = useCheck({ target, text, parsed, generation: detail.assignment.generation });
  const [goTo, setGoTo] = useState<{ readonly at: number } | null>(null);
  const live = detail.live?.releaseId ?? null;
  // What the text began as: not what has gone live since.
  const base = edit === null ? (detail.draft === null ? live : detail.draft.base) : edit.base;
  const isDirty = edit !== null && edit.text !== saved;
  const rebase = useRebase({ target, base, live: detail.live, parsed, isIdle: !isDirty && detail.draft === null });
  const canPublish =
    canWrite &&
    !rebase.isNeeded &&
    parsed.ok &&
    // What was found in another text says nothing of this one.
    check.data?.text === text &&
    check.data.answer.issues.length === 0 &&
    check.data.answer.suggested !== null;
  const onChange = (next: string): void =>
    setEdit(next === saved ? null : { text: next, since: edit?.since ?? detail.draftRevision, base });

  const save = async (next: string | null): Promise<void> => {
    setFailure(null);
    try {
      const expectModRevision = next === null ? detail.draftRevision : (edit?.since ?? detail.draftRevision);
      await configApi.putDraft(store.id, {
        target,
        text: next,
        ...(next === null ? {} : { base }),
        expectModRevision,
        idempotencyKey: newId(),
        ...byOf(author.by),
      });
      setEdit(null);
      toasts.add({
        tone: 'good',
        text: next === null ? 'The draft is gone; what is live stays.' : 'Draft saved. It changes nothing for anybody.',
      });
    } catch (error) {
      setFailure(error);
    }
  };
  useBindings([
    {
      id: 'config.publish',
      keys: 'p',
      title: 'Publish the document',
      group: 'Page',
      run: () => (canPublish ? setPublishing(true) : undefined),
    },
  ]);
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <div className="flex shrink-0 flex-wrap items-center gap-2 border-b px-3 py-1.5">
        <p className="min-w-0 flex-1 basis-40 truncate text-fg-3 text-meta">{editWords(detail, isDirty)}</p>
        {parsed.ok && isFlat(parsed.value) ? (
          <Button variant="ghost" size="small" aria-pressed={asForm} onClick={() => setAsForm(!asForm)}>
            Form
          </Button>
        ) : null}
        {canWrite && detail.draft !== null && !isDirty ? (
          <Button size="small" onClick={() => void save(null)}>
            Discard draft
          </Button>
        ) : null}
        {isDirty ? (
          <>
            <Button size="small" onClick={() => setEdit(null)}>
              Undo edits
            </Button>
            <Button size="small" onClick={() => void save(text)}>
              Save draft
            </Button>
          </>
        ) : null}
        {canWrite ? (
          <Button variant="primary" size="small" disabled={!canPublish} onClick={() => setPublishing(true)}>
            Publish…
          </Button>
        ) : null}
      </div>
      <div className="flex min-h-0 flex-1 flex-col full:flex-row">
        <div className="min-h-40 flex-1 basis-1/2 overflow-auto border-b full:border-r full:border-b-0">
          {asForm && parsed.ok && isFlat(parsed.value) ? (
            <FormView
              value={parsed.value}
              isReadOnly={!canWrite}
              onChange={(next) => onChange(prettyJson(next as Json))}
            />
          ) : (
            <CodeEditor
              label={`Document of ${target}`}
              text={text}
              language="json"
              readOnly={!canWrite}
              onChange={onChange}
              faults={faults}
              goTo={goTo}
            />
          )}
        </div>
        <div className="min-h-32 flex-1 basis-1/2 overflow-auto p-3">
          {failure === null ? null : <FailureLine failure={failure} />}
          {rebase.isNeeded && detail.live !== null ? (
            <RebasePanel
              key={`${base} ${live}`}
              rebase={rebase}
              live={detail.live}
              canWrite={canWrite}
              onRebase={(document) =>
                setEdit({ text: prettyJson(document), since: edit?.since ?? detail.draftRevision, base: live })
              }
            />
          ) : null}
          <Findings
            check={check.data?.answer}
            error={check.error}
            syntax={parsed.ok ? null : parsed.message}
            faults={faults}
            isFirst={detail.live === null}
            onGoTo={(at) => {
              setAsForm(false);
              setGoTo({ at });
            }}
          />
        </div>
      </div>
      <PublishDialog
        isOpen={isPublishing}
        detail={detail}
        text={text}
        check={check.data?.answer}
        onClose={() => setPublishing(false)}
        onPublished={(releaseId) => {
          setEdit(null);
          setPublishing(false);
          setReleased(releaseId);
        }}
      />
      <RolloutDialog detail={detail} releaseId={released} onClose={() => setReleased(null)} />
    </div>
  );
}

function editWords(detail: ConfigTargetDetail, isDirty: boolean): string {
  if (isDirty) return 'Edited here, not saved yet';
  if (detail.draft !== null) return `Draft by ${detail.draft.author}`;
  return detail.live === null ? 'Nothing is live yet' : `As it is live, ${detail.live.semver}`;
}
