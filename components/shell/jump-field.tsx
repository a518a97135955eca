'use client';

import { type FormEvent, type RefObject, useState } from 'react';
import { api } from '../../lib/api/client.ts';
import type { RevisionView } from '../../lib/api/types.ts';
import { errorText } from '../../lib/base/error-text.ts';
import { parseMoment } from '../../lib/format/moment.ts';
import { formatCount, parseWireInt } from '../../lib/format/number.ts';
import { momentText } from '../../lib/format/time.ts';
import { Input } from '../ui/input.tsx';
import { toasts } from '../ui/toast-store.ts';
import { useLiveStore } from './use-live.ts';
import { useStoreId } from './use-store.ts';

export interface JumpFieldProps {
  readonly field: RefObject<HTMLInputElement | null>;
  readonly view: RevisionView | null;
  readonly onJump: (revision: number) => void;
}

const SAY_MS = 8_000;
const refuse = (text: string): void => void toasts.add({ tone: 'bad', lifeMs: SAY_MS, text });

/** Goes to a revision, or to a moment: "15310", "14:02", "5m ago". Says so where nothing is known of the moment. */
export function JumpField({ field, view, onJump }: JumpFieldProps) {
  const store = useLiveStore();
  const storeId = useStoreId();
  const [text, setText] = useState('');
  const done = (revision: number): void => {
    setText('');
    field.current?.blur();
    onJump(revision);
  };
  const toMoment = async (time: number, now: number, oldest: number): Promise<void> => {
    const found = await api.revisionAt(storeId, Math.max(0, Math.floor(time)));
    if (found.revision === null) {
      refuse(
        found.watchingSince === null
          ? 'The console has seen no revision yet, so it knows no times.'
          : `No time is known before ${momentText(found.watchingSince, now)}, when this console began to watch: a store keeps revisions, not times.`,
      );
    } else if (Number(found.revision) < oldest) {
      refuse(`What was current then is gone by compaction: revisions before ${formatCount(oldest)} cannot be read.`);
    } else {
      if (!found.exact) {
        toasts.add({
          lifeMs: SAY_MS,
          text: `Revision ${formatCount(found.revision)} was current at ${momentText(found.at ?? time, now)}; others may have come between then and the moment you asked for.`,
        });
      }
      done(Number(found.revision));
    }
  };
  const onSubmit = (event: FormEvent): void => {
    event.preventDefault();
    if (view === null || text.trim() === '') return;
    const oldest = Math.max(1, Number(view.compacted));
    const revision = parseWireInt(text);
    const now = store.consoleTime(Date.now());
    const moment = revision === undefined ? parseMoment(text, now) : undefined;
    if (moment !== undefined) {
      toMoment(moment, now, oldest).catch((error: unknown) => refuse(errorText(error)));
    } else if (revision === undefined || Number(revision) < oldest || Number(revision) > Number(view.current)) {
      refuse(
        `Revisions ${formatCount(oldest)} to ${formatCount(view.current)} can be shown, or a moment: 14:02, 5m ago, 2026-11-21 14:02.`,
      );
    } else done(Number(revision));
  };
  return (
    <form onSubmit={onSubmit} className="w-32 max-narrow:hidden">
      <Input
        ref={field}
        mono
        className="[&_input]:h-6"
        aria-label="Go to revision or time"
        placeholder="rev or 14:02"
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape') event.currentTarget.blur();
        }}
      />
    </form>
  );
}
