'use client';

import { useState } from 'react';
import type { ClusterAction } from '../../lib/api/cluster-types.ts';
import type { WireInt } from '../../lib/api/types.ts';
import { formatCount, parseWireInt, plural } from '../../lib/format/number.ts';
import { useRevision } from '../shell/use-live.ts';
import { StatusMark } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { Field, Input } from '../ui/input.tsx';
import { Panel, PanelStates } from '../ui/panel.tsx';
import { lastCompactionWords, scheduleWords } from './compaction-words.ts';
import { useHistory } from './use-history.ts';

/** How far back history reaches, and cutting it off: never from a number that nobody typed. */
export function HistoryPanel({ onAction }: { readonly onAction: ((action: ClusterAction) => void) | null }) {
  const known = useRevision()?.value ?? null;
  const [text, setText] = useState('');
  const revision = parseWireInt(text.replaceAll(/[\s,]/g, ''));
  return (
    <Panel title="History" bodyClassName="p-3">
      <PanelStates isLoading={known === null} data={known}>
        {({ current, compacted }) => (
          <div className="flex flex-col gap-3">
            <p>{reachWords(current, compacted)}</p>
            <CompactionNotes />
            {onAction === null ? null : (
              <form
                className="flex items-end gap-2"
                onSubmit={(event) => {
                  event.preventDefault();
                  if (revision !== undefined) onAction({ type: 'compact', revision });
                }}
              >
                <Field label="Compact below revision" className="w-48">
                  {(ids) => (
                    <Input
                      {...ids}
                      mono
                      inputMode="numeric"
                      value={text}
                      onChange={(event) => setText(event.target.value)}
                    />
                  )}
                </Field>
                <Button type="submit" disabled={revision === undefined || revision === '0'}>
                  Show what goes
                </Button>
              </form>
            )}
          </div>
        )}
      </PanelStates>
    </Panel>
  );
}

/** How far back one can read. A store's first revision is 1. */
function reachWords(current: WireInt, compacted: WireInt): string {
  if (current === '0') return 'Not known: the store has not answered yet.';
  if (compacted === '0') return `Every revision since the beginning can be read: ${formatCount(current)} of them.`;
  const readable = Number(BigInt(current) - BigInt(compacted)) + 1;
  return `Revisions ${formatCount(compacted)} to ${formatCount(current)} can be read: ${plural(readable, 'revision')}. What was before is compacted.`;
}

/** When it was compacted last, and whether that happens by itself. */
function CompactionNotes() {
  const { data } = useHistory();
  // Nothing is said of members before they were asked.
  if (data === undefined || data.members.every(({ metrics }) => metrics.state === 'unread')) return null;
  const last = lastCompactionWords(data.compaction, data.at.at(-1) ?? 0);
  const schedule = scheduleWords(data.compaction);
  return (
    <div className="flex flex-col gap-1 text-fg-2">
      {last === null ? null : <p>{last}</p>}
      {schedule.isRisk ? (
        <StatusMark tone="risk" className="items-start! whitespace-normal!">
          {schedule.text}
        </StatusMark>
      ) : (
        <p>{schedule.text}</p>
      )}
    </div>
  );
}
