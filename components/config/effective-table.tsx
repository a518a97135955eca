'use client';

import { useMemo } from 'react';
import type { ConfigTargetDetail } from '../../lib/api/config-types.ts';
import { leavesOf } from '../../lib/config/json.ts';
import { plural } from '../../lib/format/number.ts';
import { useHref } from '../shell/use-href.ts';
import { EmptyState } from '../ui/empty-state.tsx';
import { Link } from '../ui/link.tsx';
import { TableHead } from '../ui/table-head.tsx';
import { Value } from './change-list.tsx';
import { targetWords } from './words.ts';

const LEAVES_SHOWN = 1_000;

/** The merged document as a place of this target is served it: every leaf with the layer that decided it. */
export function EffectiveTable({ detail }: { readonly detail: ConfigTargetDetail }) {
  const href = useHref();
  const leaves = useMemo(() => [...leavesOf(detail.effective)].filter(([path]) => path !== ''), [detail.effective]);
  const layers = detail.layers
    .map(({ target, live }) => `${targetWords(target).layer} ${live?.semver ?? 'nothing'}`)
    .join('  <  ');
  if (leaves.length === 0) return <EmptyState>No layer serves anything to this target yet: {layers}.</EmptyState>;
  return (
    <div className="flex flex-col gap-2 p-3">
      <p className="text-fg-2">
        {plural(leaves.length, 'value')} from {layers}
      </p>
      <table className="w-full border-collapse">
        <caption className="sr-only">Effective values and the layers they come from</caption>
        <TableHead cell="py-1 pr-3" columns={['Path', 'Value', 'Comes from']} />
        <tbody>
          {leaves.slice(0, LEAVES_SHOWN).map(([path, value]) => {
            const origin = detail.provenance[path];
            return (
              <tr key={path} className="border-b align-baseline hover:bg-hover">
                <td className="mono py-0.5 pr-3">{path}</td>
                <td className="mono py-0.5 pr-3 [overflow-wrap:anywhere]">
                  <Value path={path} value={value} />
                </td>
                <td className="py-0.5">
                  {origin === undefined ? null : (
                    <Link
                      href={href('/config', { target: origin.target })}
                      className="rounded-mark text-fg-2 hover:underline"
                    >
                      {targetWords(origin.target).layer} <span className="mono">{origin.target}</span>
                    </Link>
                  )}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {leaves.length > LEAVES_SHOWN ? (
        <p className="text-fg-3 text-meta">{plural(leaves.length - LEAVES_SHOWN, 'more value')} not shown</p>
      ) : null}
    </div>
  );
}
