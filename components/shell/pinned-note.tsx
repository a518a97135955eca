'use client';

import { formatCount } from '../../lib/format/number.ts';
import { StatusMark } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { usePinnedRevision } from './use-pinned-revision.ts';

/** On a page that can only show the present while a revision is pinned: says so, instead of passing the present off as the past. */
export function PinnedNote({ shows }: { readonly shows: string }) {
  const { rev, unpin } = usePinnedRevision();
  if (rev === null) return null;
  return (
    <div
      role="note"
      className="flex min-h-8 shrink-0 flex-wrap items-center gap-x-3 gap-y-1 border-b bg-past/8 px-4 py-1"
    >
      <StatusMark tone="past">
        {shows} is shown as it is now, not as it was at revision {formatCount(rev)}.
      </StatusMark>
      <Button size="small" variant="ghost" onClick={unpin} className="ml-auto text-past!">
        Return to live
      </Button>
    </div>
  );
}
