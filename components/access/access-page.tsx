'use client';

import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { queries } from '../../lib/api/queries.ts';
import { PanelError } from '../keys/panel/panel-error.tsx';
import { PageHeader } from '../shell/page-header.tsx';
import { PinnedNote } from '../shell/pinned-note.tsx';
import { useBindings } from '../shell/use-bindings.ts';
import { useCanWrite } from '../shell/use-can-write.ts';
import { useStore } from '../shell/use-store.ts';
import { PanelStates } from '../ui/panel.tsx';
import { AccessDialog, type Asked } from './access-dialog.tsx';
import { AccessForms, type FormOf } from './access-forms.tsx';
import { AuthenticationPanel, RolesPanel, UsersPanel } from './access-panels.tsx';
import { WhoCanPanel } from './who-can-panel.tsx';

/** Nothing tells when users or roles change elsewhere: asked again this often while the page is open. */
const AGAIN_EVERY_MS = 15_000;

/** Users, roles and permissions of the store: who may do what, and changing it. */
export function AccessPage() {
  const store = useStore();
  const query = useQuery({ ...queries.access(store.id), refetchInterval: AGAIN_EVERY_MS });
  const view = query.data;
  const [form, setForm] = useState<FormOf | null>(null);
  const [asked, setAsked] = useState<Asked | null>(null);
  const canWrite = useCanWrite();
  const canChange = canWrite && view?.complete === true;
  useBindings([
    {
      id: 'access.addUser',
      keys: 'n',
      title: 'Add a user',
      group: 'Page',
      run: () => (canChange ? setForm({ kind: 'user' }) : undefined),
    },
  ]);
  const panel = {
    onAction: canChange ? (action: Asked['action']) => setAsked({ action, password: null }) : null,
    onForm: canChange ? setForm : null,
  };
  return (
    <>
      <PageHeader title="Access" meta="Who may read and write what, and through which role" />
      <PinnedNote shows="Access" />
      <div className="@container flex flex-1 flex-col gap-3 p-4">
        <PanelStates
          isLoading={query.isPending}
          error={
            query.error === null ? undefined : (
              <PanelError
                title="Users and roles cannot be shown"
                error={query.error}
                onRetry={() => void query.refetch()}
              />
            )
          }
          data={view}
        >
          {(known) => (
            <>
              <AuthenticationPanel view={known} {...panel} />
              <div className="grid items-start gap-3 @4xl:grid-cols-2">
                <UsersPanel view={known} {...panel} />
                <RolesPanel view={known} {...panel} />
              </div>
              <WhoCanPanel view={known} />
            </>
          )}
        </PanelStates>
      </div>
      <AccessForms
        form={form}
        onClose={() => setForm(null)}
        onNext={(next) => {
          setForm(null);
          setAsked(next);
        }}
      />
      <AccessDialog asked={asked} onClose={() => setAsked(null)} />
    </>
  );
}
