'use client';

import type { CheckAnswer } from '../../lib/api/config-types.ts';
import { formatCount, plural } from '../../lib/format/number.ts';
import { FailureLine } from '../keys/edit/edit-view.tsx';
import { StatusMark } from '../ui/badge.tsx';
import { ChangeList } from './change-list.tsx';
import type { LocatedFault } from './use-check.ts';

export interface FindingsProps {
  readonly check: CheckAnswer | undefined;
  readonly error: Error | null;
  /** Why the text is no JSON; null: it is. */
  readonly syntax: string | null;
  /** Those of the faults that stand in this text. */
  readonly faults: readonly LocatedFault[];
  readonly isFirst: boolean;
  readonly onGoTo: (at: number) => void;
}

/** What the document would do, in words: its faults, its changes by meaning, whom it reaches. */
export function Findings({ check, error, syntax, faults, isFirst, onGoTo }: FindingsProps) {
  if (syntax !== null) {
    const [fault] = faults;
    return (
      <StatusMark tone="bad" className="whitespace-normal!">
        This is not JSON yet: {syntax} <LineButton fault={fault} onGoTo={onGoTo} />
      </StatusMark>
    );
  }
  if (check === undefined)
    return error === null ? <p className="text-fg-3">Checking…</p> : <FailureLine failure={error} />;
  const { issues, changes, suggested, warnings, instances, places } = check;
  return (
    <div className="flex flex-col gap-3">
      <section aria-label="Faults">
        {issues.length === 0 ? (
          <StatusMark tone="good" className="whitespace-normal!">
            Meets every schema, merged for {plural(places.length, 'place')}
          </StatusMark>
        ) : (
          <ul className="flex flex-col gap-1">
            {issues.map((issue) => (
              <li key={`${issue.path}${issue.message}${issue.schema}`}>
                <StatusMark tone="bad" className="whitespace-normal!">
                  <span className="mono">{issue.path || 'the document'}</span> {issue.message}
                  <span className="text-fg-3"> in {issue.where}</span>{' '}
                  <LineButton fault={faults.find((fault) => fault.issue === issue)} onGoTo={onGoTo} />
                </StatusMark>
              </li>
            ))}
          </ul>
        )}
      </section>
      {warnings.map((warning) => (
        <StatusMark key={warning} tone="risk" className="whitespace-normal!">
          {warning}
        </StatusMark>
      ))}
      <section aria-label="Changes" className="flex flex-col gap-1">
        <h3 className="font-semibold">
          {isFirst
            ? 'The first release'
            : changes.length === 0
              ? 'Same as what is live'
              : `${plural(changes.length, 'change')} to what is live`}
          {suggested === null ? '' : `, becomes ${suggested}`}
        </h3>
        {changes.length === 0 ? null : <ChangeList changes={changes} label="Changes to what is live" />}
      </section>
      <section aria-label="Reach" className="text-fg-2">
        {instances.length === 0
          ? 'No live instance reads this target.'
          : `Reaches ${plural(instances.length, 'live instance')}: ${instances.slice(0, 8).join(', ')}${instances.length > 8 ? '…' : ''}`}
      </section>
    </div>
  );
}

interface LineButtonProps {
  readonly fault: LocatedFault | undefined;
  readonly onGoTo: (at: number) => void;
}

const LineButton = ({ fault, onGoTo }: LineButtonProps) =>
  fault === undefined ? null : (
    <button type="button" className="rounded-mark text-accent hover:underline" onClick={() => onGoTo(fault.from)}>
      line {formatCount(fault.line)}
    </button>
  );
