'use client';

import { Crown, Download, Eraser, Link2, MoreHorizontal, ShieldCheck, Siren, Trash2 } from 'lucide-react';
import type { ReactNode } from 'react';
import type { ClusterAction } from '../../lib/api/cluster-types.ts';
import type { ClusterView, MemberView } from '../../lib/api/types.ts';
import { formatBytes, formatCount } from '../../lib/format/number.ts';
import { memberTone, roleWord } from '../overview/member-words.ts';
import { StatusMark } from '../ui/badge.tsx';
import { IconButton } from '../ui/button.tsx';
import { CopyButton } from '../ui/copy-button.tsx';
import { MenuContent, MenuItem, MenuSeparator } from '../ui/menu.tsx';
import { Menu, MenuTrigger } from '../ui/menu-trigger.tsx';

export interface MemberCardsProps {
  readonly view: ClusterView;
  readonly isStale: boolean;
  /** Null: nothing may be changed here. */
  readonly onAction: ((action: ClusterAction) => void) | null;
  readonly onReaddress: (member: MemberView) => void;
  readonly onSnapshot: (member: MemberView) => void;
  /** Null: there are no drills on this store. */
  readonly onDrill: ((member: MemberView) => void) | null;
}

/** One card per member, by name: what it is, how it does, what can be done to it. */
export function MemberCards({ view, ...rest }: MemberCardsProps) {
  const members = [...view.members].sort((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }));
  return (
    <ul className="grid grid-cols-[repeat(auto-fit,minmax(18rem,1fr))] gap-3">
      {members.map((member) => (
        <li key={member.id}>
          <MemberCard member={member} drillRefusal={view.drills.refusal} {...rest} />
        </li>
      ))}
    </ul>
  );
}

function MemberCard({
  member,
  isStale,
  onAction,
  onReaddress,
  onSnapshot,
  onDrill,
  drillRefusal,
}: Omit<MemberCardsProps, 'view'> & { readonly member: MemberView; readonly drillRefusal: string | null }) {
  const { status } = member;
  const name = member.name === '' ? member.id : member.name;
  return (
    <section aria-label={`Member ${name}`} className="h-full rounded-panel border bg-surface">
      <header className="flex h-10 items-center gap-2 border-b pr-1.5 pl-3">
        <h3 className="min-w-0 truncate font-semibold">{name}</h3>
        <StatusMark tone={memberTone(member, isStale)}>{roleWord(member)}</StatusMark>
        <span className="ml-auto" />
        <MemberMenu {...{ member, name, onAction, onReaddress, onSnapshot, onDrill, drillRefusal }} />
      </header>
      <dl className="grid grid-cols-[6.5rem_minmax(0,1fr)] gap-x-3 gap-y-1 px-3 py-2.5">
        <Fact name="Id">
          <span className="flex items-center gap-1.5">
            <span className="mono">{member.id}</span>
            <CopyButton text={member.id} label="Copy id" className="size-5" />
          </span>
        </Fact>
        <Fact name="Clients">
          <span className="mono break-all">{member.clientUrls.join(', ') || 'not started yet'}</span>
        </Fact>
        <Fact name="Peers">
          <span className="mono break-all">{member.peerUrls.join(', ')}</span>
        </Fact>
        {status === null ? (
          <Fact name="Silent">{member.error ?? 'it has not been seen yet'}</Fact>
        ) : (
          <>
            <Fact name="Version">
              <span className="mono">{status.version}</span>
            </Fact>
            <Fact name="Log">
              <span className="mono">{formatCount(status.raftIndex)}</span>
              {status.lagEntries === '0' ? null : (
                <span className="text-fg-3">{` ${formatCount(status.lagEntries)} behind`}</span>
              )}
            </Fact>
            <Fact name="Database">
              <span className="mono">{formatBytes(status.dbSizeBytes)}</span>
              <span className="text-fg-3">{`, ${formatBytes(status.dbSizeInUseBytes)} in use`}</span>
            </Fact>
            <Fact name="Answers in">
              <span className="mono">{status.roundTripMs.toFixed(1)} ms</span>
            </Fact>
          </>
        )}
        {(['NOSPACE', 'CORRUPT'] as const)
          .filter((alarm) => status?.errors.some((text) => text.includes(alarm)) ?? false)
          .map((alarm) => (
            <Fact key={alarm} name="Alarm">
              <StatusMark tone="bad">{alarm}</StatusMark>
              {onAction === null ? null : (
                <button
                  type="button"
                  className="ml-2 text-accent hover:underline"
                  onClick={() => onAction({ type: 'disarm', member: member.id, alarm })}
                >
                  Clear
                </button>
              )}
            </Fact>
          ))}
      </dl>
    </section>
  );
}

/** Why a menu item of a member cannot be chosen. */
const SILENT = 'It does not answer';

function MemberMenu({
  member,
  name,
  onAction,
  onReaddress,
  onSnapshot,
  onDrill,
  drillRefusal,
}: Omit<MemberCardsProps, 'view' | 'isStale'> & {
  readonly member: MemberView;
  readonly name: string;
  readonly drillRefusal: string | null;
}) {
  return (
    <Menu>
      <MenuTrigger asChild>
        <IconButton label={`What can be done to ${name}`} size="small">
          <MoreHorizontal aria-hidden="true" />
        </IconButton>
      </MenuTrigger>
      <MenuContent align="end">
        <MenuItem
          icon={<Download aria-hidden="true" />}
          disabled={member.status === null}
          title={member.status === null ? SILENT : undefined}
          onSelect={() => onSnapshot(member)}
        >
          Download a snapshot
        </MenuItem>
        {onAction === null ? null : (
          <>
            {member.isLearner ? (
              <MenuItem
                icon={<ShieldCheck aria-hidden="true" />}
                onSelect={() => onAction({ type: 'promoteMember', member: member.id })}
              >
                Promote to voter…
              </MenuItem>
            ) : (
              <MenuItem
                icon={<Crown aria-hidden="true" />}
                disabled={member.isLeader}
                title={member.isLeader ? 'It leads already' : undefined}
                onSelect={() => onAction({ type: 'moveLeader', member: member.id })}
              >
                Make it the leader…
              </MenuItem>
            )}
            <MenuItem
              icon={<Eraser aria-hidden="true" />}
              onSelect={() => onAction({ type: 'defragment', member: member.id })}
            >
              Defragment…
            </MenuItem>
            <MenuItem icon={<Link2 aria-hidden="true" />} onSelect={() => onReaddress(member)}>
              Change its peer address…
            </MenuItem>
            {onDrill === null ? null : (
              <MenuItem
                icon={<Siren aria-hidden="true" />}
                disabled={drillRefusal !== null || member.status === null}
                title={drillRefusal ?? (member.status === null ? SILENT : undefined)}
                onSelect={() => onDrill(member)}
              >
                Drill…
              </MenuItem>
            )}
            <MenuSeparator />
            <MenuItem
              danger
              icon={<Trash2 aria-hidden="true" />}
              onSelect={() => onAction({ type: 'removeMember', member: member.id })}
            >
              Remove from the cluster…
            </MenuItem>
          </>
        )}
      </MenuContent>
    </Menu>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <>
      <dt className="text-fg-3 text-meta leading-5">{name}</dt>
      <dd className="min-w-0">{children}</dd>
    </>
  );
}
