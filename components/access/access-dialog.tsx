'use client';

import { useQueryClient } from '@tanstack/react-query';
import { useContext } from 'react';
import type { AccessAction, AccessChange } from '../../lib/api/access-types.ts';
import { api } from '../../lib/api/client.ts';
import { queryKeys } from '../../lib/api/queries.ts';
import { routes } from '../../lib/api/routes.ts';
import { apiCall } from '../keys/key-copy.ts';
import { PlannedDialog, type PlannedResult } from '../shell/planned-dialog.tsx';
import { startOver } from '../shell/query-scope.tsx';
import { StoresContext, useStore } from '../shell/use-store.ts';
import { Dialog } from '../ui/dialog.tsx';
import { TableHead } from '../ui/table-head.tsx';
import { toasts } from '../ui/toast-store.ts';
import { reachWords } from './reach-words.ts';

/** An action, with its password beside it: plans are made, kept and shown without one. */
export interface Asked {
  readonly action: AccessAction;
  readonly password: string | null;
}

export interface AccessDialogProps {
  /** Null: closed. */
  readonly asked: Asked | null;
  readonly onClose: () => void;
}

/** What an action does to whom, the deliberate act, and how it ended. */
export function AccessDialog({ asked, onClose }: AccessDialogProps) {
  const store = useStore();
  const run = useAccessAction();
  return (
    <Dialog open={asked !== null} onClose={onClose}>
      {asked === null ? null : (
        <PlannedDialog
          planKey={['store', store.id, 'access-plan', asked.action]}
          makePlan={(signal) => api.accessPlan(store.id, asked.action, signal)}
          run={({ state }, idempotencyKey) => run(asked, state, idempotencyKey)}
          curl={({ state }, idempotencyKey) =>
            apiCall(routes.accessAction(store.id), 'POST', {
              action: asked.action,
              state,
              ...(asked.password === null ? {} : { password: 'PASSWORD' }),
              idempotencyKey,
            })
          }
          hint="If users or roles are others by then, nothing happens."
          details={({ changes }) => (changes.length === 0 ? null : <Changes changes={changes} />)}
        />
      )}
    </Dialog>
  );
}

/** Does it, and keeps this browser signed in where the action would have ended that. */
function useAccessAction() {
  const store = useStore();
  const client = useQueryClient();
  const you = store.access.mode === 'user' ? store.access.user : null;
  const stores = useContext(StoresContext);
  return async ({ action, password }: Asked, state: string, idempotencyKey: string): Promise<PlannedResult> => {
    const body = { action, state, idempotencyKey, ...(password === null ? {} : { password }) };
    const result = await api.accessAction(store.id, body);
    const user = action.type === 'enable' ? 'root' : action.type === 'setPassword' ? action.user : null;
    const signsInAgain = action.type === 'enable' || (you !== null && user === you);
    if (signsInAgain && user !== null && password !== null) {
      const text = await api.signIn(store.id, { user, password }).then(
        () => `${result.done} You are signed in as ${user}.`,
        () => `${result.done} Sign in as ${user} with the new password.`,
      );
      await startOver(stores, store.id);
      // Those of before go with whoever looked before.
      toasts.add({ text });
    } else if (action.type === 'disable') {
      await startOver(stores, store.id);
      toasts.add({ text: result.done });
    } else {
      await client.invalidateQueries({ queryKey: queryKeys.access(store.id) });
    }
    return result;
  };
}

/** Before, and after, for everybody it makes a difference to. */
function Changes({ changes }: { readonly changes: readonly AccessChange[] }) {
  return (
    <table className="w-full">
      <caption className="sr-only">Who may do what, before and after</caption>
      <TableHead cell="py-1 pr-3" columns={['Who', 'Before', 'After']} />
      <tbody>
        {changes.map(({ user, before, after }) => (
          <tr key={user ?? ''} className="border-b align-top last:border-b-0">
            <td className="py-1 pr-3">{user ?? <span className="text-fg-2">anybody else</span>}</td>
            <td className="py-1 pr-3 text-fg-2 [overflow-wrap:anywhere]">{reachWords(before)}</td>
            <td className="py-1 [overflow-wrap:anywhere]">{reachWords(after)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
