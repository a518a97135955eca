'use client';

import { useQuery } from '@tanstack/react-query';
import { configQueries } from '../../lib/api/config-client.ts';
import type { RolloutDetail } from '../../lib/api/config-types.ts';
import { semanticDiff } from '../../lib/config/diff.ts';
import { plural } from '../../lib/format/number.ts';
import { ChangeList } from '../config/change-list.tsx';
import { useTarget } from '../config/use-config.ts';
import { usePinnedRevision } from '../shell/use-pinned-revision.ts';
import { useStore } from '../shell/use-store.ts';
import { StatusMark } from '../ui/badge.tsx';

/** Layers that changed, told with what changed in them. */
const LAYERS_SHOWN = 10;

/**
 * Why a rollout stands still because what it rests on changed: for each layer what it was when the rollout began and what it is now, and which
 * of it the candidate changes too. Rebasing starts the candidate anew on what is live.
 */
export function BaseChanged({ detail }: { readonly detail: RolloutDetail }) {
  const { rollout, changes } = detail;
  const store = useStore();
  const { rev } = usePinnedRevision();
  const overview = useQuery(configQueries.overview(store.id, rev));
  const live = new Map(overview.data?.targets.map((row) => [row.target, row.live?.releaseId ?? null]));
  const changed = [{ target: rollout.target, stable: rollout.stable }, ...rollout.bases].filter(
    ({ target, stable }) => overview.data !== undefined && (live.get(target) ?? null) !== stable,
  );
  return (
    <section aria-label="What it rests on changed" className="mb-3 rounded-panel border border-risk/40 bg-risk/8 p-3">
      <StatusMark tone="risk" className="whitespace-normal! font-semibold">
        What it rests on changed since it began. Nobody new gets the candidate until it is rebased, or aborted.
      </StatusMark>
      {changed.slice(0, LAYERS_SHOWN).map(({ target, stable }) => (
        <LayerChange
          key={target}
          target={target}
          then={stable}
          candidatePaths={changes.map(({ path }) => path)}
          isOwn={target === rollout.target}
        />
      ))}
      {changed.length > LAYERS_SHOWN ? (
        <p className="mt-2 text-fg-2">and {plural(changed.length - LAYERS_SHOWN, 'more layer')}</p>
      ) : null}
    </section>
  );
}

interface LayerChangeProps {
  readonly target: string;
  /** The release that was live there when the rollout began. */
  readonly then: string | null;
  readonly candidatePaths: readonly string[];
  readonly isOwn: boolean;
}

function LayerChange({ target, then, candidatePaths, isOwn }: LayerChangeProps) {
  const store = useStore();
  const { rev } = usePinnedRevision();
  const layer = useTarget(store.id, target, rev);
  const before = useQuery({ ...configQueries.release(store.id, target, then ?? ''), enabled: then !== null });
  const now = layer.data?.live ?? null;
  if (layer.data === undefined) {
    return layer.error === null ? null : (
      <p className="mt-2 text-bad">
        <span className="mono">{target}</span> could not be read: {layer.error.message}
      </p>
    );
  }
  if (then !== null && before.data === undefined) return null;
  const changes = semanticDiff(before.data?.content ?? {}, now?.content ?? {});
  const touched = new Set(candidatePaths);
  const both = changes.filter(({ path }) => touched.has(path));
  return (
    <div className="mt-2 flex flex-col gap-1">
      <p>
        {isOwn ? 'Its own target' : 'The layer'} <span className="mono">{target}</span> went from{' '}
        <span className="mono">{before.data?.semver ?? 'nothing'}</span> to{' '}
        <span className="mono">{now?.semver ?? 'nothing'}</span>
        {now === null ? '' : ` by ${now.author}`}
        {both.length === 0
          ? '; the candidate changes none of these paths.'
          : `; the candidate changes ${plural(both.length, 'path')} of these too: ${both
              .slice(0, 5)
              .map(({ path }) => path)
              .join(', ')}${both.length > 5 ? '…' : ''}. Rebased, its value counts there.`}
      </p>
      <ChangeList changes={changes} label={`What changed in ${target}`} />
    </div>
  );
}
