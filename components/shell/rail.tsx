'use client';

import { CircleHelp, SunMoon } from 'lucide-react';
import { usePathname } from 'next/navigation';
import { formatCount, formatRate } from '../../lib/format/number.ts';
import { IconButton } from '../ui/button.tsx';
import { cn } from '../ui/cn.ts';
import { Link } from '../ui/link.tsx';
import { Tooltip } from '../ui/tooltip.tsx';
import { PAGE_GROUPS, type PageEntry } from './pages.ts';
import { useHref } from './use-href.ts';
import { useIndexState, useLiveStore, useNow } from './use-live.ts';

export interface RailProps {
  readonly onShortcuts: () => void;
  readonly onTheme: () => void;
}

/** The pages there are. Folds to icons where the window is narrow. */
export function Rail({ onShortcuts, onTheme }: RailProps) {
  const pathname = usePathname();
  return (
    <nav aria-label="Pages" className="flex w-[3.25rem] shrink-0 flex-col border-r bg-surface py-2 wide:w-48">
      {PAGE_GROUPS.map((group, index) => (
        <ul key={group[0]?.path} className={cn('flex flex-col gap-px px-2', index > 0 && 'mt-2 border-t pt-2')}>
          {group.map((page) => (
            <li key={page.path}>
              <RailLink page={page} isCurrent={page.path === '/' ? pathname === '/' : pathname.startsWith(page.path)} />
            </li>
          ))}
        </ul>
      ))}
      <div className="mt-auto flex flex-col items-center gap-1 px-2 wide:flex-row">
        <IconButton label="Light or dark" shortcut="t" onClick={onTheme}>
          <SunMoon aria-hidden="true" />
        </IconButton>
        <IconButton label="Keyboard shortcuts" shortcut="?" onClick={onShortcuts}>
          <CircleHelp aria-hidden="true" />
        </IconButton>
      </div>
    </nav>
  );
}

function RailLink({ page, isCurrent }: { readonly page: PageEntry; readonly isCurrent: boolean }) {
  const href = useHref();
  const Icon = page.icon;
  return (
    <Tooltip content={page.title} shortcut={`g ${page.letter}`} side="right">
      <Link
        href={href(page.path)}
        aria-current={isCurrent ? 'page' : undefined}
        className={cn(
          'group relative flex h-7 items-center justify-center gap-2 rounded-control px-2 transition-colors duration-[120ms] wide:justify-start',
          isCurrent ? 'bg-selected font-medium text-fg' : 'text-fg-2 hover:bg-hover hover:text-fg',
        )}
      >
        <Icon aria-hidden="true" className={cn('size-4 shrink-0', isCurrent ? 'text-accent' : 'text-fg-3')} />
        <span className="flex-1 max-wide:sr-only">{page.title}</span>
        <RailCount path={page.path} />
      </Link>
    </Tooltip>
  );
}

/** What is behind a page, as a number that is known anyway. Hidden from screen readers, for which it would only be noise. */
function RailCount({ path }: { readonly path: string }) {
  if (path === '/keys') return <KeyCount />;
  if (path === '/watch') return <WatchRate />;
  return null;
}

const COUNT = 'mono text-fg-3 text-meta max-wide:hidden';

function KeyCount() {
  const index = useIndexState();
  if (index === null || index.value.revision === '0') return null;
  return (
    <span aria-hidden="true" className={COUNT}>
      {formatCount(index.value.keysTotal ?? index.value.keysLoaded)}
    </span>
  );
}

function WatchRate() {
  const store = useLiveStore();
  useNow(1_000);
  const rate = store.ratePerSecond(Date.now());
  if (rate === 0) return null;
  return (
    <span aria-hidden="true" className={COUNT} suppressHydrationWarning>
      {formatRate(rate)}/s
    </span>
  );
}
