'use client';

import Link from 'next/link';
import { usePathname, useSearchParams } from 'next/navigation';
import type { WireInt } from '../../lib/api/types.ts';
import { formatCount } from '../../lib/format/number.ts';
import { momentText } from '../../lib/format/time.ts';
import { useNow } from '../shell/use-live.ts';
import { cn } from '../ui/cn.ts';
import { ContextMenu, ContextMenuContent, ContextMenuLabel, ContextMenuTrigger } from '../ui/context-menu.tsx';
import { CopyAsContextItems } from '../ui/copy-as.tsx';
import { Tooltip } from '../ui/tooltip.tsx';

export interface RevisionHereProps {
  readonly revision: WireInt;
  /** When the console saw it; null when it did not. */
  readonly at?: number | null;
  readonly className?: string;
}

/** A revision as a link that keeps all the page shows (the open key, say) and pins it to that revision. */
export function RevisionHere({ revision, at = null, className }: RevisionHereProps) {
  const pathname = usePathname();
  const params = new URLSearchParams(useSearchParams());
  const now = useNow(10_000);
  params.set('rev', revision);
  const target = `${pathname}?${params}`;
  const when = at === null || now === 0 ? '' : ` · ${momentText(at, now)}`;
  return (
    <ContextMenu>
      <Tooltip content={`Show this page at revision ${formatCount(revision)}${when}`}>
        <ContextMenuTrigger asChild>
          <Link href={target} className={cn('mono rounded-mark text-accent hover:underline', className)}>
            {formatCount(revision)}
          </Link>
        </ContextMenuTrigger>
      </Tooltip>
      <ContextMenuContent>
        <ContextMenuLabel>{`Revision ${formatCount(revision)}`}</ContextMenuLabel>
        <CopyAsContextItems
          forms={{ more: { number: () => revision, 'link to this revision': () => `${location.origin}${target}` } }}
        />
      </ContextMenuContent>
    </ContextMenu>
  );
}
