'use client';

import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { CoordinationDetail, TermView } from '../../lib/api/coordination-types.ts';
import { queries } from '../../lib/api/queries.ts';
import { formatCount } from '../../lib/format/number.ts';
import { durationText, momentText } from '../../lib/format/time.ts';
import { flapsOf, gapsOf, isFlap, joinTerms, overlapsOf } from '../../lib/recognise/terms.ts';
import type { LaneAxis } from '../charts/term-lanes.layout.ts';
import { TermLanesChart } from '../charts/term-lanes.tsx';
import { PanelError } from '../keys/panel/panel-error.tsx';
import { RevisionLink } from '../shell/links.tsx';
import { useBindings } from '../shell/use-bindings.ts';
import { usePinnedRevision } from '../shell/use-pinned-revision.ts';
import { useStore } from '../shell/use-store.ts';
import { StatusMark } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { type Column, DataTable } from '../ui/data-table.tsx';
import { useMoment } from './moment.ts';
import { termsSentence, whoText } from './words.ts';

type Form = 'lanes' | 'table';

/** Who held when: lanes or a table of the same terms, from what was seen live and, when asked for, from the store's history. */
export function TermsPanel({ detail }: { readonly detail: CoordinationDetail }) {
  const { rev } = usePinnedRevision();
  const [form, setForm] = useState<Form>('lanes');
  const [chosenAxis, setAxis] = useState<LaneAxis>('time');
  // A revision from before the console watched has no time, nor has anything before it.
  const axis = detail.at === null ? 'revision' : chosenAxis;
  const { terms, past, load } = useTerms(detail, rev);
  const now = useMoment();
  useBindings([
    {
      id: 'coordination.form',
      keys: 'v',
      title: 'Terms of office as lanes or as a table',
      group: 'Page',
      run: () => setForm(form === 'lanes' ? 'table' : 'lanes'),
    },
  ]);
  const marksFlaps = detail.group.kind === 'election';
  const counts = {
    terms: terms.length,
    gaps: gapsOf(terms).length,
    flaps: marksFlaps ? flapsOf(terms) : 0,
    overlaps: overlapsOf(terms).length,
  };
  return (
    <section aria-label="Terms of office" className="flex min-h-0 flex-1 flex-col border-t">
      <header className="flex min-h-9 shrink-0 flex-wrap items-center gap-x-2 gap-y-1 px-3 py-1">
        <h3 className="font-semibold">Who held when</h3>
        <span className="min-w-0 flex-1 truncate text-fg-3 text-meta">{termsSentence(counts)}</span>
        <fieldset className="flex">
          <legend className="sr-only">Show as</legend>
          {form === 'lanes' ? (
            <>
              {detail.at === null ? null : (
                <Choice isOn={axis === 'time'} onClick={() => setAxis('time')} label="By time" />
              )}
              <Choice isOn={axis === 'revision'} onClick={() => setAxis('revision')} label="By revision" />
            </>
          ) : null}
          <Choice isOn={form === 'table'} onClick={() => setForm(form === 'table' ? 'lanes' : 'table')} label="Table" />
        </fieldset>
      </header>
      {form === 'lanes' ? (
        <div className="min-h-0 overflow-y-auto">
          <TermLanesChart
            terms={terms}
            queue={detail.queue}
            labelOf={whoText}
            axis={axis}
            marksFlaps={marksFlaps}
            now={now}
            revision={detail.revision}
          />
        </div>
      ) : (
        <DataTable
          label="Terms of office"
          columns={columns(now, marksFlaps)}
          rows={[...terms].reverse()}
          rowKey={(term) => term.from + term.token}
          className="border-t"
        />
      )}
      <Reach past={past} load={load} watchedFrom={detail.watchedFrom} />
    </section>
  );
}

function Choice({
  isOn,
  onClick,
  label,
}: {
  readonly isOn: boolean;
  readonly onClick: () => void;
  readonly label: string;
}) {
  return (
    <Button size="small" variant="ghost" aria-pressed={isOn} onClick={onClick}>
      {label}
    </Button>
  );
}

/** Terms seen live, and before them those of the store's history once that was asked for. At a pinned revision only the latter tell. */
function useTerms(detail: CoordinationDetail, rev: string | null) {
  const store = useStore();
  const before = rev ?? detail.watchedFrom ?? detail.revision;
  const [asked, setAsked] = useState<string | null>(null);
  const isAsked = asked === before || rev !== null;
  const past = useQuery({
    ...queries.coordinationTerms(store.id, { key: detail.group.id, before }),
    enabled: isAsked,
    retry: false,
  });
  const terms = past.data === undefined ? detail.terms : joinTerms(past.data.terms, detail.terms);
  return { terms, past: { ...past, isAsked }, load: () => setAsked(before) };
}

interface ReachProps {
  readonly past: ReturnType<typeof useTerms>['past'];
  readonly load: () => void;
  readonly watchedFrom: string | null;
}

/** How far back the terms reach, in words; never a list that looks complete and is not. */
function Reach({ past, load, watchedFrom }: ReachProps) {
  if (past.data !== undefined) {
    const { from, reachesCompaction } = past.data;
    return (
      <p role="status" className="px-3 pb-2 text-fg-3 text-meta">
        {reachText(from, reachesCompaction)}
      </p>
    );
  }
  if (past.error !== null) {
    return <PanelError title="The history could not be read" error={past.error} onRetry={() => void past.refetch()} />;
  }
  return (
    <p role="status" className="flex flex-wrap items-center gap-x-2 px-3 pb-2 text-fg-3 text-meta">
      {past.isAsked ? (
        'Reading the store’s history…'
      ) : (
        <>
          Watched from revision {formatCount(watchedFrom ?? '0')} on.
          {Number(watchedFrom) <= 1 ? null : (
            <Button size="small" variant="ghost" onClick={load} className="text-accent!">
              Read what came before from the store’s history
            </Button>
          )}
        </>
      )}
    </p>
  );
}

function reachText(from: string, reachesCompaction: boolean): string {
  if (from === '1') return 'Complete from the store’s first revision on.';
  const before = reachesCompaction ? 'What came before is compacted away.' : 'The store may hold more before that.';
  return `Complete from revision ${formatCount(from)} on. ${before}`;
}

function columns(now: number, marksFlaps: boolean): readonly Column<TermView>[] {
  return [
    {
      id: 'who',
      head: 'Holder',
      width: 'minmax(8rem, 1fr)',
      cell: (term) => (term.to === null ? <StatusMark tone="leader">{whoText(term)}</StatusMark> : whoText(term)),
    },
    {
      id: 'from',
      head: 'From rev',
      width: '6rem',
      align: 'right',
      cell: (term) => (
        <>
          {term.fromExact ? '' : '≥ '}
          <RevisionLink rev={term.from} />
        </>
      ),
    },
    {
      id: 'to',
      head: 'To rev',
      width: '6rem',
      align: 'right',
      cell: (term) =>
        term.to === null ? (
          'now'
        ) : (
          <>
            {term.toExact ? '' : '≤ '}
            <RevisionLink rev={term.to} />
          </>
        ),
    },
    {
      id: 'started',
      head: 'Started',
      width: '9rem',
      hideBelow: 520,
      cell: (term) => <span className="mono">{term.fromAt === null ? 'not seen' : momentText(term.fromAt, now)}</span>,
    },
    {
      id: 'held',
      head: 'Held for',
      width: '7rem',
      align: 'right',
      cell: (term) => <HeldFor term={term} now={now} marksFlaps={marksFlaps} />,
    },
    {
      id: 'token',
      head: 'Token',
      width: '5.5rem',
      align: 'right',
      hideBelow: 460,
      cell: (term) => <span className="mono">{formatCount(term.token)}</span>,
    },
  ];
}

function HeldFor({
  term,
  now,
  marksFlaps,
}: {
  readonly term: TermView;
  readonly now: number;
  readonly marksFlaps: boolean;
}) {
  const end = term.to === null ? now : term.toAt;
  if (end === null || term.fromAt === null) return <span className="text-fg-3">not seen</span>;
  const text = `${term.fromExact && term.toExact ? '' : '≤ '}${durationText(end - term.fromAt)}`;
  return marksFlaps && isFlap(term) ? (
    <StatusMark tone="risk">{text}</StatusMark>
  ) : (
    <span className="mono">{text}</span>
  );
}
