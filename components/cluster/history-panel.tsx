'use client';

import { useState } from 'react';
import type { ClusterAction } from '../../lib/api/cluster-types.ts';
import { formatCount, parseWireInt, plural } from '../../lib/format/number.ts';
import { useRevision } from '../shell/use-live.ts';
import { Button } from '../ui/button.tsx';
import { Field, Input } from '../ui/input.tsx';
import { Panel, PanelStates } from '../ui/panel.tsx';

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
            <p>
              {compacted === '0'
                ? `Every revision since the beginning can be read: ${formatCount(current)} of them.`
                : `Revisions ${formatCount(compacted)} to ${formatCount(current)} can be read: ${plural(Number(BigInt(current) - BigInt(compacted)) + 1, 'revision')}. What was before is compacted.`}
            </p>
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
