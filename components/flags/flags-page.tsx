'use client';

import { Plus } from 'lucide-react';
import { useState } from 'react';
import type { ConfigTargetRow } from '../../lib/api/config-types.ts';
import { plural } from '../../lib/format/number.ts';
import { NewTargetDialog } from '../config/new-target-dialog.tsx';
import { TargetDetail } from '../config/target-detail.tsx';
import { TargetList } from '../config/target-list.tsx';
import { useConfigOverview } from '../config/use-config.ts';
import { rolloutWords, STATE_TONES } from '../config/words.ts';
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
import { Playground } from './playground.tsx';

/** Flag sets with their releases and rollouts, and a playground that says why a flag evaluates as it does. */
export function FlagsPage() {
  const store = useStore();
  const { rev } = usePinnedRevision();
  const overview = useConfigOverview();
  const [target, setTarget] = useUrlState('target', textParam, { history: 'push' });
  const [isEditing, setEditing] = useState(false);
  const [isCreating, setCreating] = useState(false);
  const canWrite = !store.readOnly && rev === null;
  const rows = overview.data?.targets.filter(({ kind }) => kind === 'flags');
  useBindings([
    {
      id: 'flags.new',
      keys: 'n',
      title: 'Create a flag set',
      group: 'Page',
      run: () => (canWrite ? setCreating(true) : undefined),
    },
  ]);
  const list = (
    <TargetList
      label="Flag sets"
      overview={overview}
      rows={rows}
      columns={COLUMNS}
      selected={target}
      onSelect={setTarget}
      empty={
        <EmptyState
          actions={
            canWrite ? (
              <Button size="small" onClick={() => setCreating(true)}>
                New flag set
              </Button>
            ) : undefined
          }
        >
          There is no flag set yet. One is a document in flagd’s format: it is published, rolled out and turned back
          like any configuration, and any OpenFeature SDK can evaluate it over OFREP.
        </EmptyState>
      }
    />
  );
  return (
    <>
      <PageHeader title="Flags" meta={rows === undefined || rows.length === 0 ? '' : plural(rows.length, 'flag set')}>
        {target === null ? null : (
          <Button size="small" aria-pressed={isEditing} onClick={() => setEditing(!isEditing)}>
            {isEditing ? 'Playground' : 'Edit and releases'}
          </Button>
        )}
        {canWrite ? (
          <Button onClick={() => setCreating(true)}>
            <Plus aria-hidden="true" />
            New flag set
          </Button>
        ) : null}
      </PageHeader>
      <MasterDetail
        title="Flag sets"
        initial={30}
        list={list}
        detail={
          target === null ? null : isEditing ? (
            <TargetDetail key={target} target={target} onBack={() => setTarget(null)} />
          ) : (
            <Playground key={target} target={target} onBack={() => setTarget(null)} />
          )
        }
      />
      <NewTargetDialog
        isOpen={isCreating}
        kind="flags"
        onClose={() => setCreating(false)}
        onCreated={(created) => setTarget(created)}
      />
    </>
  );
}

const COLUMNS: readonly Column<ConfigTargetRow>[] = [
  {
    id: 'target',
    head: 'Flag set',
    width: 'minmax(11rem, 1.4fr)',
    cell: ({ target }) => <span className="mono">{target}</span>,
  },
  { id: 'live', head: 'Live', width: '5rem', cell: ({ live }) => <span className="mono">{live?.semver ?? ''}</span> },
  {
    id: 'rollout',
    head: 'Rollout',
    width: 'minmax(8rem, 1fr)',
    hideBelow: 480,
    cell: ({ rollout }) =>
      rollout === null ? null : <StatusMark tone={STATE_TONES[rollout.state]}>{rolloutWords(rollout)}</StatusMark>,
  },
  {
    id: 'what',
    head: 'What it is',
    width: 'minmax(8rem, 1.4fr)',
    hideBelow: 640,
    cell: ({ description }) => <span className="text-fg-2">{description}</span>,
  },
];
