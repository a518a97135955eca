'use client';

import type { KeyHistory, KeyMeta, WireBytes, WireInt } from '../../../lib/api/types.ts';
import { formatCount } from '../../../lib/format/number.ts';
import { ValueDiffView } from '../../history/value-diff-view.tsx';
import { Button } from '../../ui/button.tsx';
import { Kbd } from '../../ui/kbd.tsx';

type Stored = KeyMeta & { readonly value: WireBytes };

export interface ChangeViewProps {
  readonly kv: Stored;
  /** Null while live. */
  readonly rev: WireInt | null;
  /** What stands there now; null when it is deleted, undefined while not read. */
  readonly live: Stored | null | undefined;
  readonly history: KeyHistory | undefined;
  readonly onClose: () => void;
}

/** The value as a difference: on a pinned page from then to now, else what the last write changed. */
export function ChangeView({ kv, rev, live, history, onClose }: ChangeViewProps) {
  const compared = rev === null ? lastWrite(kv, history) : sinceThen(kv, live);
  return (
    <section aria-label="What changed" className="flex shrink-0 flex-col border-b">
      <header className="flex h-9 items-center gap-2 px-3">
        <h2 className="font-semibold">{compared.title}</h2>
        <Button variant="ghost" size="small" onClick={onClose} className="ml-auto">
          Value
          <Kbd keys="d" />
        </Button>
      </header>
      <div className="max-h-[46vh] overflow-auto px-3 pb-3">
        {compared.sides === null ? (
          <p className="text-fg-2">{compared.reason}</p>
        ) : (
          <ValueDiffView
            before={compared.sides.before}
            after={compared.sides.after}
            same={<p className="text-fg-2">The value is the same.</p>}
            label={compared.title}
          />
        )}
      </div>
    </section>
  );
}

interface Compared {
  readonly title: string;
  /** Null: there is nothing to compare, for `reason`. `before` null: there was no value. */
  readonly sides: { readonly before: WireBytes | null; readonly after: WireBytes } | null;
  readonly reason: string;
}

function sinceThen(kv: Stored, live: Stored | null | undefined): Compared {
  return {
    title: `From revision ${formatCount(kv.modRevision)} to now`,
    sides: live === null || live === undefined ? null : { before: kv.value, after: live.value },
    reason: live === null ? 'The key does not exist now.' : 'The present value is being read.',
  };
}

function lastWrite(kv: Stored, history: KeyHistory | undefined): Compared {
  const at = history?.versions.findIndex((version) => version.modRevision === kv.modRevision) ?? -1;
  const previous = at < 0 ? undefined : history?.versions[at + 1];
  return {
    title: `What revision ${formatCount(kv.modRevision)} changed`,
    sides: previous === undefined ? null : { before: previous.value, after: kv.value },
    reason:
      kv.version === '1'
        ? 'It was created then: there was nothing before.'
        : 'What it replaced is not retained any more.',
  };
}
