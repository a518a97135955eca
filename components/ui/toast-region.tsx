'use client';

import { X } from 'lucide-react';
import { useEffect, useSyncExternalStore } from 'react';
import { StatusMark } from './badge.tsx';
import { Button } from './button.tsx';
import { cn } from './cn.ts';
import { type Toast, toasts } from './toast-store.ts';

const NONE: readonly Toast[] = [];

/** Where toasts appear: in the frame, or in the dialog that is open. A polite live region, so screen readers hear each once. */
export function ToastRegion({ className }: { readonly className?: string }) {
  const shown = useSyncExternalStore(toasts.subscribe, toasts.get, () => NONE);
  return (
    <div
      role="status"
      aria-live="polite"
      className={cn(
        'pointer-events-none fixed right-4 bottom-12 z-50 flex w-[min(24rem,calc(100vw-2rem))] flex-col gap-2',
        className,
      )}
    >
      {shown.map((toast) => (
        <ToastCard key={toast.id} toast={toast} />
      ))}
    </div>
  );
}

const WORD = { good: 'Done', bad: 'Failed', neutral: 'Note' } as const;

function ToastCard({ toast }: { readonly toast: Toast }) {
  const { id, lifeMs, action } = toast;
  useEffect(() => {
    if (lifeMs === null) return;
    const timer = setTimeout(() => toasts.close(id), lifeMs);
    return () => clearTimeout(timer);
  }, [id, lifeMs]);
  return (
    <div className="pointer-events-auto flex animate-in items-start gap-2 rounded-panel border border-line-strong bg-raised py-2 pr-2 pl-3 shadow-float">
      {toast.tone === 'neutral' ? null : (
        <StatusMark tone={toast.tone} wordHidden className="h-5">
          {WORD[toast.tone]}
        </StatusMark>
      )}
      <p className="min-w-0 flex-1 break-words">{toast.text}</p>
      {action === undefined ? null : (
        <Button
          size="small"
          onClick={() => {
            toasts.close(id);
            action.run();
          }}
        >
          {action.label}
        </Button>
      )}
      <Button variant="ghost" size="iconSmall" aria-label="Close message" onClick={() => toasts.close(id)}>
        <X aria-hidden="true" />
      </Button>
    </div>
  );
}
