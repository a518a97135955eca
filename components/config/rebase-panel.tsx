'use client';

import { useState } from 'react';
import type { Release } from '../../lib/config/documents.ts';
import type { Json, JsonObject, Pointer } from '../../lib/config/json.ts';
import { type Difference, mergeThreeWays, type Side } from '../../lib/config/three-way.ts';
import { plural } from '../../lib/format/number.ts';
import { FailureLine } from '../keys/edit/edit-view.tsx';
import { StatusMark, type Tone } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { Select } from '../ui/select.tsx';
import { TableHead } from '../ui/table-head.tsx';
import { Value } from './change-list.tsx';
import type { Rebase } from './use-rebase.ts';

export interface RebasePanelProps {
  readonly rebase: Rebase;
  readonly live: Release;
  readonly canWrite: boolean;
  /** The draft as it rests on what is live now. */
  readonly onRebase: (document: JsonObject) => void;
}

/**
 * Something else went live after the draft was begun: publishing it as it is would take that back. The three stand side by side, and the
 * draft is put on what is live once nobody's change would be lost unseen.
 */
export function RebasePanel({ rebase, live, canWrite, onRebase }: RebasePanelProps) {
  const [choices, setChoices] = useState<ReadonlyMap<Pointer, Side>>(new Map());
  const { semver, error, versions } = rebase;
  if (error !== null) return <FailureLine failure={error} />;
  const from = semver === null ? 'when nothing was live' : `from ${semver}`;
  const merged = versions === undefined ? null : mergeThreeWays(versions, choices);
  return (
    <section aria-label="What changed underneath" className="mb-3 rounded-control border border-risk/40 bg-risk/8">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1 px-3 py-2">
        <StatusMark tone="risk" className="whitespace-normal!">
          This was begun {from}; {live.semver} by {live.author} is live since. Publishing it as it is would take that
          back.
        </StatusMark>
        {canWrite && merged !== null ? (
          <Button
            size="small"
            className="ml-auto"
            disabled={merged.open.length > 0}
            onClick={() => onRebase(merged.document)}
          >
            {merged.open.length === 0 ? `Rebase on ${live.semver}` : `Choose in ${plural(merged.open.length, 'place')}`}
          </Button>
        ) : null}
      </div>
      {merged === null ? (
        <p className="border-t px-3 py-2 text-fg-2">It can be rebased once it is a JSON object.</p>
      ) : (
        <Differences
          differences={merged.differences}
          choices={choices}
          onChoose={(path, side) => setChoices(new Map([...choices, [path, side]]))}
        />
      )}
    </section>
  );
}

const WORDS: Readonly<Record<Difference['by'], { readonly word: string; readonly tone: Tone }>> = {
  mine: { word: 'the draft', tone: 'accent' },
  theirs: { word: 'what is live', tone: 'good' },
  both: { word: 'both alike', tone: 'stale' },
  conflict: { word: 'both', tone: 'risk' },
};
const SIDES = [
  { value: 'none', label: 'choose…' },
  { value: 'mine', label: 'take the draft’s' },
  { value: 'theirs', label: 'take what is live' },
] as const;
/** Beyond this many the rest is a sentence; conflicts come first, so that each can be chosen. */
const SHOWN_MAX = 300;

interface DifferencesProps {
  readonly differences: readonly Difference[];
  readonly choices: ReadonlyMap<Pointer, Side>;
  readonly onChoose: (path: Pointer, side: Side) => void;
}

function Differences({ differences, choices, onChoose }: DifferencesProps) {
  const ordered = [
    ...differences.filter(({ by }) => by === 'conflict'),
    ...differences.filter(({ by }) => by !== 'conflict'),
  ];
  return (
    <div className="max-h-80 overflow-auto border-t">
      <table className="w-full border-collapse">
        <caption className="sr-only">Base, live and draft</caption>
        <TableHead cell="px-2 py-1" columns={['Path', 'Changed by', 'As it began', 'Live now', 'Draft', 'Result']} />
        <tbody>
          {ordered.slice(0, SHOWN_MAX).map((one) => (
            <tr key={one.path} className="border-t align-baseline">
              <td className="mono px-2 py-1 [overflow-wrap:anywhere]">{one.path || '(all of it)'}</td>
              <td className="px-2 py-1">
                <StatusMark tone={WORDS[one.by].tone}>{WORDS[one.by].word}</StatusMark>
              </td>
              <Cell path={one.path} value={one.base} />
              <Cell path={one.path} value={one.theirs} />
              <Cell path={one.path} value={one.mine} />
              <td className="px-2 py-1">
                {one.by === 'conflict' ? (
                  <Select
                    label={`Which value of ${one.path}`}
                    value={choices.get(one.path) ?? 'none'}
                    options={SIDES}
                    onValueChange={(side) => (side === 'none' ? undefined : onChoose(one.path, side))}
                  />
                ) : (
                  <span className="text-fg-3">{one.by === 'theirs' ? 'live' : 'draft'}</span>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {ordered.length > SHOWN_MAX ? (
        <p className="border-t px-2 py-1 text-fg-3 text-meta">
          {plural(ordered.length - SHOWN_MAX, 'more difference')} not shown
        </p>
      ) : null}
    </div>
  );
}

const Cell = ({ path, value }: { readonly path: Pointer; readonly value: Json | undefined }) => (
  <td className="mono px-2 py-1 [overflow-wrap:anywhere]">
    {value === undefined ? <span className="font-sans text-fg-3">not there</span> : <Value path={path} value={value} />}
  </td>
);
