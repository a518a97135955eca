'use client';

import { useState } from 'react';
import type { ClusterAction } from '../../lib/api/cluster-types.ts';
import type { DrillKind } from '../../lib/api/drill-types.ts';
import type { MemberView } from '../../lib/api/types.ts';
import { Button } from '../ui/button.tsx';
import { Dialog, DialogClose, DialogContent, DialogForm } from '../ui/dialog.tsx';
import { Select } from '../ui/select.tsx';
import { DRILL_WORDS } from './drill-words.ts';

export interface DrillDialogProps {
  /** Null: closed. */
  readonly member: MemberView | null;
  readonly onClose: () => void;
  /** The drill chosen, to be planned and confirmed. */
  readonly onNext: (action: ClusterAction) => void;
}

const KINDS = Object.keys(DRILL_WORDS) as DrillKind[];
const seconds = (value: string) => ({ value, label: `${value} seconds` });
const SECONDS = ['10', '20', '30', '60', '120'].map(seconds);
const DELAYS = ['50', '200', '500', '1000', '2000'].map((value) => ({ value, label: `${value} ms more per flush` }));

/** Which outage, and for how long. What it would do is shown next. */
export function DrillDialog({ member, onClose, onNext }: DrillDialogProps) {
  return (
    <Dialog open={member !== null} onClose={onClose}>
      {member === null ? null : <Body member={member} onNext={onNext} />}
    </Dialog>
  );
}

function Body({ member, onNext }: { readonly member: MemberView; readonly onNext: DrillDialogProps['onNext'] }) {
  const [kind, setKind] = useState<DrillKind>('pause');
  const [length, setLength] = useState('20');
  const [delay, setDelay] = useState('500');
  const next = (): void =>
    onNext({
      ...{ type: 'drill', kind, member: member.id, seconds: Number(length) },
      delayMs: kind === 'slowDisk' ? Number(delay) : null,
    });
  return (
    <DialogContent
      size="small"
      title={`Drill on ${member.name}`}
      description="An outage on purpose, to learn what it looks like. It heals by itself."
      footer={
        <>
          <DialogClose>
            <Button>Leave it</Button>
          </DialogClose>
          <Button variant="primary" onClick={next}>
            Show what it does
          </Button>
        </>
      }
    >
      <DialogForm onSubmit={next}>
        <fieldset className="flex flex-col gap-1">
          <legend className="mb-1 text-fg-2 text-meta">What happens to it</legend>
          {KINDS.map((one) => (
            <label
              key={one}
              className="flex cursor-pointer items-start gap-2 rounded-control border px-2.5 py-1.5 hover:bg-hover has-checked:border-accent has-checked:bg-selected"
            >
              <input
                type="radio"
                name="drill"
                value={one}
                checked={kind === one}
                onChange={() => setKind(one)}
                className="mt-1 accent-accent"
              />
              <span>
                <span className="font-medium">{DRILL_WORDS[one].name}</span>
                <span className="block text-fg-2 text-meta">{DRILL_WORDS[one].meaning}</span>
              </span>
            </label>
          ))}
        </fieldset>
        <div className="flex flex-wrap gap-2">
          <Select label="For how long" value={length} options={SECONDS} onValueChange={setLength} />
          {kind === 'slowDisk' ? (
            <Select label="How slow" value={delay} options={DELAYS} onValueChange={setDelay} />
          ) : null}
        </div>
      </DialogForm>
    </DialogContent>
  );
}
