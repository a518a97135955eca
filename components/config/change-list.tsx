'use client';

import { useState } from 'react';
import { type Change, isSecretPath } from '../../lib/config/diff.ts';
import type { Json } from '../../lib/config/json.ts';
import { plural } from '../../lib/format/number.ts';
import { Mark, type MarkShape } from '../ui/marks.tsx';
import { valueText } from './words.ts';

/** Beyond this many the rest is a sentence. */
const SHOWN_MAX = 300;

const SHAPE: Readonly<Record<Change['kind'], MarkShape>> = {
  added: 'plus',
  removed: 'minus',
  changed: 'diamond',
  retyped: 'triangle',
};
const TONE: Readonly<Record<Change['kind'], string>> = {
  added: 'text-good',
  removed: 'text-bad',
  changed: 'text-accent',
  retyped: 'text-risk',
};

/** What changed by meaning: one line per path, the old value before the new one. */
export function ChangeList({ changes, label }: { readonly changes: readonly Change[]; readonly label: string }) {
  if (changes.length === 0) return <p className="text-fg-3">Nothing changes.</p>;
  return (
    <ul aria-label={label} className="overflow-x-auto rounded-control border bg-inset py-1">
      {changes.slice(0, SHOWN_MAX).map((change) => (
        <li key={change.path} className="mono flex min-h-6 items-baseline gap-2 px-2">
          <span className={`inline-flex w-20 shrink-0 items-center gap-1 font-sans text-meta ${TONE[change.kind]}`}>
            <Mark shape={SHAPE[change.kind]} className="size-2.5 shrink-0" />
            {change.kind === 'retyped' ? 'other type' : change.kind}
          </span>
          <span className="shrink-0 text-fg">{change.path || '(all of it)'}</span>
          <span className="min-w-0 text-fg-2 [overflow-wrap:anywhere]">
            {change.kind === 'added' ? null : <Value path={change.path} value={change.before} isOld />}
            {change.kind === 'added' || change.kind === 'removed' ? null : <span className="text-fg-3"> → </span>}
            {change.kind === 'removed' ? null : <Value path={change.path} value={change.after} />}
          </span>
        </li>
      ))}
      {changes.length > SHOWN_MAX ? (
        <li className="px-2 text-fg-3 text-meta">{plural(changes.length - SHOWN_MAX, 'more change')} not shown</li>
      ) : null}
    </ul>
  );
}

/** Secrets stay covered until somebody asks for them. */
export function Value({
  path,
  value,
  isOld = false,
}: {
  readonly path: string;
  readonly value: Json;
  readonly isOld?: boolean;
}) {
  const [isShown, setShown] = useState(false);
  if (isSecretPath(path) && !isShown) {
    return (
      <button
        type="button"
        className="rounded-mark text-fg-3 hover:text-fg"
        onClick={() => setShown(true)}
        title="Show the value"
      >
        ••••••
      </button>
    );
  }
  return <span className={isOld ? 'text-fg-3 line-through' : 'text-fg'}>{valueText(value)}</span>;
}
