'use client';

import { RotateCw } from 'lucide-react';
import { type ReactNode, useEffect, useState } from 'react';
import { Button } from './button.tsx';
import { cn } from './cn.ts';
import { Mark } from './marks.tsx';

export interface ErrorStateProps {
  /** What failed, as a sentence. */
  readonly title: string;
  /** Where: an endpoint, a path. */
  readonly where?: string | undefined;
  /** The code to search for: UNAVAILABLE, HTTP 502. */
  readonly code?: string | undefined;
  /** Since when, as a sentence part already formatted: "since 14:02:07". */
  readonly since?: string | undefined;
  /** When the next attempt starts (epoch milliseconds); null or absent when nothing will retry by itself. */
  readonly retryAt?: number | null | undefined;
  /** What to try. */
  readonly children?: ReactNode;
  readonly onRetry?: (() => void) | undefined;
  readonly className?: string;
}

/** What, where, code, when it will retry, what to try. Said once to screen readers when it appears. */
export function ErrorState({ title, where, code, since, retryAt, children, onRetry, className }: ErrorStateProps) {
  return (
    <div role="alert" className={cn('flex items-start gap-3 p-4', className)}>
      <span className="mt-0.5 inline-flex size-4 shrink-0 items-center justify-center text-bad">
        <Mark shape="cross" className="size-3.5" />
      </span>
      <div className="flex min-w-0 flex-col items-start gap-2">
        <p className="font-medium text-fg">{title}</p>
        {where === undefined && code === undefined && since === undefined ? null : (
          <p className="mono flex flex-wrap gap-x-3 text-fg-2">
            {where === undefined ? null : <span className="break-all">{where}</span>}
            {code === undefined ? null : <span className="text-bad">{code}</span>}
            {since === undefined ? null : <span className="text-fg-3">{since}</span>}
          </p>
        )}
        {children === undefined ? null : <div className="max-w-prose text-fg-2">{children}</div>}
        <div className="flex flex-wrap items-center gap-3">
          {onRetry === undefined ? null : (
            <Button size="small" onClick={onRetry}>
              <RotateCw aria-hidden="true" />
              Try now
            </Button>
          )}
          {retryAt === undefined || retryAt === null ? null : <RetryCountdown at={retryAt} />}
        </div>
      </div>
    </div>
  );
}

/** "Next attempt in 4 s", counting; hidden from screen readers, which would hear every second. */
export function RetryCountdown({ at }: { readonly at: number }) {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 500);
    return () => clearInterval(timer);
  }, []);
  const seconds = Math.max(0, Math.ceil((at - now) / 1000));
  return (
    <span aria-hidden="true" className="nums text-fg-3 text-meta" suppressHydrationWarning>
      {seconds === 0 ? 'Trying now…' : `Next attempt in ${seconds} s`}
    </span>
  );
}
