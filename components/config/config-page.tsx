'use client';

import { Plus } from 'lucide-react';
import { useState } from 'react';
import type { ConfigOverview, ConfigTargetRow } from '../../lib/api/config-types.ts';
import { etcdctl } from '../../lib/format/commands.ts';
import { formatCount, plural } from '../../lib/format/number.ts';
import { listKeys } from '../shell/keymap.ts';
import { PageHeader } from '../shell/page-header.tsx';
import { textParam } from '../shell/url-params.ts';
import { useBindings } from '../shell/use-bindings.ts';
import { usePinnedRevision } from '../shell/use-pinned-revision.ts';
import { useStore } from '../shell/use-store.ts';
import { useUrlState } from '../shell/use-url-state.ts';
import { StatusMark } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import type { Column } from '../ui/data-table.tsx';
import { EmptyState } from '../ui/empty-state.tsx';
import { MasterDetail } from '../ui/master-detail.tsx';
import { KeySchemasDialog } from './key-schemas-dialog.tsx';
import { NewTargetDialog } from './new-target-dialog.tsx';
import { TargetDetail } from './target-detail.tsx';
import { TargetList } from './target-list.tsx';
import { useConfigOverview } from './use-config.ts';
import { rolloutWords, STATE_TONES, targetWords } from './words.ts';

/** Targets in their layers, each with what is live, draft and canary; the chosen one beside. */
export function ConfigPage() {
  const store = useStore();
  const { rev } = usePinnedRevision();
  const overview = useConfigOverview();
  const [target, setTarget] = useUrlState('target', textParam, { history: 'push' });
  const [isCreating, setCreating] = useState(false);
  const [isSeeingSchemas, setSeeingSchemas] = useState(false);
  const canWrite = !store.readOnly && rev === null;
  useBindings([
    {
      id: 'config.new',
      keys: 'n',
      title: 'Create a target',
      group: 'Page',
      run: () => (canWrite ? setCreating(true) : undefined),
    },
    listKeys('config.move', ['j', 'k'], 'Next and previous target'),
  ]);
  const rows = overview.data?.targets.filter(({ kind }) => kind === 'config');
  const list = (
    <TargetList
      label="Targets"
      overview={overview}
      rows={rows}
      columns={COLUMNS}
      selected={target}
      onSelect={setTarget}
      empty={<Nothing overview={overview.data} onCreate={canWrite ? () => setCreating(true) : null} />}
    />
  );
  return (
    <>
      <PageHeader title="Configuration" meta={summary(rows)}>
        <Button onClick={() => setSeeingSchemas(true)}>Schemas of keys…</Button>
        {canWrite ? (
          <Button onClick={() => setCreating(true)}>
            <Plus aria-hidden="true" />
            New target
          </Button>
        ) : null}
      </PageHeader>
      <MasterDetail
        title="Targets"
        initial={34}
        list={list}
        detail={target === null ? null : <TargetDetail key={target} target={target} onBack={() => setTarget(null)} />}
      />
      <KeySchemasDialog isOpen={isSeeingSchemas} canWrite={canWrite} onClose={() => setSeeingSchemas(false)} />
      <NewTargetDialog
        isOpen={isCreating}
        kind="config"
        onClose={() => setCreating(false)}
        onCreated={(created) => setTarget(created)}
      />
    </>
  );
}

function summary(rows: readonly ConfigTargetRow[] | undefined): string {
  if (rows === undefined || rows.length === 0) return '';
  const under = rows.filter(({ canary }) => canary !== null).length;
  const drafts = rows.filter(({ draft }) => draft !== null).length;
  return `${plural(rows.length, 'target')}, ${plural(drafts, 'draft')}, ${plural(under, 'rollout')} under way`;
}

function Nothing({
  overview,
  onCreate,
}: {
  readonly overview: ConfigOverview | undefined;
  readonly onCreate: (() => void) | null;
}) {
  const store = useStore();
  return (
    <EmptyState
      command={etcdctl(store.endpoints, ['get', overview?.prefix ?? ''], ['--prefix', '--keys-only'])}
      actions={
        onCreate === null ? undefined : (
          <Button size="small" onClick={onCreate}>
            New target
          </Button>
        )
      }
    >
      Nothing is configured here yet. A target is a document for everybody, an application, an environment or a service;
      programs follow it and say whether they could use it.
    </EmptyState>
  );
}

const INDENT = ['pl-0', 'pl-3', 'pl-6', 'pl-9'] as const;

const COLUMNS: readonly Column<ConfigTargetRow>[] = [
  {
    id: 'target',
    head: 'Target',
    width: 'minmax(11rem, 1.6fr)',
    cell: ({ target }) => {
      const { bundle, scope } = targetWords(target);
      return (
        <span className={INDENT[target.split('/').length - 1] ?? ''}>
          <span className="mono">{bundle}</span> <span className="text-fg-2">{scope}</span>
        </span>
      );
    },
  },
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
