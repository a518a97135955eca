'use client';

import { Plus, X } from 'lucide-react';
import type { Phase, PhasePreview, Plan } from '../../lib/config/plan.ts';
import { Button, IconButton } from '../ui/button.tsx';
import { Input } from '../ui/input.tsx';
import { changeRow, removeRow, rowId } from '../ui/row-identity.ts';
import { TableHead } from '../ui/table-head.tsx';
import { ChecksEditor } from './checks-editor.tsx';

export interface PlanEditorProps {
  readonly plan: Plan;
  readonly onChange: (plan: Plan) => void;
  readonly preview: readonly PhasePreview[];
}

/** Phases as rows, each with exactly who enters in it; below, what the gate demands. */
export function PlanEditor({ plan, onChange, preview }: PlanEditorProps) {
  const set = (phase: Phase, changes: Partial<Phase>): void =>
    onChange({ ...plan, phases: changeRow(plan.phases, phase, changes) });
  const add = (): void => {
    const last = plan.phases.at(-1);
    const before = plan.phases.at(-2)?.percent ?? 0;
    const fresh: Phase = {
      percent: Math.round((before + (last?.percent ?? 100)) / 2),
      tags: [],
      include: [],
      observeSeconds: 300,
      pause: false,
    };
    onChange({ ...plan, phases: [...plan.phases.slice(0, -1), fresh, ...(last === undefined ? [] : [last])] });
  };
  return (
    <div className="flex flex-col gap-3">
      <table className="w-full border-collapse">
        <caption className="sr-only">Phases</caption>
        <TableHead
          cell="py-1 pr-2"
          columns={[
            'Phase',
            { text: 'Percent', className: 'w-20' },
            { text: 'Observe s', className: 'w-24' },
            { text: 'Tags too', className: 'w-32' },
            { text: 'Instances too', className: 'w-32' },
            { text: 'Then wait', className: 'w-16' },
            'Who enters',
            { text: 'Remove', isHidden: true, className: 'w-8' },
          ]}
        />
        <tbody>
          {plan.phases.map((phase, index) => (
            <tr key={rowId(phase)} className="border-b align-middle">
              <td className="mono py-1 pr-2">{index + 1}</td>
              <td className="py-1 pr-2">
                <NumberInput
                  label={`Percent of phase ${index + 1}`}
                  value={phase.percent}
                  onChange={(percent) => set(phase, { percent })}
                />
              </td>
              <td className="py-1 pr-2">
                <NumberInput
                  label={`Seconds to observe in phase ${index + 1}`}
                  value={phase.observeSeconds}
                  onChange={(observeSeconds) => set(phase, { observeSeconds })}
                />
              </td>
              <td className="py-1 pr-2">
                <ListInput
                  label={`Tags of phase ${index + 1}`}
                  value={phase.tags}
                  onChange={(tags) => set(phase, { tags })}
                />
              </td>
              <td className="py-1 pr-2">
                <ListInput
                  label={`Instances of phase ${index + 1}`}
                  value={phase.include}
                  onChange={(include) => set(phase, { include })}
                />
              </td>
              <td className="py-1 pr-2">
                <input
                  type="checkbox"
                  aria-label={`Wait for a person after phase ${index + 1}`}
                  checked={phase.pause}
                  onChange={(event) => set(phase, { pause: event.target.checked })}
                />
              </td>
              <td className="mono min-w-0 py-1 pr-2 text-fg-2 [overflow-wrap:anywhere]">
                {entersText(preview[index])}
              </td>
              <td className="py-1">
                {plan.phases.length > 1 ? (
                  <IconButton
                    size="small"
                    label={`Remove phase ${index + 1}`}
                    onClick={() => onChange({ ...plan, phases: removeRow(plan.phases, phase) })}
                  >
                    <X aria-hidden="true" />
                  </IconButton>
                ) : null}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <Button size="small" onClick={add}>
          <Plus aria-hidden="true" />
          Phase
        </Button>
        <Labelled label="Bake s">
          <NumberInput
            label="Seconds to bake"
            value={plan.bakeSeconds}
            onChange={(bakeSeconds) => onChange({ ...plan, bakeSeconds })}
          />
        </Labelled>
        <Labelled label="At least instances">
          <NumberInput
            label="Least number of canaries"
            value={plan.minCanaryInstances}
            onChange={(minCanaryInstances) => onChange({ ...plan, minCanaryInstances })}
          />
        </Labelled>
        <Labelled label="Silent after s">
          <NumberInput
            label="Seconds after which an instance counts as silent"
            value={plan.gate.ackTimeoutSeconds}
            onChange={(ackTimeoutSeconds) => onChange({ ...plan, gate: { ...plan.gate, ackTimeoutSeconds } })}
          />
        </Labelled>
        <Labelled label="Tolerated failures">
          <NumberInput
            label="Tolerated share of failures"
            value={plan.gate.maxErrorRatio}
            onChange={(maxErrorRatio) => onChange({ ...plan, gate: { ...plan.gate, maxErrorRatio } })}
          />
        </Labelled>
        <Labelled label="Tolerated bad ticks">
          <NumberInput
            label="Tolerated failing ticks"
            value={plan.gate.failureLimit}
            onChange={(failureLimit) => onChange({ ...plan, gate: { ...plan.gate, failureLimit } })}
          />
        </Labelled>
        <Labelled label="Tick s">
          <NumberInput
            label="Seconds between ticks"
            value={plan.gate.evalIntervalSeconds}
            onChange={(evalIntervalSeconds) => onChange({ ...plan, gate: { ...plan.gate, evalIntervalSeconds } })}
          />
        </Labelled>
      </div>
      <ChecksEditor gate={plan.gate} onChange={(gate) => onChange({ ...plan, gate })} />
    </div>
  );
}

const NAMES_SHOWN = 6;

function entersText(preview: PhasePreview | undefined): string {
  if (preview === undefined || preview.enters.length === 0) return 'nobody new';
  const more = preview.enters.length - NAMES_SHOWN;
  return `${preview.enters.slice(0, NAMES_SHOWN).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

function Labelled({ label, children }: { readonly label: string; readonly children: React.ReactNode }) {
  return (
    <span className="inline-flex items-center gap-1.5 text-fg-2 text-meta">
      {label}
      <span className="w-16">{children}</span>
    </span>
  );
}

interface NumberInputProps {
  readonly label: string;
  readonly value: number;
  readonly onChange: (value: number) => void;
}

function NumberInput({ label, value, onChange }: NumberInputProps) {
  return (
    <Input
      mono
      type="number"
      step="any"
      min={0}
      aria-label={label}
      value={value}
      onChange={(event) => {
        if (event.target.value !== '') onChange(Number(event.target.value));
      }}
    />
  );
}

function ListInput({
  label,
  value,
  onChange,
}: {
  readonly label: string;
  readonly value: readonly string[];
  readonly onChange: (value: string[]) => void;
}) {
  return (
    <Input
      mono
      aria-label={label}
      defaultValue={value.join(', ')}
      onBlur={(event) =>
        onChange(
          event.target.value
            .split(',')
            .map((one) => one.trim())
            .filter((one) => one !== ''),
        )
      }
    />
  );
}
