'use client';

import { ApiFailure } from '../../lib/api/call.ts';
import { ErrorState } from '../ui/error-state.tsx';

export interface StoresFailureProps {
  readonly error: Error | null;
  readonly retryAt: number | null;
  readonly onRetry: () => void;
}

/** In place of the page while the console has not said which stores there are. */
export function StoresFailure({ error, retryAt, onRetry }: StoresFailureProps) {
  if (error === null)
    return <p className="p-4">This console is set up with no store. Name its endpoints in QUORATE_ENDPOINTS.</p>;
  const failure = error instanceof ApiFailure ? error : null;
  return (
    <ErrorState title={error.message} where={failure?.where} code={failure?.code} retryAt={retryAt} onRetry={onRetry}>
      Is the console's server still running? It is started with <code className="mono">npm start</code>.
    </ErrorState>
  );
}
