/**
 * Runs `action` when the signal aborts, at once if it already has: a listener added to an aborted signal never hears of
 * it. Call the result when the work is done.
 */
export function onAbort(signal: AbortSignal | undefined, action: () => void): () => void {
  if (signal?.aborted) action();
  signal?.addEventListener('abort', action, { once: true });
  return () => signal?.removeEventListener('abort', action);
}
