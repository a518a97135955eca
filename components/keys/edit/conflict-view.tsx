'use client';

import { type ReactNode, useMemo, useState } from 'react';
import { formatCount, plural } from '../../../lib/format/number.ts';
import { type Choice, conflictsOf, resolved } from '../../../lib/history/merge.ts';
import { sameBytes } from '../../../lib/history/thread.ts';

import { RevisionHere } from '../../history/revision-here.tsx';
import { ValueDiffView, type ValueDiffViewProps } from '../../history/value-diff-view.tsx';
import { StatusMark } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { type Draft, draftValue, keepMine, mergeOf, takeMerged, takeTheirs } from './draft.ts';
import { MergeChoices } from './merge-choices.tsx';
import { newId } from './new-id.ts';

export interface ConflictViewProps {
  readonly draft: Draft;
  readonly onDraft: (draft: Draft | null) => void;
}

/**
 * Somebody wrote first. Shows what both started from, what stands there now and what was about to be written; nothing here
 * writes: every way out leads back to editing or to another review.
 */
export function ConflictView({ draft, onDraft }: ConflictViewProps) {
  const { base, theirs } = draft;
  const parts = useMemo(() => mergeOf(draft), [draft]);
  const conflicts = parts === null ? [] : conflictsOf(parts);
  const [choices, setChoices] = useState<readonly (Choice | undefined)[]>([]);
  const canMerge = parts !== null && draftValue(draft) !== undefined;
  const baseValue = base?.value ?? null;
  const mine = draftValue(draft) ?? null;
  return (
    <section aria-label="Conflict" className="flex min-h-0 flex-1 flex-col">
      <div role="alert" className="flex flex-col gap-0.5 border-b bg-risk/8 px-3 py-2">
        <StatusMark tone="risk" className="whitespace-normal! font-medium">
          {theirs === null ? 'Somebody deleted this key before you saved' : 'Somebody wrote first'}
        </StatusMark>
        <p className="text-fg-2">
          {base === null
            ? 'You meant to create this key, but it exists by now. '
            : `You started from revision ${formatCount(base.modRevision)}. `}
          Nothing was overwritten, and your text is kept. Choose how to go on; you will see the difference again before
          anything is saved.
        </p>
      </div>
      <div className="@container min-h-0 flex-1 overflow-auto">
        <div className="grid gap-3 p-3 @3xl:grid-cols-3">
          <Column
            title="Base"
            note={
              base === null ? (
                'no key'
              ) : (
                <>
                  revision <RevisionHere revision={base.modRevision} />
                </>
              )
            }
          >
            {base === null ? (
              <p className="text-fg-3">There was no key.</p>
            ) : (
              <Compared before={base.value} after={base.value} label="What you started from" />
            )}
          </Column>
          <Column
            title="Theirs"
            note={
              theirs === null ? (
                'deleted'
              ) : (
                <>
                  now, revision <RevisionHere revision={theirs.modRevision} />
                </>
              )
            }
          >
            {theirs !== null && base !== null && sameBytes(base.value, theirs.value) ? (
              <p className="text-fg-3 text-meta">
                {theirs.lease === base.lease
                  ? 'Written again with the same value.'
                  : 'The same value, on another lease.'}
              </p>
            ) : null}
            {theirs === null ? (
              <p className="text-fg-3">The key does not exist any more.</p>
            ) : (
              <Compared before={baseValue} after={theirs.value} label="What they changed" />
            )}
          </Column>
          <Column title="Yours" note="not saved">
            <Compared before={baseValue} after={mine} label="What you changed" />
          </Column>
        </div>
        {canMerge ? (
          <MergeChoices
            conflicts={conflicts}
            choices={choices}
            onChoose={(index, choice) => setChoices(conflicts.map((_, i) => (i === index ? choice : choices[i])))}
          />
        ) : null}
      </div>
      <footer className="flex flex-wrap items-center justify-end gap-2 border-t px-3 py-2">
        <Button variant="ghost" onClick={() => onDraft(null)} className="mr-auto">
          Discard mine
        </Button>
        {theirs === null ? null : <Button onClick={() => onDraft(takeTheirs(draft))}>Edit theirs</Button>}
        <Button variant={canMerge ? 'secondary' : 'primary'} onClick={() => onDraft(keepMine(draft, newId))}>
          {theirs === null ? 'Create it again with mine' : 'Put mine on theirs'}
        </Button>
        {parts !== null && canMerge ? (
          <Button
            variant="primary"
            disabled={choices.length < conflicts.length || choices.includes(undefined)}
            onClick={() =>
              onDraft(
                takeMerged(
                  draft,
                  resolved(
                    parts,
                    choices.filter((one) => one !== undefined),
                  ),
                  newId,
                ),
              )
            }
          >
            {conflicts.length === 0 ? 'Merge both' : `Merge with ${plural(conflicts.length, 'choice')}`}
          </Button>
        ) : null}
      </footer>
    </section>
  );
}

function Column({
  title,
  note,
  children,
}: {
  readonly title: string;
  readonly note: ReactNode;
  readonly children: ReactNode;
}) {
  return (
    <div className="flex min-w-0 flex-col gap-1.5">
      <h3 className="flex items-baseline gap-2">
        {title}
        <span className="font-normal text-fg-3 text-meta">{note}</span>
      </h3>
      {children}
    </div>
  );
}

/** All of a side, with what it changed. */
const Compared = (props: Pick<ValueDiffViewProps, 'before' | 'after' | 'label'>) => (
  <ValueDiffView {...props} context={Number.POSITIVE_INFINITY} />
);
