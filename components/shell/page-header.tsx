import type { ReactNode } from 'react';
import { cn } from '../ui/cn.ts';

export interface PageHeaderProps {
  /** The page's only h1. */
  readonly title: string;
  /** Beside the title: a count, a state, in words. */
  readonly meta?: ReactNode;
  /** The page's own toolbar, at the right; wraps below on narrow screens. */
  readonly children?: ReactNode;
  readonly className?: string;
}

/** The head of a page: one h1, one job, its own toolbar. */
export function PageHeader({ title, meta, children, className }: PageHeaderProps) {
  return (
    <header
      className={cn(
        'flex min-h-12 shrink-0 flex-wrap items-center gap-x-3 gap-y-2 border-b bg-surface px-4 py-2',
        className,
      )}
    >
      <h1 className="text-title">{title}</h1>
      <div className="min-w-0 flex-1 basis-40 truncate text-fg-3 text-meta">{meta}</div>
      {children}
    </header>
  );
}
