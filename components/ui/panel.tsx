import type { ReactNode } from 'react';
import { cn } from './cn.ts';
import { SkeletonRows } from './skeleton.tsx';

export interface PanelProps {
  readonly title: string;
  /** Level of the title; pages have one h1, panels are h2 unless nested. */
  readonly level?: 2 | 3;
  /** Beside the title: a count, a mark. */
  readonly meta?: ReactNode;
  /** At the right of the head. */
  readonly actions?: ReactNode;
  readonly children: ReactNode;
  readonly className?: string;
  readonly bodyClassName?: string;
}

/** A bordered region with a head. Put <PanelStates> inside for its four states. */
export function Panel({ title, level = 2, meta, actions, children, className, bodyClassName }: PanelProps) {
  const Heading = level === 2 ? 'h2' : 'h3';
  return (
    <section
      aria-label={title}
      className={cn('flex min-h-0 min-w-0 flex-col rounded-panel border bg-surface', className)}
    >
      <header className="flex h-9 shrink-0 items-center gap-2 border-b px-3">
        <Heading className="whitespace-nowrap font-semibold text-body">{title}</Heading>
        <div className="min-w-0 flex-1 truncate text-fg-3 text-meta">{meta}</div>
        {actions}
      </header>
      <div className={cn('min-h-0 flex-1', bodyClassName)}>{children}</div>
    </section>
  );
}

export interface PanelStatesProps<T> {
  /** True while nothing is known yet. */
  readonly isLoading: boolean;
  /** The failure, when there is nothing to show; render it with <ErrorState>. */
  readonly error?: ReactNode;
  /** The data, once there. Data beats a later error: stale data keeps showing (say its age with <StaleNote>). */
  readonly data: T | undefined | null;
  readonly isEmpty?: (data: T) => boolean;
  /** A skeleton of the final shape. */
  readonly skeleton?: ReactNode;
  readonly empty?: ReactNode;
  readonly children: (data: T) => ReactNode;
}

/** The four states in their fixed order: loading, error, empty, data. */
export function PanelStates<T>({ isLoading, error, data, isEmpty, skeleton, empty, children }: PanelStatesProps<T>) {
  if (data === undefined || data === null) {
    if (isLoading) {
      return (
        <div aria-busy="true">
          <span className="sr-only">Loading</span>
          {skeleton ?? <SkeletonRows rows={5} />}
        </div>
      );
    }
    return error ?? null;
  }
  if (isEmpty?.(data) === true) return empty ?? null;
  return children(data);
}
