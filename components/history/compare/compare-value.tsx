'use client';

import { useQuery } from '@tanstack/react-query';
import { X } from 'lucide-react';
import type { PrefixDiffRow } from '../../../lib/api/bulk-types.ts';
import { queries } from '../../../lib/api/queries.ts';
import type { WireBytes, WireInt } from '../../../lib/api/types.ts';
import { formatCount } from '../../../lib/format/number.ts';
import { sameBytes } from '../../../lib/history/thread.ts';
import { displayBytes } from '../../../lib/keys/wire-bytes.ts';
import { PanelError } from '../../keys/panel/panel-error.tsx';
import { KeyLink } from '../../shell/links.tsx';
import { useStore } from '../../shell/use-store.ts';
import { IconButton } from '../../ui/button.tsx';
import { SkeletonRows } from '../../ui/skeleton.tsx';
import { ValueDiffView } from '../value-diff-view.tsx';

export interface CompareValueProps {
  readonly row: PrefixDiffRow;
  readonly from: WireInt;
  readonly to: WireInt;
  readonly onClose: () => void;
}

/** One key at both revisions: its values as a difference, and its lease where it is another one. */
export function CompareValue({ row, from, to, onClose }: CompareValueProps) {
  const key: WireBytes = row.before?.key ?? row.after?.key ?? '';
  return (
    <section aria-label={`Difference of ${displayBytes(key)}`} className="flex min-h-0 flex-1 flex-col bg-surface">
      <header className="flex h-11 shrink-0 items-center gap-2 border-b px-3">
        <h2 className="flex min-w-0 flex-1 font-semibold">
          <KeyLink value={key} />
        </h2>
        <IconButton label="Close" size="small" onClick={onClose}>
          <X aria-hidden="true" />
        </IconButton>
      </header>
      <div className="flex min-h-0 flex-1 flex-col gap-2 overflow-auto p-3">
        <p className="text-fg-2">
          At revision {formatCount(from)}: {standing(row.before)}. At revision {formatCount(to)}: {standing(row.after)}.
        </p>
        {row.before !== null && row.after !== null && row.before.lease !== row.after.lease ? (
          <p className="text-lease">
            Lease {row.before.lease ?? 'none'} then, {row.after.lease ?? 'none'} after.
          </p>
        ) : null}
        <Values wire={key} from={from} to={to} />
      </div>
    </section>
  );
}

const standing = (meta: PrefixDiffRow['before']): string =>
  meta === null ? 'not there' : `version ${formatCount(meta.version)}, written at ${formatCount(meta.modRevision)}`;

function Values({ wire, from, to }: { readonly wire: WireBytes; readonly from: WireInt; readonly to: WireInt }) {
  const store = useStore();
  const before = useQuery(queries.key(store.id, { key: wire, rev: from }));
  const after = useQuery(queries.key(store.id, { key: wire, rev: to }));
  const error = before.error ?? after.error;
  if (error !== null) {
    const retry = (): void => {
      void before.refetch();
      void after.refetch();
    };
    return <PanelError title="The values could not be read" error={error} onRetry={retry} />;
  }
  if (before.data === undefined || after.data === undefined) return <SkeletonRows rows={5} />;
  const [was, is] = [before.data.kv?.value ?? null, after.data.kv?.value ?? null];
  if (was !== null && is !== null && sameBytes(was, is)) return <p>Written again with the same bytes.</p>;
  return (
    <ValueDiffView
      before={was}
      after={is}
      context={4}
      same={<p>{was === null || is === null ? 'It holds no bytes.' : 'Only the white space of the JSON differs.'}</p>}
      label="Then and after"
    />
  );
}
