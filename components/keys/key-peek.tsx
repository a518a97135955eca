'use client';

import { useQuery } from '@tanstack/react-query';
import { queries } from '../../lib/api/queries.ts';
import type { WireBytes, WireInt } from '../../lib/api/types.ts';
import { formatBytes, formatCount } from '../../lib/format/number.ts';
import { valueStart } from '../../lib/history/value-format.ts';
import { displayBytes } from '../../lib/keys/wire-bytes.ts';
import { KeyLink, type KeyLinkProps } from '../shell/links.tsx';
import { usePinnedRevision } from '../shell/use-pinned-revision.ts';
import { useStore } from '../shell/use-store.ts';
import { StatusMark } from '../ui/badge.tsx';
import { HoverCard } from '../ui/hover-card.tsx';
import { Skeleton } from '../ui/skeleton.tsx';

/** A key as a link (shell/links.tsx) that shows on hover what it leads to. */
export function PeekKeyLink(props: KeyLinkProps) {
  return (
    <HoverCard content={<KeyPeek wire={props.value} rev={props.rev ?? null} />}>
      <span className="inline-flex min-w-0">
        <KeyLink {...props} />
      </span>
    </HoverCard>
  );
}

const PEEK_CHARS = 240;

/** The hover card of a key: its facts and the first of its value, as it stands now or at the revision of the page. */
export function KeyPeek({ wire, rev }: { readonly wire: WireBytes; readonly rev: WireInt | null }) {
  const store = useStore();
  const pinned = usePinnedRevision().rev;
  const at = rev ?? pinned;
  const { data, error } = useQuery(queries.key(store.id, { key: wire, rev: at }));
  return (
    <div className="flex flex-col gap-2">
      <p className="mono break-all font-medium">{displayBytes(wire)}</p>
      {data === undefined ? (
        error === null ? (
          <Skeleton className="w-2/3" />
        ) : (
          <p className="text-bad">{error.message}</p>
        )
      ) : data.kv === null ? (
        <p className="text-fg-2">
          {at === null ? 'It does not exist now.' : `It did not exist at revision ${formatCount(at)}.`}
        </p>
      ) : (
        <>
          <pre className="mono max-h-32 overflow-hidden whitespace-pre-wrap break-all rounded-control border bg-inset px-2 py-1 text-fg-2">
            {valueStart(data.kv.value, { lines: PEEK_CHARS, chars: PEEK_CHARS }).text || '(no bytes)'}
          </pre>
          <p className="flex flex-wrap gap-x-3 text-fg-3 text-meta">
            <span>{formatBytes(data.kv.valueBytes)}</span>
            <span>revision {formatCount(data.kv.modRevision)}</span>
            <span>version {formatCount(data.kv.version)}</span>
            {data.kv.lease === null ? null : <StatusMark tone="lease">lease {data.kv.lease}</StatusMark>}
          </p>
        </>
      )}
    </div>
  );
}
