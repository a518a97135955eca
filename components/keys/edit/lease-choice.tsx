'use client';

import { useQuery } from '@tanstack/react-query';
import { useId } from 'react';
import type { LeaseListQuery, LeaseRow } from '../../../lib/api/lease-types.ts';
import { queries } from '../../../lib/api/queries.ts';
import type { LeaseChoice as Choice, WireHexId } from '../../../lib/api/types.ts';
import { formatCount, plural } from '../../../lib/format/number.ts';
import { useStoreId } from '../../shell/use-store.ts';
import { Mark } from '../../ui/marks.tsx';
import { Select } from '../../ui/select.tsx';

export interface LeaseChoiceProps {
  /** The lease the key is attached to now; null for none or a new key. */
  readonly current: WireHexId | null;
  readonly value: Choice;
  readonly onChange: (choice: Choice) => void;
}

/** What happens to the lease. Keeping it is the default everywhere; anything else says what it means before it is done. */
export function LeaseChoice({ current, value, onChange }: LeaseChoiceProps) {
  const name = useId();
  const hasOther = value.mode === 'attach';
  return (
    <fieldset className="flex flex-col gap-1">
      <legend className="mb-1 flex items-center gap-1.5 font-medium text-fg-2 text-meta">
        <Mark shape="hourglass" className="size-3 text-lease" />
        Lease
      </legend>
      {current === null ? (
        <Radio name={name} isChosen={!hasOther} onChoose={() => onChange({ mode: 'detach' })}>
          None: the key stays until somebody deletes it
        </Radio>
      ) : (
        <>
          <Radio name={name} isChosen={value.mode === 'keep'} onChoose={() => onChange({ mode: 'keep' })}>
            Keep lease <span className="mono text-lease">{current}</span>: the key still disappears with it
          </Radio>
          <Radio name={name} isChosen={value.mode === 'detach'} onChoose={() => onChange({ mode: 'detach' })}>
            Detach: the key becomes permanent
          </Radio>
        </>
      )}
      <Radio
        name={name}
        isChosen={hasOther}
        onChoose={() => onChange({ mode: 'attach', id: hasOther ? value.id : '' })}
      >
        Attach to {current === null ? 'a' : 'another'} lease
      </Radio>
      {hasOther ? <LeasePicker chosen={value.id} onChoose={(id) => onChange({ mode: 'attach', id })} /> : null}
    </fieldset>
  );
}

function Radio(props: {
  readonly name: string;
  readonly isChosen: boolean;
  readonly onChoose: () => void;
  readonly children: React.ReactNode;
}) {
  return (
    <label className="flex items-baseline gap-2">
      <input
        type="radio"
        name={props.name}
        checked={props.isChosen}
        onChange={props.onChoose}
        className="translate-y-0.5 accent-accent-fill"
      />
      <span>{props.children}</span>
    </label>
  );
}

/** A menu of more than these is no menu: the rest is attached by its id on the command line, or from its own page. */
const CHOICES: LeaseListQuery = { sort: 'id', descending: false, only: null, find: '', offset: 0, limit: 200 };

function LeasePicker({ chosen, onChoose }: { readonly chosen: WireHexId; readonly onChoose: (id: WireHexId) => void }) {
  const { data, error } = useQuery(queries.leases(useStoreId(), CHOICES));
  if (error !== null) return <p className="ml-6 text-bad text-meta">The leases could not be read: {error.message}</p>;
  if (data === undefined) return <p className="ml-6 text-fg-3 text-meta">Reading the leases…</p>;
  if (data.leases.length === 0)
    return <p className="ml-6 text-fg-3 text-meta">There is no lease. Grant one on the Leases page.</p>;
  const options = data.leases.map((lease) => ({
    value: lease.id,
    label: [lease.id, ...ttlWord(lease), ...(lease.keyCount === null ? [] : [plural(lease.keyCount, 'key')])].join(
      ' · ',
    ),
  }));
  return (
    <div className="ml-6 flex items-center gap-2">
      <Select
        label="Lease to attach"
        value={chosen}
        options={options}
        onValueChange={onChoose}
        className="mono w-fit"
      />
      {data.total > data.leases.length ? (
        <span className="text-fg-3 text-meta">
          first {formatCount(data.leases.length)} of {plural(data.total, 'lease')}, by id
        </span>
      ) : null}
    </div>
  );
}

const ttlWord = ({ time }: LeaseRow): readonly string[] => (time === null ? [] : [`${time.grantedTtlSeconds} s`]);

/** False while "attach" has no lease to attach to. */
export const isComplete = (choice: Choice): boolean => choice.mode !== 'attach' || choice.id !== '';
