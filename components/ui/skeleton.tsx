import { cn } from './cn.ts';

/** One grey block. Shown only after 150 ms, so a quick answer never flashes. Give it the size of what will come. */
export function Skeleton({ className }: { readonly className?: string }) {
  return <span aria-hidden="true" className={cn('bone block h-3 animate-late', className)} />;
}

/** Rows of a table to come, in the table's own row height. */
export function SkeletonRows({ rows, className }: { readonly rows: number; readonly className?: string }) {
  return (
    <div aria-hidden="true" className={cn('px-3 py-1', className)}>
      {[...Array(rows).keys()].map((row) => (
        <div key={row} className="flex h-6 items-center gap-3">
          <Skeleton className={row % 3 === 0 ? 'w-2/5' : row % 3 === 1 ? 'w-1/2' : 'w-1/3'} />
          <Skeleton className="ml-auto w-10" />
        </div>
      ))}
    </div>
  );
}
