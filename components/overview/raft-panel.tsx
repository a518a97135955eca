'use client';

import { X } from 'lucide-react';
import type { ClusterView, MemberView } from '../../lib/api/types.ts';
import { formatBytes, formatCount } from '../../lib/format/number.ts';
import { RaftRing } from '../charts/raft-ring.tsx';
import { textParam } from '../shell/url-params.ts';
import { useNow } from '../shell/use-live.ts';
import { useUrlState } from '../shell/use-url-state.ts';
import { StatusMark } from '../ui/badge.tsx';
import { IconButton } from '../ui/button.tsx';
import { cn } from '../ui/cn.ts';
import { HoverCard } from '../ui/hover-card.tsx';
import { Panel, PanelStates } from '../ui/panel.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { MemberFacts } from './member-facts.tsx';
import { memberTone, ringMember, roleWord } from './member-words.ts';

export interface RaftPanelProps {
  readonly view: ClusterView | null;
  readonly isStale: boolean;
  readonly className?: string;
}

/** Who leads, who follows, how far behind: as a picture, and as the table below it. */
export function RaftPanel({ view, isStale, className }: RaftPanelProps) {
  const [selected, select] = useUrlState('member', textParam);
  const now = useNow(1_000);
  const member = view?.members.find((one) => one.id === selected);
  return (
    <Panel
      title="Raft, live"
      meta={view === null ? null : `term ${formatCount(view.term)}`}
      {...(className === undefined ? {} : { className })}
      bodyClassName="flex flex-col"
    >
      <PanelStates isLoading={view === null} data={view} skeleton={<RaftSkeleton />}>
        {({ term, ...cluster }) => {
          // By name, so that the picture stands the same in every browser and after every restart.
          const members = [...cluster.members].sort((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }));
          return (
            <div className={cn('@container flex flex-1 flex-col', isStale && 'greyed')}>
              <RaftRing
                members={members.map((one) => ringMember(one, term, isStale))}
                term={term}
                selected={selected}
                onSelect={(id) => void select(id === selected ? null : id)}
                wrapNode={(ringed, node) => {
                  const one = members.find((candidate) => candidate.id === ringed.id);
                  return one === undefined ? (
                    node
                  ) : (
                    <HoverCard
                      content={<MemberFacts member={one} now={now} />}
                      isDisabled={one.id === selected}
                      className="w-80!"
                    >
                      {node}
                    </HoverCard>
                  );
                }}
              />
              <MemberTable
                members={members}
                isStale={isStale}
                selected={selected}
                onSelect={(id) => void select(id === selected ? null : id)}
              />
              {member === undefined ? null : (
                <section aria-label={`Member ${member.name}`} className="relative animate-in border-t bg-inset p-3">
                  <MemberFacts member={member} now={now} withActions />
                  <IconButton
                    label="Close details"
                    size="small"
                    className="absolute right-2 bottom-2"
                    onClick={() => void select(null)}
                  >
                    <X aria-hidden="true" />
                  </IconButton>
                </section>
              )}
            </div>
          );
        }}
      </PanelStates>
    </Panel>
  );
}

interface MemberTableProps {
  readonly members: readonly MemberView[];
  readonly isStale: boolean;
  readonly selected: string | null;
  readonly onSelect: (id: string) => void;
}

const HEAD = 'px-3 py-1 text-left font-medium text-fg-2 text-meta';
const NUMBER = 'mono whitespace-nowrap px-3 text-right';

function MemberTable({ members, isStale, selected, onSelect }: MemberTableProps) {
  return (
    <div className="overflow-x-auto border-t">
      <table className="w-full">
        <caption className="sr-only">Members of the cluster</caption>
        <thead className="border-b bg-inset">
          <tr>
            <th scope="col" className={HEAD}>
              Member
            </th>
            <th scope="col" className={HEAD}>
              State
            </th>
            <th scope="col" className={cn(HEAD, '@max-lg:hidden')}>
              Version
            </th>
            <th scope="col" className={cn(HEAD, 'text-right @max-lg:hidden')}>
              Term
            </th>
            <th scope="col" className={cn(HEAD, 'text-right')}>
              Log index
            </th>
            <th scope="col" className={cn(HEAD, 'text-right')}>
              Behind <span className="font-normal text-fg-3">entries</span>
            </th>
            <th scope="col" className={cn(HEAD, 'text-right')}>
              Database
            </th>
            <th scope="col" className={cn(HEAD, 'text-right')}>
              Answers in <span className="font-normal text-fg-3">ms</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {members.map((member) => (
            <tr
              key={member.id}
              className={cn('h-6 border-b last:border-b-0', selected === member.id ? 'bg-selected' : 'hover:bg-hover')}
            >
              <th scope="row" className="px-3 text-left font-normal">
                <button
                  type="button"
                  className="rounded-mark font-medium text-accent hover:underline"
                  onClick={() => onSelect(member.id)}
                >
                  {member.name}
                </button>
              </th>
              <td className="px-3">
                <StatusMark tone={memberTone(member, isStale)}>{roleWord(member)}</StatusMark>
              </td>
              <td className="mono px-3 @max-lg:hidden">{member.status?.version ?? '–'}</td>
              <td className={cn(NUMBER, '@max-lg:hidden')}>
                {member.status === null ? '–' : formatCount(member.status.raftTerm)}
              </td>
              <td className={NUMBER}>{member.status === null ? '–' : formatCount(member.status.raftIndex)}</td>
              <td className={NUMBER}>
                {member.status === null || member.isLeader ? '–' : formatCount(member.status.lagEntries)}
              </td>
              <td className={NUMBER}>{member.status === null ? '–' : formatBytes(member.status.dbSizeBytes)}</td>
              <td className={NUMBER}>{member.status === null ? '–' : member.status.roundTripMs.toFixed(1)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function RaftSkeleton() {
  return (
    <div className="flex flex-col">
      <div className="flex h-62 items-center justify-around">
        {['a', 'b', 'c'].map((name) => (
          <Skeleton key={name} className="size-12! rounded-full!" />
        ))}
      </div>
      <div className="border-t p-3">
        <Skeleton className="w-2/3" />
      </div>
    </div>
  );
}
