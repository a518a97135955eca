import type { ReactNode } from 'react';
import { cn } from './cn.ts';
import { CopyButton } from './copy-button.tsx';

export interface EmptyStateProps {
  /** One sentence: what is not here, and why that may be. */
  readonly children: ReactNode;
  /** The command that would fill it. */
  readonly command?: string | undefined;
  /** Buttons that would fill it from here. */
  readonly actions?: ReactNode;
  readonly className?: string;
}

export function EmptyState({ children, command, actions, className }: EmptyStateProps) {
  return (
    <div className={cn('flex flex-col items-start gap-3 p-4', className)}>
      <p className="max-w-prose text-fg-2">{children}</p>
      {command === undefined ? null : <CommandLine command={command} />}
      {actions === undefined ? null : <div className="flex flex-wrap gap-2">{actions}</div>}
    </div>
  );
}

/** A shell command to copy. Wraps rather than hides. */
export function CommandLine({ command, className }: { readonly command: string; readonly className?: string }) {
  return (
    <div
      className={cn('flex max-w-full items-center gap-2 rounded-control border bg-inset py-0.5 pr-1 pl-2.5', className)}
    >
      <code className="mono min-w-0 text-fg [overflow-wrap:anywhere]">
        <span aria-hidden="true" className="mr-1.5 select-none text-fg-3">
          $
        </span>
        {command}
      </code>
      <CopyButton text={command} label="Copy command" />
    </div>
  );
}
