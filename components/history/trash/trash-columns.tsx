'use client';

import type { TrashGroup } from '../../../lib/api/bulk-types.ts';
import { formatBytes, formatCount } from '../../../lib/format/number.ts';
import { agoText, momentText } from '../../../lib/format/time.ts';
import { displayBytes } from '../../../lib/keys/wire-bytes.ts';
import { KeyName } from '../../shell/key-name.tsx';
import { useNow } from '../../shell/use-live.ts';
import type { Column } from '../../ui/data-table.tsx';
import { Mark } from '../../ui/marks.tsx';

function When({ at }: { readonly at: number | null }) {
  const now = useNow(1_000);
  if (at === null)
    return (
      <span className="text-fg-3" title="Before the console watched">
        not seen
      </span>
    );
  if (now === 0) return null;
  return (
    <time dateTime={new Date(at).toISOString()} title={agoText(at, now)} className="mono text-fg-2">
      {momentText(at, now)}
    </time>
  );
}

/** The folder all of them share, and how many there are; a single key by its name. */
function what(group: TrashGroup): string {
  const [first, ...rest] = group.sample.map((one) => displayBytes(one.key));
  if (first === undefined) return 'no longer retained';
  if (group.keys === 1) return first;
  let shared = first;
  for (const name of rest) while (!name.startsWith(shared)) shared = shared.slice(0, -1);
  const folder = shared.slice(0, shared.lastIndexOf('/') + 1);
  return folder === '' ? `${first}, …` : `${folder}…`;
}

export const TRASH_COLUMNS: readonly Column<TrashGroup>[] = [
  {
    id: 'what',
    head: 'Deleted',
    width: 'minmax(10rem, 3fr)',
    cell: (group) => (
      <span className="block" title={group.sample.map((one) => displayBytes(one.key)).join('\n')}>
        <KeyName text={what(group)} />
      </span>
    ),
  },
  {
    id: 'keys',
    head: 'Keys',
    width: '5rem',
    align: 'right',
    cell: (group) => (
      <span
        className="mono"
        title={
          group.deleted > group.keys ? `${formatCount(group.deleted - group.keys)} of them exist again` : undefined
        }
      >
        {formatCount(group.keys)}
        {group.deleted > group.keys ? <span className="text-fg-3"> of {formatCount(group.deleted)}</span> : null}
      </span>
    ),
  },
  {
    id: 'lease',
    head: <span className="sr-only">Had a lease</span>,
    width: '0.75rem',
    cell: (group) => (group.leases.length === 0 ? null : <Mark shape="hourglass" className="size-3 text-lease" />),
  },
  {
    id: 'bytes',
    head: 'Values',
    width: '4.5rem',
    align: 'right',
    hideBelow: 600,
    cell: (group) => <span className="nums text-fg-2">{formatBytes(group.bytes)}</span>,
  },
  { id: 'at', head: 'When', width: '5.5rem', hideBelow: 460, cell: (group) => <When at={group.at} /> },
  {
    id: 'by',
    head: 'By',
    width: '7rem',
    hideBelow: 760,
    cell: (group) =>
      group.by === null ? (
        <span className="text-fg-3" title="The store does not keep who wrote; the console knows only its own writes.">
          not known
        </span>
      ) : (
        group.by
      ),
  },
  {
    id: 'revision',
    head: 'Revision',
    width: '5.5rem',
    align: 'right',
    hideBelow: 440,
    cell: (group) => <span className="mono">{formatCount(group.revision)}</span>,
  },
];
