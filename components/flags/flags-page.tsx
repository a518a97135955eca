'use client';

import type { ConfigTargetRow } from '../../lib/api/config-types.ts';
import { plural } from '../../lib/format/number.ts';
import { TargetDetail } from '../config/target-detail.tsx';
import { TargetsPage } from '../config/targets-page.tsx';
import { rolloutWords, STATE_TONES } from '../config/words.ts';
import { oneOf, withFallback } from '../shell/url-params.ts';
import { useUrlState } from '../shell/use-url-state.ts';
import { StatusMark } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import type { Column } from '../ui/data-table.tsx';
import { Playground } from './playground.tsx';

const SHOWN = withFallback(oneOf(['playground', 'edit']), 'playground');

/** Flag sets with their releases and rollouts, and a playground that says why a flag evaluates as it does. */
export function FlagsPage() {
  const [shown, setShown] = useUrlState('show', SHOWN);
  const isEditing = shown === 'edit';
  return (
    <TargetsPage
      kind="flags"
      title="Flags"
      list="Flag sets"
      noun="flag set"
      initial={30}
      columns={COLUMNS}
      summary={(rows) => plural(rows.length, 'flag set')}
      actions={(chosen) =>
        chosen === null ? null : (
          <Button
            size="small"
            aria-pressed={isEditing}
            onClick={() => void setShown(isEditing ? 'playground' : 'edit')}
          >
            {isEditing ? 'Playground' : 'Edit and releases'}
          </Button>
        )
      }
      empty="There is no flag set yet. One is a document in flagd’s format: it is published, rolled out and turned back like any configuration, and any OpenFeature SDK can evaluate it over OFREP."
      detail={(target, onBack) =>
        isEditing ? (
          <TargetDetail key={target} target={target} onBack={onBack} />
        ) : (
          <Playground key={target} target={target} onBack={onBack} />
        )
      }
    />
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
