'use client';

import type { ReactNode } from 'react';
import type { MemberView } from '../../lib/api/types.ts';
import { etcdctl } from '../../lib/format/commands.ts';
import { formatBytes, formatCount } from '../../lib/format/number.ts';
import { agoText, momentText } from '../../lib/format/time.ts';
import { StatusMark } from '../ui/badge.tsx';
import { CopyAsMenu } from '../ui/copy-as.tsx';
import { CopyButton } from '../ui/copy-button.tsx';
import { lagWord, memberTone, roleWord } from './member-words.ts';

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <>
      <dt className="text-fg-3">{name}</dt>
      <dd className="min-w-0 break-words">{children}</dd>
    </>
  );
}

const copyForms = (member: MemberView) => ({
  etcdctl: () => etcdctl([member.endpoint], ['endpoint', 'status'], ['-w', 'table']),
  json: () => JSON.stringify(member, null, 2),
});

/** Everything known of one member. Numbers of a member that does not answer are absent, not old. */
export function MemberFacts({
  member,
  now,
  withActions = false,
}: {
  readonly member: MemberView;
  readonly now: number;
  readonly withActions?: boolean;
}) {
  const { status } = member;
  return (
    <div className="flex flex-col gap-2">
      <div className="flex items-center gap-2">
        <span className="font-semibold">{member.name}</span>
        <StatusMark tone={memberTone(member, false)}>
          {[roleWord(member), lagWord(member)].filter((word) => word !== '').join(', ')}
        </StatusMark>
        {withActions ? (
          <span className="ml-auto">
            <CopyAsMenu forms={copyForms(member)} />
          </span>
        ) : null}
      </div>
      <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-0.5">
        <Fact name="Endpoint">
          <span className="mono">{member.endpoint}</span>
        </Fact>
        <Fact name="Id">
          <span className="mono">{member.id}</span>
          {withActions ? <CopyButton text={member.id} label="Copy member id" className="ml-1 size-5!" /> : null}
        </Fact>
        {member.peerUrls.length === 0 ? null : (
          <Fact name="Peers reach it at">
            <span className="mono">{member.peerUrls.join(', ')}</span>
          </Fact>
        )}
        {status === null ? (
          <>
            <Fact name="Why">
              <span className="mono text-bad">{member.error ?? 'no answer'}</span>
            </Fact>
            <Fact name="Last seen">
              {member.lastSeenAt === null
                ? 'never since the console started'
                : `${momentText(member.lastSeenAt, now)} · ${agoText(member.lastSeenAt, now)}`}
            </Fact>
          </>
        ) : (
          <>
            <Fact name="Version">
              <span className="mono">{status.version}</span>
            </Fact>
            <Fact name="Log index">
              <span className="mono">{formatCount(status.raftIndex)}</span>
              <span className="text-fg-3"> applied </span>
              <span className="mono">{formatCount(status.raftAppliedIndex)}</span>
            </Fact>
            <Fact name="Database">
              <span className="mono">{formatBytes(status.dbSizeBytes)}</span>
              <span className="text-fg-3">, of it in use </span>
              <span className="mono">{formatBytes(status.dbSizeInUseBytes)}</span>
            </Fact>
            <Fact name="Answers in">
              <span className="mono">{status.roundTripMs.toFixed(1)} ms</span>
              <span className="text-fg-3"> to this console</span>
            </Fact>
            {status.errors.length === 0 ? null : (
              <Fact name="It reports">
                <span className="text-bad">{status.errors.join('; ')}</span>
              </Fact>
            )}
          </>
        )}
      </dl>
    </div>
  );
}
