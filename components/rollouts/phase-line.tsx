'use client';

import type { RolloutDetail } from '../../lib/api/config-types.ts';
import { isExposing } from '../../lib/config/rollout-document.ts';
import { plural } from '../../lib/format/number.ts';
import { durationText } from '../../lib/format/time.ts';
import { cn } from '../ui/cn.ts';
import { Mark, type MarkShape } from '../ui/marks.tsx';

type Place = 'done' | 'now' | 'ahead' | 'turned' | 'left';

const SHAPES: Readonly<Record<Place, MarkShape>> = {
  done: 'dot',
  now: 'diamond',
  ahead: 'ring',
  turned: 'cross',
  left: 'dash',
};
const TONES: Readonly<Record<Place, string>> = {
  done: 'text-good',
  now: 'text-accent',
  ahead: 'text-fg-3',
  turned: 'text-bad',
  left: 'text-fg-3',
};
const WORDS: Readonly<Record<Place, string>> = {
  done: 'passed',
  now: 'now',
  ahead: 'ahead',
  turned: 'ended here',
  left: 'not reached',
};

/** The plan from top to bottom: what has passed, where it stands, who enters in each phase. */
export function PhaseLine({ detail }: { readonly detail: RolloutDetail }) {
  const { rollout, preview } = detail;
  const isOpen = isExposing(rollout.state) || ['DRAFT', 'AWAITING_APPROVAL', 'SCHEDULED'].includes(rollout.state);
  const isBaking = rollout.state === 'BAKING' || rollout.pausedFrom === 'BAKING';
  const isDone = rollout.state === 'COMPLETED' || rollout.state === 'REVERTED';
  const hasBegun = rollout.assignedAt !== null;
  const placeOf = (index: number): Place => {
    if (isDone || isBaking || (hasBegun && index < rollout.phaseIndex)) return 'done';
    if (hasBegun && index === rollout.phaseIndex) return isOpen ? 'now' : 'turned';
    return isOpen ? 'ahead' : 'left';
  };
  const bake: Place = isDone ? 'done' : isBaking ? 'now' : isOpen ? 'ahead' : 'left';
  return (
    <ol className="flex flex-col">
      {rollout.plan.phases.map((phase, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a phase has no identity but its place
        <Step key={index} place={placeOf(index)} title={`${phase.percent} %`}>
          {/* The preview is of the fleet as it is now: once all is over it says nothing of who entered. */}
          {isOpen ? `${entersText(preview[index])}, ` : ''}observe {durationText(phase.observeSeconds * 1000)}
          {phase.tags.length + phase.include.length === 0
            ? ''
            : `, also ${[...phase.tags.map((tag) => `tag ${tag}`), ...phase.include].join(', ')}`}
          {phase.pause ? ', then waits' : ''}
        </Step>
      ))}
      <Step place={bake} title="Bake" isLast>
        {durationText(rollout.plan.bakeSeconds * 1000)} with everyone on it
      </Step>
    </ol>
  );
}

const entersText = (phase: RolloutDetail['preview'][number] | undefined): string =>
  phase === undefined || phase.enters.length === 0 ? 'nobody new' : `${plural(phase.enters.length, 'instance')} more`;

interface StepProps {
  readonly place: Place;
  readonly title: string;
  readonly isLast?: boolean;
  readonly children: React.ReactNode;
}

function Step({ place, title, isLast = false, children }: StepProps) {
  return (
    <li aria-current={place === 'now' ? 'step' : undefined} className="relative flex gap-2 pb-3 last:pb-0">
      {isLast ? null : <span aria-hidden="true" className="absolute top-4 bottom-0 left-[5.5px] w-px bg-line-strong" />}
      <span className={cn('mt-1', TONES[place])}>
        <Mark shape={SHAPES[place]} />
      </span>
      <div className="min-w-0">
        <p className={cn('mono', place === 'now' ? 'font-semibold text-fg' : 'text-fg-2')}>
          {title} <span className={cn('font-sans text-meta', TONES[place])}>{WORDS[place]}</span>
        </p>
        <p className="text-fg-2 text-meta">{children}</p>
      </div>
    </li>
  );
}
