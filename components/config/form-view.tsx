'use client';

import { Field, Input } from '../ui/input.tsx';

type Flat = Readonly<Record<string, string | number | boolean | null>>;

export interface FormViewProps {
  readonly value: Flat;
  readonly isReadOnly: boolean;
  readonly onChange: (next: Flat) => void;
}

/** A flat object as fields. Each keeps its type: a number stays a number, whatever is typed. */
export function FormView({ value, isReadOnly, onChange }: FormViewProps) {
  const set = (key: string, next: string | number | boolean): void => onChange({ ...value, [key]: next });
  return (
    <div className="flex max-w-xl flex-col gap-3 p-3">
      {Object.entries(value).map(([key, one]) => (
        <Field key={key} label={key} hint={one === null ? 'null: deletes what a wider layer says' : undefined}>
          {(ids) =>
            typeof one === 'boolean' ? (
              <input
                {...ids}
                type="checkbox"
                className="size-4 self-start"
                checked={one}
                disabled={isReadOnly}
                onChange={(event) => set(key, event.target.checked)}
              />
            ) : (
              <Input
                {...ids}
                mono
                readOnly={isReadOnly || one === null}
                inputMode={typeof one === 'number' ? 'decimal' : 'text'}
                value={one === null ? 'null' : String(one)}
                onChange={(event) => {
                  const text = event.target.value;
                  if (typeof one !== 'number') set(key, text);
                  else if (text.trim() !== '' && Number.isFinite(Number(text))) set(key, Number(text));
                }}
              />
            )
          }
        </Field>
      ))}
    </div>
  );
}
