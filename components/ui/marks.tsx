/**
 * The shapes that stand beside every colour, drawn on a 12-unit grid so that they look the same in every font.
 * Each has one meaning in the whole product (see app/globals.css).
 */
export type MarkShape =
  | 'star'
  | 'plus'
  | 'minus'
  | 'hourglass'
  | 'triangle'
  | 'dot'
  | 'ring'
  | 'clock'
  | 'dash'
  | 'cross'
  | 'leaderChange'
  | 'diamond';

const line = {
  fill: 'none',
  stroke: 'currentColor',
  strokeWidth: 1.6,
  strokeLinecap: 'round',
  strokeLinejoin: 'round',
} as const;

const SHAPES: Readonly<Record<MarkShape, React.ReactNode>> = {
  star: (
    <path fill="currentColor" d="M6 .8l1.55 3.3 3.6.47-2.64 2.5.67 3.58L6 8.9l-3.18 1.75.67-3.58L.85 4.57l3.6-.47z" />
  ),
  plus: <path {...line} d="M6 2v8M2 6h8" />,
  minus: <path {...line} d="M2 6h8" />,
  hourglass: (
    <path
      {...line}
      strokeWidth={1.3}
      d="M3 1.5h6M3 10.5h6M3.6 1.5c0 2.5 2.4 3 2.4 4.5s-2.4 2-2.4 4.5M8.4 1.5c0 2.5-2.4 3-2.4 4.5s2.4 2 2.4 4.5"
    />
  ),
  triangle: <path {...line} strokeWidth={1.4} d="M6 1.8L11 10.2H1z" />,
  dot: <circle cx="6" cy="6" r="3.5" fill="currentColor" />,
  ring: <circle cx="6" cy="6" r="3.4" {...line} strokeWidth={1.4} />,
  clock: (
    <g {...line} strokeWidth={1.3}>
      <circle cx="6" cy="6" r="4.6" />
      <path d="M6 3.4V6l1.8 1.2" />
    </g>
  ),
  dash: <path {...line} strokeDasharray="1.6 2.4" d="M1.5 6h9" />,
  cross: <path {...line} d="M3 3l6 6M9 3L3 9" />,
  leaderChange: <path fill="currentColor" d="M6 2l4.5 8h-9z" />,
  diamond: <path fill="currentColor" d="M6 1l5 5-5 5-5-5z" />,
};

/** Decoration only: always put a word, visible or for screen readers, beside it. */
export function Mark({ shape, className }: { readonly shape: MarkShape; readonly className?: string }) {
  return (
    <svg aria-hidden="true" viewBox="0 0 12 12" className={className ?? 'size-3 shrink-0'}>
      {SHAPES[shape]}
    </svg>
  );
}
