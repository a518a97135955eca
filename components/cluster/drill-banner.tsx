'use client';

import { useMutation } from '@tanstack/react-query';
import { HeartPulse } from 'lucide-react';
import { api } from '../../lib/api/client.ts';
import type { DrillsView, DrillView } from '../../lib/api/drill-types.ts';
import { FailureLine } from '../keys/edit/edit-view.tsx';
import { useNow } from '../shell/use-live.ts';
import { useStore } from '../shell/use-store.ts';
import { Button } from '../ui/button.tsx';
import { Mark } from '../ui/marks.tsx';
import { drillSentence, secondsLeft } from './drill-words.ts';

/** What is broken on purpose at the moment, when it heals, and the way to end it now. Nothing when there is nothing. */
export function DrillBanner({ drills }: { readonly drills: DrillsView }) {
  if (drills.running.length === 0) return null;
  return (
    <section aria-label="Drills under way" className="flex flex-col gap-2">
      {drills.running.map((drill) => (
        <Drill key={`${drill.memberName} ${drill.startedAt}`} drill={drill} mayHeal={drills.refusal === null} />
      ))}
    </section>
  );
}

function Drill({ drill, mayHeal }: { readonly drill: DrillView; readonly mayHeal: boolean }) {
  const store = useStore();
  const now = useNow(1_000);
  const healing = useMutation({ mutationFn: () => api.healDrills(store.id, { member: drill.memberId }) });
  const left = secondsLeft(drill, now);
  const share = Math.min(1, Math.max(0, (drill.healsAt - now) / (drill.healsAt - drill.startedAt)));
  return (
    <div className="overflow-hidden rounded-panel border border-risk/50 bg-risk/8">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2 px-3 py-2.5">
        <Mark shape="triangle" className="size-4 shrink-0 text-risk" />
        <p role="status" className="min-w-0 flex-1 text-lead">
          <span className="font-semibold">Drill:</span> {drillSentence(drill)}.{' '}
          <span className="nums whitespace-nowrap text-fg-2">
            {left === 0 ? 'It is healing now.' : `It heals by itself in ${left} s.`}
          </span>
        </p>
        {mayHeal ? (
          <Button
            variant="primary"
            className="h-9 px-4 text-lead"
            disabled={healing.isPending}
            onClick={() => healing.mutate()}
          >
            <HeartPulse aria-hidden="true" />
            Heal now
          </Button>
        ) : null}
      </div>
      {healing.error === null ? null : (
        <div className="px-3 pb-2">
          <FailureLine failure={healing.error} />
        </div>
      )}
      <div aria-hidden="true" className="h-1 bg-risk/60" style={{ width: `${share * 100}%` }} />
    </div>
  );
}
