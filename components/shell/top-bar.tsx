'use client';

import { Search } from 'lucide-react';
import { StatusMark } from '../ui/badge.tsx';
import { Kbd } from '../ui/kbd.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { Tooltip } from '../ui/tooltip.tsx';
import { clusterSentence } from './cluster-sentence.ts';
import { later } from './later.tsx';
import { STORE_FILL } from './store-swatch.tsx';
import { StoreSwitcher } from './store-switcher.tsx';
import { useCluster, useNow, useStreamDownSince } from './use-live.ts';
import { useStore } from './use-store.ts';

const UserMenu = later(() => import('./user-menu.tsx').then((module) => module.UserMenu));

export interface TopBarProps {
  /** No store is open to this browser: nothing to say about one. */
  readonly isBare: boolean;
  readonly onPalette: () => void;
}

/** Store, the one sentence of state, and the way to everything. */
export function TopBar({ isBare, onPalette }: TopBarProps) {
  return (
    <header className="relative flex h-11 shrink-0 items-center gap-3 border-b bg-surface pr-3">
      <StoreEdge />
      <StoreSwitcher />
      {isBare ? <span className="flex-1" /> : <ClusterSentence />}
      <button
        type="button"
        onClick={onPalette}
        className="flex h-7 shrink-0 items-center gap-2 rounded-control border border-line-strong bg-inset px-2 text-fg-3 transition-colors duration-[120ms] hover:border-fg-3 hover:text-fg-2 wide:w-64"
      >
        <Search aria-hidden="true" className="size-3.5" />
        <span className="flex-1 text-left max-wide:sr-only">Find key, page, action</span>
        <Kbd keys="$mod+k" />
      </button>
      <UserMenu />
    </header>
  );
}

/** The colour that the operator gave to the store, along the top of every page. */
function StoreEdge() {
  const { colour } = useStore();
  if (colour === null) return null;
  return <span aria-hidden="true" className={`absolute inset-x-0 top-0 h-0.5 ${STORE_FILL[colour]}`} />;
}

function ClusterSentence() {
  const cluster = useCluster();
  const now = useNow(10_000);
  const isStale = useStreamDownSince() !== null;
  if (cluster === null) return <Skeleton className="mr-auto w-72 max-w-1/2" />;
  return (
    <p className={`min-w-0 flex-1 truncate ${isStale ? 'greyed' : ''}`}>
      {clusterSentence(cluster.value, now).map((part, index) => (
        <span key={part.id}>
          {index === 0 ? null : (
            <span aria-hidden="true" className="mx-2 text-fg-3">
              ·
            </span>
          )}
          <Tooltip content={part.meaning}>
            <StatusMark tone={part.tone} className="align-middle">
              <span className={part.tone === 'neutral' || part.tone === 'leader' ? 'text-fg' : undefined}>
                {part.text}
              </span>
            </StatusMark>
          </Tooltip>
        </span>
      ))}
    </p>
  );
}
