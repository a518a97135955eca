import { type ComponentProps, type ReactNode, useId } from 'react';
import { cn } from './cn.ts';

const control =
  'w-full min-w-0 rounded-control border border-line-strong bg-raised px-2 text-body text-fg transition-colors duration-[120ms] hover:border-fg-3 focus-visible:border-focus focus-visible:outline-offset-0 disabled:opacity-50 aria-invalid:border-bad read-only:bg-inset';

export interface InputProps extends ComponentProps<'input'> {
  /** A mark at the left edge, e.g. a search icon. */
  readonly icon?: ReactNode;
  /** Something at the right edge, e.g. <Kbd/> or a clear button. */
  readonly trailing?: ReactNode;
  /** Keys, revisions, ids. */
  readonly mono?: boolean;
}

/** Give it an aria-label, or stand it in a <Field>. */
export function Input({ className, icon, trailing, mono = false, ...props }: InputProps) {
  return (
    <span className={cn('relative inline-flex w-full items-center', className)}>
      {icon === undefined ? null : (
        <span aria-hidden="true" className="pointer-events-none absolute left-2 text-fg-3 [&_svg]:size-3.5">
          {icon}
        </span>
      )}
      <input
        spellCheck={false}
        autoComplete="off"
        className={cn(control, 'h-7', mono && 'mono', icon !== undefined && 'pl-7', trailing !== undefined && 'pr-8')}
        {...props}
      />
      {trailing === undefined ? null : <span className="absolute right-1.5 inline-flex items-center">{trailing}</span>}
    </span>
  );
}

export interface TextareaProps extends ComponentProps<'textarea'> {
  readonly mono?: boolean;
}

export function Textarea({ className, mono = false, ...props }: TextareaProps) {
  return <textarea spellCheck={false} className={cn(control, 'py-1', mono && 'mono', className)} {...props} />;
}

export interface FieldProps {
  readonly label: string;
  /** What the field means, below it. */
  readonly hint?: ReactNode;
  /** What is wrong with it; replaces the hint. */
  readonly error?: string | undefined;
  readonly className?: string;
  readonly children: (ids: {
    readonly id: string;
    readonly 'aria-describedby': string;
    readonly 'aria-invalid': boolean;
  }) => ReactNode;
}

/** Label, control, hint or error, tied together for screen readers. */
export function Field({ label, hint, error, className, children }: FieldProps) {
  const id = useId();
  const note = `${id}-note`;
  return (
    <div className={cn('flex flex-col gap-1', className)}>
      <label htmlFor={id} className="font-medium text-fg-2 text-meta">
        {label}
      </label>
      {children({ id, 'aria-describedby': note, 'aria-invalid': error !== undefined })}
      <p id={note} className={cn('text-meta empty:hidden', error === undefined ? 'text-fg-3' : 'text-bad')}>
        {error ?? hint}
      </p>
    </div>
  );
}
