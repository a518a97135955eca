'use client';

import { useMutation } from '@tanstack/react-query';
import { api } from '../../lib/api/client.ts';
import type { ClusterHashes } from '../../lib/api/cluster-types.ts';
import { formatCount } from '../../lib/format/number.ts';
import { FailureLine } from '../keys/edit/edit-view.tsx';
import { useStore } from '../shell/use-store.ts';
import { StatusMark, type Tone } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { Panel } from '../ui/panel.tsx';
import { TableHead } from '../ui/table-head.tsx';

const VERDICTS: Readonly<Record<ClusterHashes['verdict'], { readonly tone: Tone; readonly words: string }>> = {
  agree: { tone: 'good', words: 'Every member that answered holds the same keys and the same history.' },
  differ: { tone: 'bad', words: 'Members hold different keys. Do not compact; find out which one is right first.' },
  unknown: { tone: 'stale', words: 'Not comparable: fewer than two members answered over the same history.' },
};

/** Do all members hold the same? Asked on demand: each reads everything it has. */
export function HashesPanel() {
  const store = useStore();
  const compare = useMutation({ mutationFn: () => api.clusterHashes(store.id, {}) });
  const result = compare.data;
  return (
    <Panel
      title="Do the members agree"
      bodyClassName="flex flex-col gap-3 p-3"
      actions={
        <Button size="small" disabled={compare.isPending} onClick={() => compare.mutate()}>
          {compare.isPending ? 'Comparing' : 'Compare'}
        </Button>
      }
    >
      {result === undefined ? (
        <p className="text-fg-2">
          Each member reckons one hash over all its keys and their history. It reads everything once.
        </p>
      ) : (
        <>
          <p role="status">
            <StatusMark tone={VERDICTS[result.verdict].tone} className="whitespace-normal!">
              {VERDICTS[result.verdict].words}
            </StatusMark>
          </p>
          <table className="w-full">
            <caption className="sr-only">{`Hashes up to revision ${result.revision}`}</caption>
            <TableHead columns={['Member', 'Hash', { text: 'Compacted at', isRight: true }]} />
            <tbody>
              {result.members.map(({ member, name, hash, compactRevision, error }) => (
                <tr key={member} className="h-6">
                  <td>{name}</td>
                  <td className="mono">
                    {hash === null ? (error ?? 'no answer') : hash.toString(16).padStart(8, '0')}
                  </td>
                  <td className="mono text-right">
                    {compactRevision === null ? '' : compactRevision === '0' ? 'never' : formatCount(compactRevision)}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
          <p className="text-fg-3 text-meta">Up to revision {formatCount(result.revision)}</p>
        </>
      )}
      {compare.error === null ? null : <FailureLine failure={compare.error} />}
    </Panel>
  );
}
