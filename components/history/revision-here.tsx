'use client';

import { usePathname, useSearchParams } from 'next/navigation';
import type { WireInt } from '../../lib/api/types.ts';
import { formatCount } from '../../lib/format/number.ts';
import { momentText } from '../../lib/format/time.ts';
import { useNow } from '../shell/use-live.ts';
import { cn } from '../ui/cn.ts';
import { CopyAsMenuItems } from '../ui/copy-as.tsx';
import { Link } from '../ui/link.tsx';
import { MenuContent, MenuLabel } from '../ui/menu.tsx';
import { ContextMenuTrigger, Menu } from '../ui/menu-trigger.tsx';
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
    <Menu>
      <Tooltip content={`Show this page at revision ${formatCount(revision)}${when}`}>
        <ContextMenuTrigger>
          <Link href={target} className={cn('mono rounded-mark text-accent hover:underline', className)}>
            {formatCount(revision)}
          </Link>
        </ContextMenuTrigger>
      </Tooltip>
      <MenuContent>
        <MenuLabel>{`Revision ${formatCount(revision)}`}</MenuLabel>
        <CopyAsMenuItems
          forms={{ more: { number: () => revision, 'link to this revision': () => `${location.origin}${target}` } }}
        />
      </MenuContent>
    </Menu>
  );
}
