'use client';

import { ApiFailure } from '../../../lib/api/call.ts';
import { usePinnedRevision } from '../../shell/use-pinned-revision.ts';
import { Button } from '../../ui/button.tsx';
import { ErrorState } from '../../ui/error-state.tsx';

/** What, where, code, what to try; compaction has its own words. */
export function PanelError({
  title,
  error,
  onRetry,
}: {
  readonly title: string;
  readonly error: Error;
  readonly onRetry: () => void;
}) {
  const failure = error instanceof ApiFailure ? error : null;
  const { unpin } = usePinnedRevision();
  if (failure?.code === 'OUT_OF_RANGE') {
    return (
      <ErrorState title="This revision cannot be shown" code={failure.code} where={failure.where}>
        <p className="mb-2">{failure.message}</p>
        <Button size="small" onClick={unpin}>
          Return to live
        </Button>
      </ErrorState>
    );
  }
  return (
    <ErrorState title={title} code={failure?.code} where={failure?.where} onRetry={onRetry}>
      {error.message}
    </ErrorState>
  );
}
