'use client';

import { useState } from 'react';
import { configApi } from '../../lib/api/config-client.ts';
import type { ConfigTargetDetail } from '../../lib/api/config-types.ts';
import type { ProbeAnswer, ProbeView } from '../../lib/api/probe-types.ts';
import { plural } from '../../lib/format/number.ts';
import { FailureLine } from '../keys/edit/edit-view.tsx';
import { newId } from '../keys/edit/new-id.ts';
import { useStore } from '../shell/use-store.ts';
import { StatusMark } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { byOf } from './use-config.ts';

const SECONDS = 60;
const NAMED_MAX = 10;

export interface ProbePanelProps {
  readonly detail: Pick<ConfigTargetDetail, 'document' | 'assignment' | 'instances' | 'probe'>;
  readonly releaseId: string;
  /** Who asks. */
  readonly by: string;
}

/** The dry run on live instances: each validates the release and none applies it; what they say stands here as it comes. */
export function ProbePanel({ detail, releaseId, by }: ProbePanelProps) {
  const store = useStore();
  const [failure, setFailure] = useState<unknown>(null);
  const [isAsking, setAsking] = useState(false);
  const { document, assignment, instances, probe } = detail;
  const own = probe?.releaseId === releaseId ? probe : null;
  const ask = async (): Promise<void> => {
    setAsking(true);
    setFailure(null);
    try {
      await configApi.probe(store.id, {
        ...{ target: document.target, releaseId, seconds: SECONDS, expectGeneration: assignment.generation },
        ...{ idempotencyKey: newId(), ...byOf(by) },
      });
    } catch (error) {
      setFailure(error);
    }
    setAsking(false);
  };
  if (instances.length === 0 || assignment.rolloutId !== null) return null;
  return (
    <section aria-label="What live instances say" className="flex flex-col gap-1.5 border-t pt-3">
      <div className="flex flex-wrap items-center gap-2">
        <Button size="small" disabled={isAsking} onClick={() => void ask()}>
          {own === null ? `Ask ${plural(instances.length, 'live instance')} first` : 'Ask again'}
        </Button>
        <p className="min-w-0 flex-1 basis-60 text-fg-2">
          {own === null ? 'Each validates the release and says what it thinks of it. Nobody applies it.' : words(own)}
        </p>
      </div>
      {own === null ? null : <Answers probe={own} />}
      {failure === null ? null : <FailureLine failure={failure} />}
    </section>
  );
}

const ORDER: readonly (readonly [ProbeAnswer, string])[] = [
  ['rejects', 'would reject it'],
  ['accepts', 'would take it'],
  ['waiting', 'have not answered'],
  ['held back', 'are held back by their version'],
];

const words = ({ counts }: ProbeView): string =>
  ORDER.flatMap(([is, what]) => (counts[is] === 0 ? [] : [`${counts[is]} ${what}`])).join(', ');

function Answers({ probe }: { readonly probe: ProbeView }) {
  const rejecting = probe.instances.filter(({ is }) => is === 'rejects');
  if (rejecting.length === 0) {
    if (probe.counts.waiting > 0 || probe.counts.accepts === 0) return null;
    return <StatusMark tone="good">Every instance that can get it would take it.</StatusMark>;
  }
  return (
    <ul className="flex flex-col gap-0.5">
      {rejecting.slice(0, NAMED_MAX).map(({ key, instanceId, path, why }) => (
        <li key={key}>
          <StatusMark tone="bad" className="whitespace-normal">
            <span className="mono">{instanceId}</span> {path === '' ? '' : <span className="mono">{path}</span>} {why}
          </StatusMark>
        </li>
      ))}
      {rejecting.length > NAMED_MAX ? (
        <li className="text-fg-2">and {plural(rejecting.length - NAMED_MAX, 'more instance')}</li>
      ) : null}
    </ul>
  );
}
