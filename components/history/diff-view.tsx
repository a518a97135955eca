import { Fragment } from 'react';
import { plural } from '../../lib/format/number.ts';
import type { DiffLine, DiffRow } from '../../lib/history/line-diff.ts';
import type { DiffRows } from '../../lib/history/value-diff.ts';
import { cn } from '../ui/cn.ts';

export interface DiffViewProps extends DiffRows {
  readonly className?: string | undefined;
  /** What the two sides are, for screen readers. */
  readonly label: string;
}

const SIGN = { same: ' ', add: '+', del: '−' } as const;
const WORD = { same: '', add: 'added: ', del: 'removed: ' } as const;
const LINE: Readonly<Record<DiffLine['kind'], string>> = {
  same: 'text-fg-2',
  add: 'bg-[color-mix(in_oklab,var(--good)_12%,transparent)] text-fg',
  del: 'bg-[color-mix(in_oklab,var(--bad)_11%,transparent)] text-fg',
};
const SIGN_COLOUR = { same: 'text-fg-3', add: 'text-good', del: 'text-bad' } as const;
/** Beyond this a line is cut and says so: a value of 1.5 MiB may well be a single one. */
const ROW_CHARS_MAX = 4_000;

/** One column: removed lines above added ones, with their line numbers, signs and words, never colour alone. */
export function DiffView({ rows, rest, className, label }: DiffViewProps) {
  return (
    <figure
      aria-label={label}
      className={cn('mono min-w-0 overflow-x-auto rounded-control border bg-inset', className)}
    >
      <div className="grid min-w-fit grid-cols-[auto_auto_minmax(0,1fr)]">
        {rows.map((row, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: rows of a finished diff never move
          <Fragment key={index}>{drawRow(row)}</Fragment>
        ))}
      </div>
      {rest > 0 ? (
        <p className="border-t px-3 py-1 font-sans text-fg-3 text-meta">{plural(rest, 'more line')} not shown</p>
      ) : null}
    </figure>
  );
}

function drawRow(row: DiffRow) {
  if (row.kind === 'skip') {
    return (
      <div className="col-span-3 border-line border-y border-dashed bg-surface px-3 font-sans text-fg-3 text-meta leading-5 first:border-t-0 last:border-b-0">
        {plural(row.count, 'unchanged line')}
      </div>
    );
  }
  return (
    <>
      <span aria-hidden="true" className={cn('select-none px-2 text-right text-fg-3', LINE[row.kind])}>
        {row.newLine ?? row.oldLine}
      </span>
      <span aria-hidden="true" className={cn('select-none pr-2', LINE[row.kind], SIGN_COLOUR[row.kind])}>
        {SIGN[row.kind]}
      </span>
      <span className={cn('whitespace-pre-wrap break-all pr-3', LINE[row.kind])}>
        <span className="sr-only">{WORD[row.kind]}</span>
        {row.text === '' ? '\u00a0' : row.text.slice(0, ROW_CHARS_MAX)}
        {row.text.length > ROW_CHARS_MAX ? (
          <span className="font-sans text-fg-3 text-meta">
            {' '}
            … {plural(row.text.length - ROW_CHARS_MAX, 'more character')} of this line not shown
          </span>
        ) : null}
      </span>
    </>
  );
}
