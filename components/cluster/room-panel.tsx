'use client';

import type { ClusterAction } from '../../lib/api/cluster-types.ts';
import type { ClusterView } from '../../lib/api/types.ts';
import { useHref } from '../shell/use-href.ts';
import { useRevision } from '../shell/use-live.ts';
import { StatusMark } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { Link } from '../ui/link.tsx';
import { Panel, PanelStates } from '../ui/panel.tsx';
import { fillWords, isDeleteStep, type RoomStep, roomSteps } from './room-steps.ts';

const STATE_WORDS: Readonly<Record<RoomStep['state'], string>> = {
  done: 'done',
  next: 'next',
  later: 'then',
  maybe: 'if need be',
};

export interface RoomPanelProps {
  readonly view: ClusterView;
  /** Null where nothing can be done. */
  readonly onAction: ((action: ClusterAction) => void) | null;
}

/** Why a full store takes nothing, and the way out of it, step by step. */
export function RoomPanel({ view, onAction }: RoomPanelProps) {
  const href = useHref();
  const known = useRevision()?.value ?? null;
  return (
    <Panel title="The store is full: the way out" bodyClassName="p-3">
      <PanelStates isLoading={known === null} data={known}>
        {(revisions) => (
          <div className="flex flex-col gap-3">
            <p>It takes nothing but what makes room. {view.members.map(fillWords).join('; ')}.</p>
            <ol className="flex flex-col gap-2">
              {roomSteps(view, revisions, view.at).map((step) => (
                <li key={step.id} className="flex flex-wrap items-center gap-x-3 gap-y-1">
                  <StatusMark
                    tone={step.state === 'done' ? 'good' : step.state === 'next' ? 'accent' : 'stale'}
                    {...(step.state === 'next' ? { shape: 'diamond' as const } : {})}
                    className="w-20"
                  >
                    {STATE_WORDS[step.state]}
                  </StatusMark>
                  <span className="min-w-0 flex-1 basis-72">
                    <span className="font-medium">{step.title}.</span> <span className="text-fg-2">{step.why}</span>{' '}
                    {isDeleteStep(step) ? (
                      <Link href={href('/space', { rev: null })} className="text-accent hover:underline">
                        What takes the room
                      </Link>
                    ) : null}
                  </span>
                  {step.action === null || onAction === null ? null : (
                    <Button
                      size="small"
                      disabled={step.state !== 'next'}
                      onClick={() => (step.action === null ? undefined : onAction(step.action))}
                    >
                      Show what happens
                    </Button>
                  )}
                </li>
              ))}
            </ol>
          </div>
        )}
      </PanelStates>
    </Panel>
  );
}
