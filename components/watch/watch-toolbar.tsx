'use client';

import { Download, Eraser, History, Pause, Play, X } from 'lucide-react';
import { type FormEvent, type RefObject, useState } from 'react';
import { routes } from '../../lib/api/routes.ts';
import { curl, etcdctl } from '../../lib/format/commands.ts';
import { parseWireInt } from '../../lib/format/number.ts';
import type { ChangeFilter } from '../../lib/live/change-filter.ts';
import { useStore } from '../shell/use-store.ts';
import { Button, IconButton } from '../ui/button.tsx';
import { CopyAsMenu } from '../ui/copy-as.tsx';
import { Input } from '../ui/input.tsx';
import { Kbd } from '../ui/kbd.tsx';

export interface WatchToolbarProps {
  readonly fromField: RefObject<HTMLInputElement | null>;
  readonly from: number | null;
  readonly onFrom: (revision: number | null) => void;
  /** The subscription whose command is copied. */
  readonly filter: ChangeFilter;
  readonly isPaused: boolean;
  readonly onPause: () => void;
  readonly onClear: () => void;
  readonly onExport: () => void;
}

/** Where the list begins, whether it moves, and taking it away. */
export function WatchToolbar(props: WatchToolbarProps) {
  const { isPaused, onPause, onClear, onExport } = props;
  return (
    <div className="flex flex-wrap items-center gap-2">
      <FromField key={props.from} field={props.fromField} from={props.from} onFrom={props.onFrom} />
      <Button onClick={onPause} aria-pressed={isPaused} className="w-28">
        {isPaused ? <Play aria-hidden="true" /> : <Pause aria-hidden="true" />}
        {isPaused ? 'Resume' : 'Pause'}
        <Kbd keys="p" />
      </Button>
      <IconButton label="Clear the list" shortcut="x" onClick={onClear}>
        <Eraser aria-hidden="true" />
      </IconButton>
      <IconButton label="Export what is listed as NDJSON" onClick={onExport}>
        <Download aria-hidden="true" />
      </IconButton>
      <WatchCopyAs filter={props.filter} from={props.from} />
    </div>
  );
}

interface FromFieldProps {
  readonly field: RefObject<HTMLInputElement | null>;
  readonly from: number | null;
  readonly onFrom: (revision: number | null) => void;
}

/** Enter begins the list at that revision; empty begins it where the page opened. */
function FromField({ field, from, onFrom }: FromFieldProps) {
  const [text, setText] = useState(from === null ? '' : String(from));
  const [isWrong, setWrong] = useState(false);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const revision = parseWireInt(text);
    if (text.trim() === '') onFrom(null);
    else if (revision === undefined || revision === '0' || !Number.isSafeInteger(Number(revision))) setWrong(true);
    else onFrom(Number(revision));
  };
  return (
    <form onSubmit={submit} className="w-44">
      <Input
        ref={field}
        mono
        aria-label="Start from revision"
        aria-invalid={isWrong}
        title={isWrong ? 'A revision is a whole number from 1 on' : 'Enter shows the changes from that revision on'}
        placeholder="from revision"
        icon={<History aria-hidden="true" />}
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setWrong(false);
        }}
        onKeyDown={(event) => {
          if (event.key === 'Escape') event.currentTarget.blur();
        }}
        trailing={
          from === null ? null : (
            <button
              type="button"
              aria-label="Start where the page opened"
              className="rounded-mark p-0.5 text-fg-3 hover:text-fg"
              onClick={() => onFrom(null)}
            >
              <X aria-hidden="true" className="size-3.5" />
            </button>
          )
        }
      />
    </form>
  );
}

function WatchCopyAs({ filter, from }: { readonly filter: ChangeFilter; readonly from: number | null }) {
  const store = useStore();
  // etcd watches keys and prefixes; what merely contains a text is watched whole.
  const key = filter.match === 'contains' ? '' : filter.text;
  const flags = [
    ...(filter.match === 'key' && key !== '' ? [] : ['--prefix']),
    ...(from === null ? [] : [`--rev=${from}`]),
  ];
  return (
    <CopyAsMenu
      forms={{
        etcdctl: () => etcdctl(store.endpoints, ['watch', key], flags),
        curl: () => curl(`${location.origin}${routes.live(store.id)}`).replace('curl -s', 'curl -sN'),
        more: { link: () => location.href },
      }}
    />
  );
}
