'use client';

import { useState } from 'react';
import { PASSWORD_RULE, passwordProblem } from '../../lib/keys/password-rule.ts';
import { Field, Input } from '../ui/input.tsx';

/** Twice, because it is not seen. Nothing is sent before it keeps the rule. */
export function usePassword(user: string, isFirst = false) {
  const [value, setValue] = useState('');
  const [again, setAgain] = useState('');
  const problem = value === '' ? null : passwordProblem(value, user);
  const differs = again !== '' && again !== value;
  const fields = (
    <>
      <Field label="Password" hint={PASSWORD_RULE} error={problem === null ? undefined : `The password ${problem}.`}>
        {(ids) => (
          <Input
            {...ids}
            type="password"
            autoComplete="new-password"
            autoFocus={isFirst}
            value={value}
            onChange={(event) => setValue(event.target.value)}
          />
        )}
      </Field>
      <Field label="Again" error={differs ? 'The two are not the same.' : undefined}>
        {(ids) => (
          <Input
            {...ids}
            type="password"
            autoComplete="new-password"
            value={again}
            onChange={(event) => setAgain(event.target.value)}
          />
        )}
      </Field>
    </>
  );
  return { value, fields, isGood: value !== '' && problem === null && again === value };
}
