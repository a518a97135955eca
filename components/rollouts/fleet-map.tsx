'use client';

import { memo, useState } from 'react';
import type { RolloutDetail, RolloutInstance } from '../../lib/api/config-types.ts';
import { isExposing } from '../../lib/config/rollout-document.ts';
import { formatCount } from '../../lib/format/number.ts';
import { cn } from '../ui/cn.ts';
import { EmptyState } from '../ui/empty-state.tsx';
import { Mark, type MarkShape } from '../ui/marks.tsx';

/** Up to here every tile has its name on it; beyond, tiles are squares that tell their name when pointed at. */
const NAMED_TILES_MAX = 120;

/** Beyond the gate's classes: where an instance is that no gate judges. */
type Look = NonNullable<RolloutInstance['class']> | Rest;
type Rest = 'stable' | 'candidate' | 'leaving';

const SHAPES: Readonly<Record<Look, MarkShape>> = {
  healthy: 'dot',
  pending: 'ring',
  rejected: 'cross',
  unhealthy: 'triangle',
  lost: 'minus',
  silent: 'dash',
  stale: 'clock',
  excluded: 'ring',
  stable: 'ring',
  candidate: 'dot',
  leaving: 'clock',
};
const TONES: Readonly<Record<Look, string>> = {
  healthy: 'text-good',
  pending: 'text-accent',
  rejected: 'text-bad',
  unhealthy: 'text-risk',
  lost: 'text-bad',
  silent: 'text-risk',
  stale: 'text-stale',
  excluded: 'text-stale',
  stable: 'text-stale',
  candidate: 'text-good',
  leaving: 'text-risk',
};
export const CLASS_WORDS: Readonly<Record<Look, string>> = {
  healthy: 'applied',
  pending: 'not confirmed',
  rejected: 'rejected',
  unhealthy: 'unhealthy',
  lost: 'lost',
  silent: 'silent',
  stale: 'no news',
  excluded: 'not counted',
  stable: 'on stable',
  candidate: 'runs it',
  leaving: 'not back yet',
};

/** Why they are what they are counts seconds: half a fleet of tiles would be drawn anew each second. The line below tells it of the chosen one. */
const COUNTING: ReadonlySet<RolloutInstance['class']> = new Set(['pending', 'stale', 'silent']);

/** One tile per instance, by cohort. Pointing at one or choosing it says how it is. */
export const FleetMap = memo(function FleetMap({ detail }: { readonly detail: RolloutDetail }) {
  const [chosen, setChosen] = useState<string | null>(null);
  const { instances, gone, rollout } = detail;
  // While a gate judges, by what each was told; before and after, by what each says it runs.
  // Who is held back was told nothing, and does not run it; of a very large fleet not everybody is judged.
  const isOn = (one: RolloutInstance): boolean =>
    one.runs === rollout.candidate || (isExposing(rollout.state) && one.class !== null && one.class !== 'excluded');
  const exposed = instances.filter(isOn);
  const others = instances.filter((one) => !isOn(one));
  const shown = instances.find(({ key }) => key === chosen);
  if (instances.length + gone.length === 0) {
    return (
      <EmptyState className="p-0!">
        No live instance reads {detail.rollout.target}. Nobody can confirm anything.
      </EmptyState>
    );
  }
  const isNamed = instances.length <= NAMED_TILES_MAX;
  return (
    <div className="flex flex-col gap-3">
      <Group
        title="On the candidate"
        rest={rollout.state === 'ROLLING_BACK' ? 'leaving' : 'candidate'}
        tiles={exposed}
        isNamed={isNamed}
        chosen={chosen}
        onChoose={setChosen}
      />
      <Group title="On stable" rest="stable" tiles={others} isNamed={isNamed} chosen={chosen} onChoose={setChosen} />
      {gone.length === 0 ? null : (
        <section aria-label="Gone">
          <h3 className="text-fg-3 text-meta">Told to use it, and gone ({formatCount(gone.length)})</h3>
          <ul>
            {gone.map(({ key, class: is, why }) => (
              <li key={key} className={cn('flex items-center gap-1.5', TONES[is])}>
                <Mark shape={SHAPES[is]} />
                <span className="mono">{key.split('/').at(-1)}</span> <span className="text-fg-2">{why}</span>
              </li>
            ))}
          </ul>
        </section>
      )}
      {instances.length === 0 ? null : (
        <p aria-live="polite" className="min-h-10 border-t pt-2 text-fg-2 [overflow-wrap:anywhere]">
          {shown === undefined ? (
            <span className="text-fg-3">Choose an instance to read how it is.</span>
          ) : (
            <>
              <span className="mono text-fg">{shown.report.instanceId}</span> ({shown.report.app} / {shown.report.env} /{' '}
              {shown.report.service}) {shown.why}. Bucket {shown.bucket} of 10,000; {shown.cohort} because:{' '}
              {shown.cohortReason}.
            </>
          )}
        </p>
      )}
    </div>
  );
});

interface GroupProps {
  readonly title: string;
  /** How those look that no gate judges. */
  readonly rest: Rest;
  readonly tiles: readonly RolloutInstance[];
  readonly isNamed: boolean;
  readonly chosen: string | null;
  readonly onChoose: (key: string) => void;
}

function Group({ title, rest, tiles, isNamed, chosen, onChoose }: GroupProps) {
  return (
    <section aria-label={title}>
      <h3 className="mb-1 text-fg-3 text-meta">
        {title} ({formatCount(tiles.length)}){countWords(tiles)}
      </h3>
      {tiles.length === 0 ? (
        <p className="text-fg-3">nobody</p>
      ) : (
        <ul
          className={cn(
            'grid',
            isNamed
              ? 'grid-cols-[repeat(auto-fill,minmax(9.5rem,1fr))] gap-1.5'
              : 'grid-cols-[repeat(auto-fill,1rem)] gap-0.5',
          )}
        >
          {tiles.map((tile) => (
            <Tile
              key={tile.key}
              id={tile.key}
              name={tile.report.instanceId}
              look={tile.class ?? rest}
              why={COUNTING.has(tile.class) ? '' : tile.why}
              isNamed={isNamed}
              isChosen={tile.key === chosen}
              onChoose={onChoose}
            />
          ))}
        </ul>
      )}
    </section>
  );
}

function countWords(tiles: readonly RolloutInstance[]): string {
  const counts = new Map<Look, number>();
  for (const { class: is } of tiles) if (is !== null) counts.set(is, (counts.get(is) ?? 0) + 1);
  return counts.size === 0 ? '' : `: ${[...counts].map(([is, count]) => `${count} ${CLASS_WORDS[is]}`).join(', ')}`;
}

interface TileProps {
  readonly id: string;
  readonly name: string;
  readonly look: Look;
  readonly why: string;
  readonly isNamed: boolean;
  readonly isChosen: boolean;
  readonly onChoose: (key: string) => void;
}

/** Redrawn only when it looks otherwise: a thousand of them stand still while one changes. */
const Tile = memo(function Tile({ id, name, look, why, isNamed, isChosen, onChoose }: TileProps) {
  const label = `${name}: ${CLASS_WORDS[look]}${why === '' ? '' : `, ${why}`}`;
  return (
    <li>
      <button
        type="button"
        title={label}
        aria-label={label}
        aria-pressed={isChosen}
        onClick={() => onChoose(id)}
        className={cn(
          'rounded-control border bg-raised hover:bg-hover aria-pressed:border-accent',
          TONES[look],
          isNamed
            ? 'flex h-9 w-full flex-col items-start justify-center px-2 transition-colors duration-[120ms]'
            : // Each lays out and paints by itself, and turns at once: half of a large fleet turns in the same moment.
              'flex size-4 items-center justify-center p-0 contain-strict',
          look === 'rejected' || look === 'lost' ? 'border-bad' : 'border-line',
        )}
      >
        {isNamed ? (
          <>
            <span className="mono max-w-full truncate text-fg leading-4">{name}</span>
            <span className="inline-flex items-center gap-1 text-meta leading-4">
              <Mark shape={SHAPES[look]} className="size-2.5 shrink-0" />
              {CLASS_WORDS[look]}
            </span>
          </>
        ) : (
          <Mark shape={SHAPES[look]} className="size-2.5" />
        )}
      </button>
    </li>
  );
});
