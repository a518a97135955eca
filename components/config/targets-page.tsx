'use client';

import { Plus } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import type { ConfigTargetRow } from '../../lib/api/config-types.ts';
import type { TargetKind } from '../../lib/config/documents.ts';
import { listMove } from '../shell/list-move.ts';
import { PageHeader } from '../shell/page-header.tsx';
import { textParam } from '../shell/url-params.ts';
import { useBindings } from '../shell/use-bindings.ts';
import { useCanWrite } from '../shell/use-can-write.ts';
import { useUrlState } from '../shell/use-url-state.ts';
import { Button } from '../ui/button.tsx';
import type { Column } from '../ui/data-table.tsx';
import { EmptyState } from '../ui/empty-state.tsx';
import { MasterDetail } from '../ui/master-detail.tsx';
import { NewTargetDialog } from './new-target-dialog.tsx';
import { TargetList } from './target-list.tsx';
import { useConfigOverview } from './use-config.ts';

export interface TargetsPageProps {
  readonly kind: TargetKind;
  readonly title: string;
  /** Of what the list is, and one of it: "Flag sets", "flag set". */
  readonly list: string;
  readonly noun: string;
  /** Share of the list in percent, at first sight. */
  readonly initial: number;
  readonly columns: readonly Column<ConfigTargetRow>[];
  /** Beside the title; of those there are. */
  readonly summary: (rows: readonly ConfigTargetRow[]) => string;
  /** At the right of the title, before the way to make a new one. */
  readonly actions: (chosen: string | null) => ReactNode;
  /** What is said when there is none, and the command that would show them. */
  readonly empty: string;
  readonly emptyCommand?: string;
  readonly detail: (target: string, onBack: () => void) => ReactNode;
}

/** Targets of one kind, each with what is live and under way; the chosen one beside. */
export function TargetsPage({ kind, title, noun, columns, ...props }: TargetsPageProps) {
  const canWrite = useCanWrite();
  const overview = useConfigOverview();
  const [target, setTarget] = useUrlState('target', textParam, { history: 'push' });
  const [isCreating, setCreating] = useState(false);
  const rows = overview.data?.targets.filter((one) => one.kind === kind);
  useBindings([
    {
      id: `${kind}.new`,
      keys: 'n',
      title: `Create a ${noun}`,
      group: 'Page',
      run: () => (canWrite ? setCreating(true) : undefined),
    },
    listMove(`${kind}.move`, `Next and previous ${noun}`),
  ]);
  const create = canWrite ? (
    <Button size="small" onClick={() => setCreating(true)}>
      New {noun}
    </Button>
  ) : undefined;
  return (
    <>
      <PageHeader title={title} meta={rows === undefined || rows.length === 0 ? '' : props.summary(rows)}>
        {props.actions(target)}
        {canWrite ? (
          <Button onClick={() => setCreating(true)}>
            <Plus aria-hidden="true" />
            New {noun}
          </Button>
        ) : null}
      </PageHeader>
      <MasterDetail
        title={props.list}
        initial={props.initial}
        list={
          <TargetList
            label={props.list}
            overview={overview}
            rows={rows}
            columns={columns}
            selected={target}
            onSelect={setTarget}
            empty={
              <EmptyState command={props.emptyCommand} actions={create}>
                {props.empty}
              </EmptyState>
            }
          />
        }
        detail={target === null ? null : props.detail(target, () => setTarget(null))}
      />
      <NewTargetDialog isOpen={isCreating} kind={kind} onClose={() => setCreating(false)} onCreated={setTarget} />
    </>
  );
}
