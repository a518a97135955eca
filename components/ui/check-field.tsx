import type { ReactNode } from 'react';

interface CheckFieldProps {
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
  /** What holds when it is checked, and what holds otherwise. */
  readonly children: ReactNode;
}

/** A choice of yes or no with its words beside it. */
export function CheckField({ checked, onChange, children }: CheckFieldProps) {
  return (
    <label className="flex items-baseline gap-2">
      <input
        type="checkbox"
        checked={checked}
        onChange={(event) => onChange(event.target.checked)}
        className="translate-y-0.5 accent-accent-fill"
      />
      {children}
    </label>
  );
}
