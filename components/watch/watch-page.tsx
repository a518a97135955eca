'use client';

import { useRef, useState } from 'react';
import { etcdctl, sampleCommand } from '../../lib/format/commands.ts';
import { formatCount, formatRate, plural } from '../../lib/format/number.ts';
import { type ChangeFilter, NO_FILTER } from '../../lib/live/change-filter.ts';
import { revisionOf } from '../../lib/live/change-ring.ts';
import type { WatchRow } from '../../lib/live/watch-list.ts';
import { RateStrip } from '../charts/rate-strip.tsx';
import { PageHeader } from '../shell/page-header.tsx';
import { PinnedNote } from '../shell/pinned-note.tsx';
import { useBindings } from '../shell/use-bindings.ts';
import { useConnection, useLiveStore, useMajorityLost, useNow, useStaleSince } from '../shell/use-live.ts';
import { useReplaySession } from '../shell/use-replay.ts';
import { useStore } from '../shell/use-store.ts';
import { StatusMark } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { cn } from '../ui/cn.ts';
import { EmptyState } from '../ui/empty-state.tsx';
import { SkeletonRows } from '../ui/skeleton.tsx';
import { Splitter } from '../ui/splitter.tsx';
import { ChangeDetail } from './change-detail.tsx';
import { download, toNdjson } from './ndjson.ts';
import { PastLine } from './past-line.tsx';
import { SubscriptionBar } from './subscription-bar.tsx';
import { SubscriptionFields } from './subscription-fields.tsx';
import { usePast } from './use-past.ts';
import { type LiveList, useWatchList } from './use-watch-list.ts';
import { rowKey, WatchTable } from './watch-table.tsx';
import { WatchToolbar } from './watch-toolbar.tsx';
import { useWatchUrl } from './watch-url.ts';

/** Scrolled further than this, the operator reads: rows stand still. */
const READING_PX = 12;

/** The live stream as an instrument. */
export function WatchPage() {
  const url = useWatchUrl();
  const { filters } = url;
  const list = useWatchList(filters);
  const replaying = useReplaySession();
  const past = usePast({ list: list.list, filters, from: url.from, isOff: replaying !== null });
  const [edited, setEdited] = useState(0);
  const index = Math.min(edited, filters.length - 1);
  const filter = filters[index] ?? NO_FILTER;
  const [chosen, setChosen] = useState<WatchRow | null>(null);
  const field = useRef<HTMLInputElement>(null);
  const fromField = useRef<HTMLInputElement>(null);
  const isPaused = list.reasons.has('paused');

  const choose = (row: WatchRow): void => {
    setChosen(row);
    list.hold('reading');
  };
  const close = (): void => {
    setChosen(null);
    list.release('reading');
  };
  const togglePause = (): void => (isPaused ? list.release('paused') : list.hold('paused'));
  const exportList = (): void => {
    const rows = Array.from(list.state.rows, ({ row }) => row);
    const last = rows.at(-1);
    download(`changes-to-${last === undefined ? '0' : revisionOf(last)}.ndjson`, toNdjson(rows));
  };
  const add = (): void => {
    url.add();
    setEdited(filters.length);
    // The fields of the new one are there with the next frame.
    requestAnimationFrame(() => field.current?.focus());
  };
  useBindings([
    { id: 'watch.filter', keys: '/', title: 'Filter by key', group: 'Page', run: () => field.current?.focus() },
    {
      id: 'watch.pause',
      keys: 'p',
      title: isPaused ? 'Resume the stream' : 'Pause the stream',
      group: 'Page',
      run: togglePause,
    },
    { id: 'watch.add', keys: 'n', title: 'Add a subscription', group: 'Page', run: add },
    {
      id: 'watch.from',
      keys: 'f',
      title: 'Start from a revision',
      group: 'Page',
      run: () => fromField.current?.focus(),
    },
    { id: 'watch.clear', keys: 'x', title: 'Clear the list', group: 'Page', run: () => list.list.clear() },
    { id: 'watch.export', keys: null, title: 'Export the list as NDJSON', group: 'Page', run: exportList },
    { id: 'watch.down', keys: ['j', 'ArrowDown'], title: 'Older change', group: 'List', run: null },
    { id: 'watch.up', keys: ['k', 'ArrowUp'], title: 'Newer change', group: 'List', run: null },
    ...(chosen === null
      ? []
      : [{ id: 'watch.close', keys: 'Escape', title: 'Close the change', group: 'Page' as const, run: close }]),
  ]);

  const table = (
    <section
      aria-label="Stream"
      className="flex min-h-0 flex-1 flex-col bg-surface"
      onPointerMove={(event) => {
        // Events of a menu reach here too, through React's tree; only those over the rows themselves count.
        if (event.currentTarget.contains(event.target as Node)) list.onAim();
      }}
      onContextMenu={() => list.hold('menu')}
      onPointerLeave={() => list.release('pointing')}
    >
      <HoldLine
        list={list}
        onResume={() => {
          setChosen(null);
          list.releaseAll();
        }}
      />
      <WatchTable
        rows={list.newestFirst}
        subscriptions={filters.length}
        forgotten={list.state.forgotten}
        selected={chosen === null ? null : rowKey(chosen)}
        onSelect={choose}
        onScrollTop={(scrollTop) => (scrollTop > READING_PX ? list.hold('scrolled') : list.release('scrolled'))}
        empty={<NothingYet hasFilter={filters.every(isFiltering)} onShowAll={() => url.change(index, NO_FILTER)} />}
      />
      {list.state.forgotten === 0 ? null : (
        <p className="border-t px-3 py-1 text-fg-3 text-meta">
          {plural(list.state.forgotten, 'older change')} left this list; it holds the last{' '}
          {formatCount(list.state.rows.length)}.
        </p>
      )}
    </section>
  );
  return (
    <>
      <PageHeader title="Watch" meta={<Reading shown={list.state.rows.length} />}>
        <WatchToolbar
          fromField={fromField}
          from={url.from}
          onFrom={url.setFrom}
          filter={filter}
          isPaused={isPaused}
          onPause={togglePause}
          onClear={() => list.list.clear()}
          onExport={exportList}
        />
      </PageHeader>
      {replaying === null ? <PinnedNote shows="The stream" /> : null}
      <SubscriptionBar
        filters={filters}
        list={list}
        chosen={index}
        onChoose={setEdited}
        onAdd={add}
        onRemove={(gone) => {
          url.remove(gone);
          list.forget(gone);
          setEdited((now) => (now > gone ? now - 1 : now));
        }}
      />
      <div className="shrink-0 border-b bg-surface px-4 py-1.5">
        <SubscriptionFields
          index={index}
          field={field}
          filter={filter}
          onFilter={(change) => url.change(index, change)}
        />
      </div>
      {replaying === null ? <Rate /> : null}
      <PastLine state={past} oldestOfStream={list.list.oldestOfStream()} />
      <div className="flex min-h-64 flex-1">
        {chosen === null || chosen.row.kind === 'gap' ? (
          table
        ) : (
          <Splitter
            label="Resize the change"
            storageKey="watch"
            initial={58}
            first={table}
            second={<ChangeDetail event={chosen.row.event} onClose={close} />}
          />
        )}
      </div>
    </>
  );
}

const isFiltering = ({ text, types, value, lease }: ChangeFilter): boolean =>
  text !== '' || types !== 'all' || value !== '' || lease !== 'any';

function Reading({ shown }: { readonly shown: number }) {
  const store = useLiveStore();
  useNow(500);
  const isReplay = useReplaySession() !== null;
  const isStale = useStaleSince() !== null;
  return (
    <span className="nums" suppressHydrationWarning>
      {isReplay
        ? 'the past, played'
        : isStale
          ? 'not live'
          : `${formatRate(store.ratePerSecond(Date.now()))} changes per second`}{' '}
      · {plural(shown, 'change')} listed
    </span>
  );
}

const STRIP_SECONDS = 120;

function Rate() {
  const store = useLiveStore();
  useNow(1_000);
  const counts = store.rates.last(STRIP_SECONDS, Date.now());
  const peak = Math.max(0, ...counts.map((one) => one.puts + one.deletes));
  return (
    <div className="flex shrink-0 items-end gap-3 border-b bg-surface px-4 pt-2 pb-1.5">
      <RateStrip counts={counts} label={`Changes per second over the last two minutes; at most ${formatCount(peak)}`} />
      <p className="nums w-28 shrink-0 text-right text-fg-3 text-meta" suppressHydrationWarning>
        last 2 minutes
        <br />
        peak {formatCount(peak)}/s
      </p>
    </div>
  );
}

const WHY = {
  paused: 'Paused',
  scrolled: 'Held while you scroll',
  reading: 'Held while you read a change',
  pointing: 'Held while you point',
  menu: 'Held while a menu is open',
} as const;

/** Above the rows while they stand still: why, how many wait, and how to go on. Its place is kept, so rows do not jump. */
function HoldLine({ list, onResume }: { readonly list: LiveList; readonly onResume: () => void }) {
  const { reasons, state } = list;
  const isReplay = useReplaySession() !== null;
  const isStale = useStaleSince() !== null;
  const isMajorityLost = useMajorityLost();
  const reason = (['paused', 'reading', 'menu', 'scrolled', 'pointing'] as const).find((one) => reasons.has(one));
  return (
    <div className={cn('flex h-8 shrink-0 items-center gap-3 border-b px-3', reason !== undefined && 'bg-selected')}>
      {reason === undefined ? (
        <StatusMark tone={isReplay ? 'past' : isStale ? 'stale' : isMajorityLost ? 'risk' : 'good'}>
          {isReplay
            ? 'replay: the changes as they happened'
            : isStale
              ? 'not live: waiting for the stream'
              : isMajorityLost
                ? 'nothing can be written: the store has lost its majority'
                : 'following'}
        </StatusMark>
      ) : (
        <>
          <span className="font-medium">{WHY[reason]}</span>
          <span className="nums text-fg-2">{formatCount(state.waiting)} new</span>
          {reason === 'pointing' ? null : (
            <Button size="small" className="ml-auto" onClick={onResume}>
              Show {formatCount(state.waiting)} new
            </Button>
          )}
        </>
      )}
    </div>
  );
}

function NothingYet({ hasFilter, onShowAll }: { readonly hasFilter: boolean; readonly onShowAll: () => void }) {
  const status = useConnection();
  const { kind, endpoints } = useStore();
  const isStale = useStaleSince() !== null;
  if (isStale) return <EmptyState>Changes show here once the store answers again.</EmptyState>;
  if (status.phase !== 'open') return <SkeletonRows rows={8} />;
  if (hasFilter) {
    return (
      <EmptyState actions={<Button onClick={onShowAll}>Show all changes</Button>}>
        No change that passes this filter has come since the page opened; those to come will show here.
      </EmptyState>
    );
  }
  return (
    <EmptyState
      command={kind === 'bundled' ? sampleCommand(endpoints) : etcdctl(endpoints, ['put', '/hello', 'world'])}
    >
      Nothing has changed since the page opened. Changes show here within a tenth of a second of their commit.
    </EmptyState>
  );
}
