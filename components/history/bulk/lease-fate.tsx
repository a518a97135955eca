'use client';

import { useId } from 'react';
import type { BulkLease, BulkPreview } from '../../../lib/api/bulk-types.ts';
import { formatCount, plural } from '../../../lib/format/number.ts';
import { Input } from '../../ui/input.tsx';
import { Mark } from '../../ui/marks.tsx';

const TTL_SECONDS = 600;

/** What becomes of leases the keys had. Only asked where there are any. */
export function LeaseFate({
  leases,
  value,
  onChange,
}: {
  readonly leases: BulkPreview['leases'];
  readonly value: BulkLease;
  readonly onChange: (choice: BulkLease) => void;
}) {
  const name = useId();
  if (leases.length === 0) return null;
  const keys = leases.reduce((sum, lease) => sum + lease.keys, 0);
  const alive = leases.filter((lease) => lease.alive);
  const aliveKeys = alive.reduce((sum, lease) => sum + lease.keys, 0);
  const radio = (mode: BulkLease['mode'], choose: () => void, label: string) => (
    <label className="flex items-baseline gap-2">
      <input
        type="radio"
        name={name}
        checked={value.mode === mode}
        onChange={choose}
        className="translate-y-0.5 accent-accent-fill"
      />
      <span>{label}</span>
    </label>
  );
  return (
    <fieldset className="flex flex-col gap-1">
      <legend className="mb-1 flex items-center gap-1.5 font-medium text-fg-2 text-meta">
        <Mark shape="hourglass" className="size-3 text-lease" />
        {plural(keys, 'key')} had a lease
      </legend>
      {radio(
        'same',
        () => onChange({ mode: 'same' }),
        aliveKeys === keys
          ? 'The same lease again: the keys still disappear with it'
          : `The same lease where it is alive (${formatCount(aliveKeys)} of ${formatCount(keys)}); the others are left alone`,
      )}
      {radio('none', () => onChange({ mode: 'none' }), 'None: they become permanent')}
      {radio(
        'new',
        () => onChange({ mode: 'new', ttlSeconds: TTL_SECONDS }),
        'One new lease for all of them; nothing keeps it alive until a client does',
      )}
      {value.mode === 'new' ? (
        <Input
          aria-label="Seconds the new lease lasts"
          className="ml-6 w-40!"
          inputMode="numeric"
          trailing={<span className="text-fg-3 text-meta">s</span>}
          value={String(value.ttlSeconds)}
          onChange={(event) => {
            const seconds = Number(event.target.value.replace(/\D/g, ''));
            onChange({ mode: 'new', ttlSeconds: Math.max(1, seconds) });
          }}
        />
      ) : null}
    </fieldset>
  );
}
