'use client';

import { useState } from 'react';

/** Something a person asks for once: whether it is under way, and why it failed. What went well ends the dialog it was asked in. */
export function useAttempt() {
  const [failure, setFailure] = useState<unknown>(null);
  const [isRunning, setRunning] = useState(false);
  /** Answers what it failed with; null: it went well. */
  const attempt = async (act: () => Promise<void>): Promise<unknown> => {
    setRunning(true);
    setFailure(null);
    try {
      await act();
      return null;
    } catch (error) {
      setFailure(error);
      setRunning(false);
      return error;
    }
  };
  return { failure, isRunning, attempt, forget: () => setFailure(null) };
}
