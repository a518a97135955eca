'use client';

import { useMemo, useState } from 'react';
import type { ConfigTargetRow } from '../../lib/api/config-types.ts';
import { sampleCommand } from '../../lib/format/commands.ts';
import { formatCount, plural } from '../../lib/format/number.ts';
import { useCanWrite } from '../shell/use-can-write.ts';
import { useStore } from '../shell/use-store.ts';
import { StatusMark } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import type { Column } from '../ui/data-table.tsx';
import { KeySchemasDialog } from './key-schemas-dialog.tsx';
import { TargetDetail } from './target-detail.tsx';
import { TargetsPage } from './targets-page.tsx';
import { useConfigOverview } from './use-config.ts';
import { rolloutWords, STATE_TONES, targetWords } from './words.ts';

/** Targets in their layers, each with what is live, draft and canary; the chosen one beside. */
export function ConfigPage() {
  const store = useStore();
  const overview = useConfigOverview().data;
  const columns = useMemo(() => columnsOf(overview?.targets ?? []), [overview?.targets]);
  const canWrite = useCanWrite();
  const [isSeeingSchemas, setSeeingSchemas] = useState(false);
  return (
    <>
      <TargetsPage
        kind="config"
        title="Configuration"
        list="Targets"
        noun="target"
        initial={34}
        columns={columns}
        summary={summary}
        actions={() => <Button onClick={() => setSeeingSchemas(true)}>Schemas of keys…</Button>}
        empty="Nothing is configured here yet. A target is a document for everybody, an application, an environment or a service; programs follow it and say whether they could use it."
        {...(store.kind === 'bundled' ? { emptyCommand: sampleCommand(store.endpoints) } : {})}
        detail={(target, onBack) => <TargetDetail key={target} target={target} onBack={onBack} />}
      />
      <KeySchemasDialog isOpen={isSeeingSchemas} canWrite={canWrite} onClose={() => setSeeingSchemas(false)} />
    </>
  );
}

function summary(rows: readonly ConfigTargetRow[]): string {
  const under = rows.filter(({ canary }) => canary !== null).length;
  const drafts = rows.filter(({ draft }) => draft !== null).length;
  return `${plural(rows.length, 'target')}, ${plural(drafts, 'draft')}, ${plural(under, 'rollout')} under way`;
}

const INDENT = ['pl-0', 'pl-3', 'pl-6', 'pl-9'] as const;

/** How many wider layers of it there are: a target without any stands at the edge. */
function depthOf(target: string, all: ReadonlySet<string>): number {
  const parts = target.split('/');
  return parts.filter((_, at) => at > 0 && all.has(parts.slice(0, at).join('/'))).length;
}

function columnsOf(targets: readonly ConfigTargetRow[]): readonly Column<ConfigTargetRow>[] {
  const all = new Set(targets.map(({ target }) => target));
  return [
    {
      id: 'target',
      head: 'Target',
      width: 'minmax(15rem, 2fr)',
      cell: ({ target }) => {
        const { bundle, scope } = targetWords(target);
        return (
          <span className={INDENT[depthOf(target, all)] ?? ''}>
            <span className="mono">{bundle}</span> <span className="text-fg-2">{scope}</span>
          </span>
        );
      },
    },
    ...COLUMNS,
  ];
}

const COLUMNS: readonly Column<ConfigTargetRow>[] = [
  { id: 'live', head: 'Live', width: '5rem', cell: ({ live }) => <Version of={live?.semver} none="nothing" /> },
  { id: 'canary', head: 'Canary', width: '5rem', cell: ({ canary }) => <Version of={canary?.semver} none="" /> },
  {
    id: 'draft',
    head: 'Draft',
    width: '7rem',
    hideBelow: 480,
    cell: ({ draft }) =>
      draft === null ? null : (
        <span className="text-fg-2">{draft.changes === null ? 'no JSON yet' : plural(draft.changes, 'change')}</span>
      ),
  },
  {
    id: 'rollout',
    head: 'Rollout',
    width: 'minmax(7rem, 1fr)',
    hideBelow: 620,
    cell: ({ rollout }) =>
      rollout === null ? null : <StatusMark tone={STATE_TONES[rollout.state]}>{rolloutWords(rollout)}</StatusMark>,
  },
  {
    id: 'instances',
    head: 'Instances',
    width: '5rem',
    align: 'right',
    hideBelow: 540,
    cell: ({ instances }) => <span className="mono">{formatCount(instances)}</span>,
  },
  {
    id: 'what',
    head: 'What it is',
    width: 'minmax(10rem, 1.4fr)',
    hideBelow: 900,
    cell: ({ description }) => <span className="text-fg-2">{description}</span>,
  },
];

const Version = ({ of, none }: { readonly of: string | undefined; readonly none: string }) =>
  of === undefined ? <span className="text-fg-3">{none}</span> : <span className="mono">{of}</span>;
