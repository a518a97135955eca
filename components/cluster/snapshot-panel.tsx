'use client';

import { useEffect, useEffectEvent, useRef, useState } from 'react';
import type { MemberView } from '../../lib/api/types.ts';
import { formatBytes } from '../../lib/format/number.ts';
import { FailureLine } from '../keys/edit/edit-view.tsx';
import { useStore } from '../shell/use-store.ts';
import { StatusMark } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { CommandLine } from '../ui/empty-state.tsx';
import { Panel } from '../ui/panel.tsx';
import { downloadSnapshot, type SnapshotProgress } from './snapshot-download.ts';

type State =
  | { readonly phase: 'idle' }
  | { readonly phase: 'running'; readonly member: string; readonly progress: SnapshotProgress | null }
  | { readonly phase: 'saved'; readonly name: string; readonly bytes: number }
  | { readonly phase: 'failed'; readonly error: unknown };

export interface SnapshotPanelProps {
  /** A member to take it from at once, from its card's menu; each new object starts one. */
  readonly asked: { readonly member: MemberView } | null;
  readonly members: readonly MemberView[];
}

/** The whole store as one file that etcdctl and `npm start -- --from-snapshot` accept. */
export function SnapshotPanel({ asked, members }: SnapshotPanelProps) {
  const store = useStore();
  const [state, setState] = useState<State>({ phase: 'idle' });
  const abort = useRef<AbortController | null>(null);
  const start = async (member: MemberView): Promise<void> => {
    abort.current?.abort();
    const controller = new AbortController();
    abort.current = controller;
    setState({ phase: 'running', member: member.name, progress: null });
    try {
      const { name, blob } = await downloadSnapshot(store.id, member.id, {
        signal: controller.signal,
        onProgress: (progress) => setState({ phase: 'running', member: member.name, progress }),
      });
      save(name, blob);
      setState({ phase: 'saved', name, bytes: blob.size });
    } catch (error) {
      setState(controller.signal.aborted ? { phase: 'idle' } : { phase: 'failed', error });
    }
  };
  const startAsked = useEffectEvent(start);
  useEffect(() => {
    if (asked !== null) void startAsked(asked.member);
  }, [asked]);
  useEffect(() => () => abort.current?.abort(), []);
  // A follower: the leader has enough to do.
  const source =
    members.find((member) => !member.isLeader && member.health === 'healthy') ?? members.find((m) => m.status !== null);
  return (
    <Panel
      title="Snapshot"
      bodyClassName="flex flex-col gap-3 p-3"
      actions={
        state.phase === 'running' ? (
          <Button size="small" onClick={() => abort.current?.abort()}>
            Stop
          </Button>
        ) : (
          <Button
            size="small"
            disabled={source === undefined}
            onClick={() => (source === undefined ? undefined : void start(source))}
          >
            {source === undefined ? 'Download' : `Download from ${source.name}`}
          </Button>
        )
      }
    >
      {state.phase === 'running' ? <Progress {...state} /> : null}
      {state.phase === 'saved' ? (
        <p role="status">
          <StatusMark tone="good">Saved</StatusMark>
          <span className="ml-2">
            <span className="mono">{state.name}</span>, {formatBytes(state.bytes)}; its checksum fits.
          </span>
        </p>
      ) : null}
      {state.phase === 'failed' ? <FailureLine failure={state.error} /> : null}
      <div>
        <p className="mb-1 text-fg-2">A new store starts from such a file, with its history, users and roles:</p>
        <CommandLine command={`npm start -- --from-snapshot ${state.phase === 'saved' ? state.name : 'FILE'}`} />
      </div>
    </Panel>
  );
}

function Progress({ member, progress }: { readonly member: string; readonly progress: SnapshotProgress | null }) {
  const received = progress?.receivedBytes ?? 0;
  const expected = Math.max(progress?.expectedBytes ?? 0, received);
  return (
    <div>
      <p role="status" className="mb-1">
        {progress === null
          ? `Asking ${member}`
          : `${formatBytes(received)} of about ${formatBytes(expected)} from ${member}`}
      </p>
      <progress
        className="h-1.5 w-full accent-accent"
        max={expected === 0 ? 1 : expected}
        value={received}
        aria-label="Received"
      />
    </div>
  );
}

function save(name: string, blob: Blob): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
