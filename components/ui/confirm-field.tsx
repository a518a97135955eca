import { Field, Input } from './input.tsx';

interface ConfirmFieldProps {
  /** "Type 12, the number of keys, to revoke". */
  readonly label: string;
  readonly hint: string;
  readonly isNumber?: boolean;
  readonly typed: string;
  readonly onChange: (typed: string) => void;
}

/** What must be typed before something is done that nobody does by accident. */
export function ConfirmField({ label, hint, isNumber = false, typed, onChange }: ConfirmFieldProps) {
  return (
    <Field label={label} hint={hint}>
      {(ids) => (
        <Input
          {...ids}
          mono
          autoFocus
          inputMode={isNumber ? 'numeric' : 'text'}
          value={typed}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  );
}
