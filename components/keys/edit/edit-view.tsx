'use client';

import { type ReactNode, useEffect, useRef } from 'react';
import { ApiFailure, outcomeOf } from '../../../lib/api/call.ts';
import { routes } from '../../../lib/api/routes.ts';
import { errorText } from '../../../lib/base/error-text.ts';
import { formatBytes, formatCount } from '../../../lib/format/number.ts';
import { workAway } from '../../../lib/history/away-work.ts';
import { prettyJson } from '../../../lib/history/json-text.ts';
import { sameBytes } from '../../../lib/history/thread.ts';
import { LAID_OUT_CHARS_MAX, recogniseValue, valueBytesOf } from '../../../lib/history/value-format.ts';
import { ValueDiffView } from '../../history/value-diff-view.tsx';
import { useStore } from '../../shell/use-store.ts';
import { StatusMark } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { CopyAsMenu } from '../../ui/copy-as.tsx';
import { CodeEditor } from '../editor/code-editor.tsx';
import { apiCall, putCommand } from '../key-copy.ts';
import { languageOf } from '../panel/kind-words.ts';
import { ConflictView } from './conflict-view.tsx';
import { back, bodyOf, type Draft, draftValue, edit, isChange, review, type Warning, warningOf } from './draft.ts';
import { isComplete, LeaseChoice } from './lease-choice.tsx';
import { newId } from './new-id.ts';

export interface EditViewProps {
  readonly draft: Draft;
  readonly onDraft: (draft: Draft | null) => void;
  readonly onSave: () => void;
  /** Above the editor: "changed by someone else meanwhile". */
  readonly note?: ReactNode;
}

/** The edit in the place of the value: write, see the difference, save; or see that somebody was first. */
export function EditView(props: EditViewProps) {
  switch (props.draft.step) {
    case 'edit':
      return <Write {...props} />;
    case 'review':
    case 'saving':
      return <Review {...props} />;
    case 'conflict':
      return <ConflictView draft={props.draft} onDraft={props.onDraft} />;
  }
}

function Write({ draft, onDraft, note }: EditViewProps) {
  const warning = warningOf(draft);
  const value = draftValue(draft);
  const isHex = draft.encoding === 'hex';
  const kind = isHex ? 'text' : recogniseValue(draft.base?.value ?? draft.text).kind;
  const toReview = (): void => onDraft(review(draft, newId));
  // With every key press: of a large text only when it is asked for.
  const isSmall = draft.text.length <= LAID_OUT_CHARS_MAX;
  const pretty = draft.encoding === 'text' && isSmall ? prettyJson(draft.text) : undefined;
  const latest = useRef<Draft | null>(draft);
  useEffect(() => {
    latest.current = draft;
    return () => {
      latest.current = null;
    };
  });
  const layOut = async (): Promise<void> => {
    const text = await workAway('pretty', draft.text);
    // Whoever went on typing meanwhile keeps what they typed.
    if (latest.current === draft) onDraft(edit(draft, { text }));
  };
  const canLayOut = isSmall ? pretty !== undefined && pretty !== draft.text : kind === 'json';
  return (
    <section aria-label="Edit the value" className="flex min-h-0 flex-1 flex-col">
      {note}
      <div className="flex h-9 shrink-0 items-center gap-2 px-3">
        <h2 className="font-semibold">Edit</h2>
        <span className="text-fg-3 text-meta">
          {value === undefined ? '' : formatBytes(valueBytesOf(value).length)}
          {isHex ? ' binary, as hexadecimal digits: two for each byte' : ''}
        </span>
        <span className="ml-auto flex items-center gap-1">
          {draft.isCompact ? (
            <span className="text-fg-3 text-meta">Stored without white space, as before</span>
          ) : canLayOut ? (
            <Button
              variant="ghost"
              size="small"
              onClick={() => {
                if (pretty !== undefined) onDraft(edit(draft, { text: pretty }));
                else void layOut();
              }}
            >
              Lay out JSON
            </Button>
          ) : null}
        </span>
      </div>
      <div className="min-h-40 flex-1 overflow-auto border-y bg-inset">
        <CodeEditor
          label="New value"
          text={draft.text}
          language={isHex ? 'hex' : languageOf(kind)}
          autoFocus
          onChange={(text) => onDraft(edit(draft, { text }))}
          onSubmit={toReview}
          onCancel={() => onDraft(isChange(draft) ? draft : null)}
        />
      </div>
      <footer className="flex flex-wrap items-center gap-2 px-3 py-2">
        <WarningLine warning={warning} />
        {warning === null && !isChange(draft) ? <p className="text-fg-3">Nothing is changed yet.</p> : null}
        <span className="ml-auto flex items-center gap-2">
          <Button variant="ghost" onClick={() => onDraft(null)}>
            Discard
          </Button>
          <Button variant="primary" disabled={!isChange(draft) || value === undefined} onClick={toReview}>
            Review change
          </Button>
        </span>
      </footer>
    </section>
  );
}

function WarningLine({ warning }: { readonly warning: Warning | null }) {
  if (warning === null) return null;
  return (
    <p role="status" className="min-w-0 flex-1">
      <StatusMark tone={warning.kind === 'malformed' ? 'bad' : 'risk'} className="whitespace-normal!">
        {warning.kind === 'malformed'
          ? warning.text
          : `The value is valid JSON now and would not be any more: ${warning.text}`}
      </StatusMark>
    </p>
  );
}

function Review({ draft, onDraft, onSave }: EditViewProps) {
  const store = useStore();
  const warning = warningOf(draft);
  const value = draftValue(draft) ?? '';
  const before = draft.base?.value ?? null;
  const isSaving = draft.step === 'saving';
  const body = bodyOf(draft);
  const canSave = body !== undefined && isComplete(draft.lease) && isChange(draft);
  return (
    <section aria-label="Review the change" className="flex min-h-0 flex-1 flex-col">
      <div className="flex min-h-0 flex-1 flex-col gap-3 overflow-auto px-3 py-2">
        <p>
          {draft.base === null ? (
            'This key will be created. It is refused if it exists by then.'
          ) : (
            <>
              Replaces version <b className="mono font-medium">{formatCount(draft.base.version)}</b> of revision{' '}
              <b className="mono font-medium">{formatCount(draft.base.modRevision)}</b>, and only that: if anybody
              writes first, nothing is overwritten.
            </>
          )}
        </p>
        <ValueDiffView
          before={before}
          after={value}
          context={3}
          same={
            <p className="text-fg-2">
              {draft.base === null
                ? 'It holds no bytes.'
                : sameBytes(before, value)
                  ? 'The value stays the same; only the lease changes.'
                  : 'Only the white space of the JSON changes.'}
            </p>
          }
          label="Before and after"
          className="shrink-0"
        />
        <LeaseChoice
          current={draft.base?.lease ?? null}
          value={draft.lease}
          onChange={(lease) => onDraft(review(edit(draft, { lease }), newId))}
        />
        <WarningLine warning={warning} />
        {draft.failure === null ? null : <FailureLine failure={draft.failure} />}
      </div>
      <footer className="flex flex-wrap items-center gap-2 border-t px-3 py-2">
        <CopyAsMenu
          forms={{
            etcdctl: () =>
              putCommand(store, { key: draft.key, value, lease: draft.lease, hasLease: draft.base?.lease != null }),
            ...(body === undefined
              ? {}
              : { curl: () => apiCall(routes.key(store.id), 'PUT', body), json: () => JSON.stringify(body, null, 2) }),
          }}
        />
        <span className="ml-auto flex items-center gap-2">
          <Button onClick={() => onDraft(back(draft))} disabled={isSaving}>
            Back to editing
          </Button>
          <Button
            variant={warning === null ? 'primary' : 'danger'}
            disabled={!canSave || isSaving}
            onClick={onSave}
            autoFocus
          >
            {isSaving
              ? 'Saving…'
              : warning !== null
                ? 'Save invalid JSON'
                : draft.base === null
                  ? 'Create key'
                  : 'Save'}
          </Button>
        </span>
      </footer>
    </section>
  );
}

/** What failed, and whether it may have happened all the same. */
export function FailureLine({ failure }: { readonly failure: unknown }) {
  const code = failure instanceof ApiFailure ? failure.code : 'ERROR';
  return (
    <div role="alert" className="flex flex-col gap-0.5">
      <StatusMark tone="bad" className="whitespace-normal!">
        {errorText(failure)}
      </StatusMark>
      <p className="text-fg-2">
        <code className="mono text-bad">{code}</code>{' '}
        {outcomeOf(failure) === 'unknown'
          ? 'Nobody knows whether it was written. Saving again is safe: the same write never happens twice.'
          : 'Nothing was written.'}
      </p>
    </div>
  );
}
