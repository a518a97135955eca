import { cn } from './cn.ts';

interface Heading {
  readonly text: string;
  /** For numbers, which go right. */
  readonly isRight?: boolean;
  /** For screen readers alone. */
  readonly isHidden?: boolean;
  readonly className?: string;
}

interface TableHeadProps {
  readonly columns: readonly (string | Heading)[];
  /** Room around each heading. */
  readonly cell?: string;
  readonly className?: string;
}

/** The headings of a table that is read, not worked with (that is DataTable). */
export function TableHead({ columns, cell, className }: TableHeadProps) {
  return (
    <thead className={className}>
      <tr className="border-b text-left text-fg-2 text-meta">
        {columns
          .map((column): Heading => (typeof column === 'string' ? { text: column } : column))
          .map(({ text, isRight, isHidden, className: own }) => (
            <th key={text} scope="col" className={cn('font-medium', isRight && 'text-right', cell, own)}>
              {isHidden ? <span className="sr-only">{text}</span> : text}
            </th>
          ))}
      </tr>
    </thead>
  );
}
