'use client';

import { Field, Input } from '../ui/input.tsx';
import type { useAuthor } from './use-config.ts';

/** Asked for only where the store has no users of its own. */
export function AuthorField({ author }: { readonly author: ReturnType<typeof useAuthor> }) {
  if (author.isKnown) return null;
  return (
    <Field label="Your name" hint="This store has no users, so nobody can check it. It stands beside what you do.">
      {(ids) => <Input {...ids} value={author.by} onChange={(event) => author.setName(event.target.value)} />}
    </Field>
  );
}
