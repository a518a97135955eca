'use client';

import type { ClusterView, Risk } from '../../lib/api/types.ts';
import { StatusMark } from '../ui/badge.tsx';
import { cn } from '../ui/cn.ts';
import { Mark } from '../ui/marks.tsx';
import { Panel, PanelStates } from '../ui/panel.tsx';
import { quorumArithmetic } from './member-words.ts';

/** What is looked at, so that "nothing" means something. */
const CHECKS: readonly string[] = [
  'every member answers, and none lags far behind',
  'a leader is known and a majority is up',
  'no alarm is raised (space, corruption)',
];

export interface RiskPanelProps {
  readonly view: ClusterView | null;
  readonly isStale: boolean;
  readonly className?: string;
}

/** What could go wrong next, each with its remedy; and how much may fail before writes stop. */
export function RiskPanel({ view, isStale, className }: RiskPanelProps) {
  const count = view?.risks.length ?? 0;
  return (
    <Panel
      title="At risk"
      meta={view === null ? null : count === 0 ? 'nothing' : `${count}`}
      {...(className === undefined ? {} : { className })}
      bodyClassName="overflow-y-auto"
    >
      <PanelStates isLoading={view === null} data={view}>
        {({ risks, quorum, reachable }) => (
          <div className={cn('flex flex-col', isStale && 'greyed')}>
            {reachable ? <Quorum quorum={quorum} /> : null}
            {risks.length === 0 ? (
              <div className="p-3">
                <p>Nothing is at risk that the console can see:</p>
                <ul className="mt-1.5">
                  {CHECKS.map((check) => (
                    <li key={check} className="flex items-start gap-2 text-fg-2">
                      <Mark shape="dot" className="mt-1.5 size-2 shrink-0 text-good" />
                      {check}
                    </li>
                  ))}
                </ul>
              </div>
            ) : (
              <ul>
                {risks.map((risk) => (
                  <RiskItem key={`${risk.kind} ${risk.title}`} risk={risk} />
                ))}
              </ul>
            )}
          </div>
        )}
      </PanelStates>
    </Panel>
  );
}

function RiskItem({ risk }: { readonly risk: Risk }) {
  return (
    <li className="border-b p-3 last:border-b-0">
      <StatusMark tone={risk.severity === 'danger' ? 'bad' : 'risk'} className="whitespace-normal! font-medium">
        <span className="sr-only">{risk.severity === 'danger' ? 'Danger: ' : 'Warning: '}</span>
        {risk.title}
      </StatusMark>
      <p className="mt-1 pl-[1.125rem] text-fg-2">{risk.remedy}</p>
    </li>
  );
}

/** One mark per voter, and a line behind the ones that are needed: what is right of it may fail. */
function Quorum({ quorum }: { readonly quorum: ClusterView['quorum'] }) {
  const voters = Array.from({ length: quorum.voters }, (_, index) => index);
  return (
    <div className="flex items-center gap-3 border-b p-3">
      <div aria-hidden="true" className="flex shrink-0 items-center gap-1">
        {voters.map((index) => (
          <span
            key={index}
            className={cn('flex items-center', index === quorum.needed && 'ml-1 border-l-2 border-l-fg-3 pl-2')}
          >
            <span
              className={cn(
                'size-3.5 rounded-full border-2',
                index < quorum.healthy ? 'border-good bg-good/30' : 'border-bad border-dashed',
              )}
            />
          </span>
        ))}
      </div>
      <p className="text-fg-2">{quorumArithmetic(quorum)}</p>
    </div>
  );
}
