'use client';

import { ApiFailure } from '../../../lib/api/call.ts';
import { plural } from '../../../lib/format/number.ts';
import { Button } from '../../ui/button.tsx';
import type { TreeController } from './tree-controller.ts';

/** Above the rows that are there: a page of them could not be read. */
export function FailureLine({ error, onRetry }: { readonly error: Error; readonly onRetry: () => void }) {
  return (
    <div role="alert" className="flex items-center gap-2 border-b bg-bad/8 px-3 py-1">
      <span className="min-w-0 flex-1 truncate text-bad">
        {error.message} <code className="mono">{error instanceof ApiFailure ? error.code : ''}</code>
      </span>
      <Button size="small" onClick={onRetry}>
        Try now
      </Button>
    </div>
  );
}

/** Over the rows: others wait while the pointer is there. */
export function WaitingChip({ controller }: { readonly controller: TreeController }) {
  const { added, removed } = controller.model.live.waitingCount;
  const parts = [...(added > 0 ? [`${plural(added, 'key')} new`] : []), ...(removed > 0 ? [`${removed} deleted`] : [])];
  if (parts.length === 0) return null;
  return (
    <div className="pointer-events-none absolute inset-x-0 bottom-2 z-10 flex justify-center">
      <Button size="small" className="pointer-events-auto shadow-float" onClick={() => controller.settle()}>
        {parts.join(', ')}: show
      </Button>
    </div>
  );
}
