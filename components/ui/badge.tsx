import type { ComponentProps, ReactNode } from 'react';
import { cn } from './cn.ts';
import { Mark, type MarkShape } from './marks.tsx';

/** The meanings colours have. Each brings its shape, so that none is told by colour alone. */
export type Tone = 'neutral' | 'accent' | 'leader' | 'good' | 'bad' | 'lease' | 'risk' | 'past' | 'stale';

const TEXT: Readonly<Record<Tone, string>> = {
  neutral: 'text-fg-2',
  accent: 'text-accent',
  leader: 'text-leader',
  good: 'text-good',
  bad: 'text-bad',
  lease: 'text-lease',
  risk: 'text-risk',
  past: 'text-past',
  stale: 'text-stale',
};

const SHAPE: Readonly<Record<Tone, MarkShape | null>> = {
  neutral: null,
  accent: null,
  leader: 'star',
  good: 'dot',
  bad: 'cross',
  lease: 'hourglass',
  risk: 'triangle',
  past: 'clock',
  stale: 'ring',
};

export interface StatusMarkProps extends ComponentProps<'span'> {
  readonly tone: Tone;
  /** Overrides the tone's own shape, e.g. 'plus' for a put. */
  readonly shape?: MarkShape;
  /** The word. Required: a mark never stands alone. */
  readonly children: ReactNode;
  /** Leaves only the shape for eyes; the word stays for screen readers (dense rows whose head names the column). */
  readonly wordHidden?: boolean;
}

/** Shape and word in one colour: "★ leader", "△ at risk". */
export function StatusMark({ tone, shape, children, wordHidden = false, className, ...props }: StatusMarkProps) {
  const drawn = shape ?? SHAPE[tone];
  return (
    <span
      className={cn('inline-flex items-center gap-1.5 whitespace-nowrap align-top', TEXT[tone], className)}
      {...props}
    >
      {drawn === null ? null : <Mark shape={drawn} />}
      <span className={wordHidden ? 'sr-only' : undefined}>{children}</span>
    </span>
  );
}

export interface BadgeProps extends ComponentProps<'span'> {
  readonly tone?: Tone;
  readonly children: ReactNode;
}

/** A short label in a pill; with the tone's shape when the tone means something. */
export function Badge({ tone = 'neutral', children, className, ...props }: BadgeProps) {
  const shape = SHAPE[tone];
  return (
    <span
      className={cn(
        'inline-flex h-5 items-center gap-1 whitespace-nowrap rounded-full border border-line-strong bg-inset px-2 text-meta',
        TEXT[tone],
        className,
      )}
      {...props}
    >
      {shape === null ? null : <Mark shape={shape} className="size-2.5 shrink-0" />}
      {children}
    </span>
  );
}
