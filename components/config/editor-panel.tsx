'use client';

import { useQuery } from '@tanstack/react-query';
import { useDeferredValue, useState } from 'react';
import { configApi } from '../../lib/api/config-client.ts';
import type { CheckAnswer, ConfigTargetDetail } from '../../lib/api/config-types.ts';
import type { Json } from '../../lib/config/json.ts';
import { plural } from '../../lib/format/number.ts';
import { FailureLine } from '../keys/edit/edit-view.tsx';
import { newId } from '../keys/edit/new-id.ts';
import { CodeEditor } from '../keys/editor/code-editor.tsx';
import { useBindings } from '../shell/use-bindings.ts';
import { useStore } from '../shell/use-store.ts';
import { StatusMark } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { toasts } from '../ui/toast-store.ts';
import { ChangeList } from './change-list.tsx';
import { FormView } from './form-view.tsx';
import { PublishDialog } from './publish-dialog.tsx';
import { RolloutDialog } from './rollout-dialog.tsx';
import { byOf, useAuthor } from './use-config.ts';
import { isFlat, prettyJson } from './words.ts';

/** The document as JSON or as a form, checked while it is typed: faults, changes by meaning, whom it reaches. */
export function EditorPanel({ detail, canWrite }: { readonly detail: ConfigTargetDetail; readonly canWrite: boolean }) {
  const store = useStore();
  const author = useAuthor();
  const { target } = detail.document;
  const saved = detail.draft?.text ?? prettyJson(detail.live?.content ?? {});
  const [edit, setEdit] = useState<{ readonly text: string; readonly since: number } | null>(null);
  const [asForm, setAsForm] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const [isPublishing, setPublishing] = useState(false);
  const [released, setReleased] = useState<string | null>(null);
  const text = edit?.text ?? saved;
  const check = useCheck(target, text, detail.assignment.generation);
  const parsed = readJson(text);
  const isDirty = edit !== null && edit.text !== saved;
  const canPublish =
    canWrite &&
    parsed.ok &&
    check.data !== undefined &&
    check.data.issues.length === 0 &&
    check.data.suggested !== null;
  const onChange = (next: string): void =>
    setEdit((now) => ({ text: next, since: now?.since ?? detail.draftRevision }));

  const save = async (next: string | null): Promise<void> => {
    setFailure(null);
    try {
      const expectModRevision = next === null ? detail.draftRevision : (edit?.since ?? detail.draftRevision);
      await configApi.putDraft(store.id, {
        target,
        text: next,
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
            />
          )}
        </div>
        <div className="min-h-32 flex-1 basis-1/2 overflow-auto p-3">
          {failure === null ? null : <FailureLine failure={failure} />}
          {parsed.ok ? (
            <Findings check={check.data} error={check.error} isFirst={detail.live === null} />
          ) : (
            <StatusMark tone="bad" className="whitespace-normal!">
              {parsed.message}
            </StatusMark>
          )}
        </div>
      </div>
      <PublishDialog
        isOpen={isPublishing}
        detail={detail}
        text={text}
        check={check.data}
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

/** Asked of the console: it has the schemas, the layers and the fleet. */
function useCheck(target: string, text: string, generation: number) {
  const store = useStore();
  const settled = useDeferredValue(text);
  return useQuery({
    queryKey: ['store', store.id, 'config-check', target, generation, settled],
    queryFn: ({ signal }) => configApi.check(store.id, { target, text: settled }, signal),
    enabled: readJson(settled).ok,
    placeholderData: (before) => before,
    retry: false,
    gcTime: 10_000,
  });
}

type Parsed = { readonly ok: true; readonly value: Json } | { readonly ok: false; readonly message: string };

function readJson(text: string): Parsed {
  try {
    return { ok: true, value: JSON.parse(text) as Json };
  } catch (cause) {
    return { ok: false, message: `This is not JSON yet: ${cause instanceof Error ? cause.message : ''}` };
  }
}

function Findings({
  check,
  error,
  isFirst,
}: {
  readonly check: CheckAnswer | undefined;
  readonly error: Error | null;
  readonly isFirst: boolean;
}) {
  if (check === undefined)
    return error === null ? <p className="text-fg-3">Checking…</p> : <FailureLine failure={error} />;
  const { issues, changes, suggested, warnings, instances, places } = check;
  return (
    <div className="flex flex-col gap-3">
      <section aria-label="Faults">
        {issues.length === 0 ? (
          <StatusMark tone="good" className="whitespace-normal!">
            Meets every schema, merged for {plural(places.length, 'place')}
          </StatusMark>
        ) : (
          <ul className="flex flex-col gap-1">
            {issues.map((issue) => (
              <li key={`${issue.path}${issue.message}${issue.schema}`}>
                <StatusMark tone="bad" className="whitespace-normal!">
                  <span className="mono">{issue.path || 'the document'}</span> {issue.message}
                  <span className="text-fg-3"> in {issue.where}</span>
                </StatusMark>
              </li>
            ))}
          </ul>
        )}
      </section>
      {warnings.map((warning) => (
        <StatusMark key={warning} tone="risk" className="whitespace-normal!">
          {warning}
        </StatusMark>
      ))}
      <section aria-label="Changes" className="flex flex-col gap-1">
        <h3 className="font-semibold">
          {isFirst
            ? 'The first release'
            : changes.length === 0
              ? 'Same as what is live'
              : `${plural(changes.length, 'change')} to what is live`}
          {suggested === null ? '' : `, becomes ${suggested}`}
        </h3>
        {changes.length === 0 ? null : <ChangeList changes={changes} label="Changes to what is live" />}
      </section>
      <section aria-label="Reach" className="text-fg-2">
        {instances.length === 0
          ? 'No live instance reads this target.'
          : `Reaches ${plural(instances.length, 'live instance')}: ${instances.slice(0, 8).join(', ')}${instances.length > 8 ? '…' : ''}`}
      </section>
    </div>
  );
}
