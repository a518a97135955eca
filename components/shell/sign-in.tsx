'use client';

import { LogIn } from 'lucide-react';
import { type FormEvent, useContext, useState } from 'react';
import { ApiFailure } from '../../lib/api/call.ts';
import { api } from '../../lib/api/client.ts';
import type { StoreSummary } from '../../lib/api/types.ts';
import { Button } from '../ui/button.tsx';
import { Field, Input } from '../ui/input.tsx';
import { Logo } from './logo.tsx';
import { startOver } from './query-scope.tsx';
import { StoresContext } from './use-store.ts';

/** In place of the page while a store that demands users does not know who is here. */
export function SignIn({ store }: { readonly store: StoreSummary }) {
  const stores = useContext(StoresContext);
  const [user, setUser] = useState('');
  const [password, setPassword] = useState('');
  const [isAsking, setAsking] = useState(false);
  const [failure, setFailure] = useState<Error | null>(null);
  const signIn = async (): Promise<void> => {
    setAsking(true);
    setFailure(null);
    try {
      await api.signIn(store.id, { user, password });
      setPassword('');
      await startOver(stores, store.id);
    } catch (cause) {
      setFailure(cause instanceof Error ? cause : new Error(String(cause)));
    } finally {
      setAsking(false);
    }
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    void signIn();
  };
  return (
    <div className="flex flex-1 items-start justify-center p-4 pt-[12vh]">
      <div className="w-full max-w-96 rounded-panel border bg-surface p-6">
        <Logo />
        <h1 className="mt-3 text-title">Sign in to {store.label}</h1>
        <p className="mt-1 text-fg-2">
          This store is for its own users. What you can see and do here is what the store grants to yours.
        </p>
        <form className="mt-4 flex flex-col gap-3" onSubmit={submit}>
          <Field label="User">
            {(ids) => (
              <Input
                {...ids}
                // The one thing to do on this page.
                autoFocus
                autoComplete="username"
                required
                value={user}
                onChange={(event) => setUser(event.target.value)}
              />
            )}
          </Field>
          <Field label="Password" error={failure === null ? undefined : reasonOf(failure)}>
            {(ids) => (
              <Input
                {...ids}
                type="password"
                autoComplete="current-password"
                value={password}
                onChange={(event) => setPassword(event.target.value)}
              />
            )}
          </Field>
          <Button type="submit" variant="primary" disabled={user === '' || isAsking}>
            <LogIn aria-hidden="true" />
            {isAsking ? 'Asking the store' : 'Sign in'}
          </Button>
        </form>
        <p className="mono mt-4 break-all text-fg-3">{store.endpoints.join(', ')}</p>
      </div>
    </div>
  );
}

function reasonOf(error: Error): string {
  if (!(error instanceof ApiFailure)) return error.message;
  if (error.code === 'UNAUTHENTICATED') return 'The store does not accept this user and password.';
  return `${error.message.charAt(0).toUpperCase()}${error.message.slice(1)}.`.replace('..', '.');
}
