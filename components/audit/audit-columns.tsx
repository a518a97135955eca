'use client';

import type { AuditEntry } from '../../lib/api/audit.ts';
import { momentText } from '../../lib/format/time.ts';
import { displayBytes } from '../../lib/keys/wire-bytes.ts';
import { PeekKeyLink } from '../keys/key-peek.tsx';
import { KeyLink, LeaseLink, RevisionLink } from '../shell/links.tsx';
import { useCluster, useNow } from '../shell/use-live.ts';
import { StatusMark } from '../ui/badge.tsx';
import type { Column } from '../ui/data-table.tsx';
import { Tooltip } from '../ui/tooltip.tsx';
import { actionWords, resultWords } from './audit-words.ts';

export const AUDIT_COLUMNS: readonly Column<AuditEntry>[] = [
  { id: 'at', head: 'Time', width: '8rem', cell: (entry) => <Moment at={entry.at} /> },
  { id: 'user', head: 'Who', width: '7rem', cell: (entry) => <Who entry={entry} /> },
  { id: 'action', head: 'Action', width: '7.5rem', cell: (entry) => actionWords(entry.action) },
  { id: 'target', head: 'To what', width: 'minmax(10rem, 1fr)', cell: (entry) => <Target entry={entry} /> },
  { id: 'result', head: 'Result', width: '6rem', cell: (entry) => <Result result={entry.result} /> },
  {
    id: 'revision',
    head: 'Revision',
    width: '5rem',
    align: 'right',
    cell: (entry) =>
      entry.revision === null ? <span className="text-fg-3">none</span> : <RevisionLink rev={entry.revision} />,
  },
  {
    id: 'from',
    head: 'From',
    width: '9rem',
    hideBelow: 900,
    cell: (entry) => <span className="mono truncate text-fg-2">{entry.from}</span>,
  },
];

function Moment({ at }: { readonly at: number }) {
  const now = useNow(60_000);
  return <span className="mono">{now === 0 ? '' : momentText(at, now)}</span>;
}

/** Without users in the store nobody can say who it was. */
export function Who({ entry }: { readonly entry: AuditEntry }) {
  if (entry.user !== null) return <span className="truncate font-medium">{entry.user}</span>;
  return (
    <Tooltip content="The store had no users, so the console cannot know who it was.">
      <span className="text-fg-3">not signed in</span>
    </Tooltip>
  );
}

export function Target({ entry: { target, targetKind } }: { readonly entry: AuditEntry }) {
  if (target === null) return <span className="text-fg-3">the store</span>;
  if (targetKind === 'key') return <PeekKeyLink value={target} />;
  if (targetKind === 'lease' && typeof target === 'string') return <LeaseLink id={target} />;
  if (targetKind === 'member' && typeof target === 'string') return <MemberName id={target} />;
  if (targetKind === 'prefix') return <KeyLink value={target}>{`${displayBytes(target)}…`}</KeyLink>;
  return <span className="mono truncate">{displayBytes(target)}</span>;
}

/** One that is no longer part of the cluster keeps its id. */
function MemberName({ id }: { readonly id: string }) {
  const name = useCluster()?.value.members.find((member) => member.id === id)?.name ?? '';
  return (
    <span className="mono truncate" title={id}>
      {name === '' ? id : name}
    </span>
  );
}

export function Result({ result }: { readonly result: AuditEntry['result'] }) {
  const { word, tone, shape, meaning } = resultWords(result);
  return (
    <Tooltip content={meaning}>
      <StatusMark tone={tone} {...(shape === undefined ? {} : { shape })}>
        {word}
      </StatusMark>
    </Tooltip>
  );
}
