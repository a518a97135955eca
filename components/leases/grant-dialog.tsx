'use client';

import { useState } from 'react';
import { api } from '../../lib/api/client.ts';
import { routes } from '../../lib/api/routes.ts';
import type { LeaseView } from '../../lib/api/types.ts';
import { etcdctl } from '../../lib/format/commands.ts';
import { durationText } from '../../lib/format/time.ts';
import { FailureLine } from '../keys/edit/edit-view.tsx';
import { newId } from '../keys/edit/new-id.ts';
import { apiCall } from '../keys/key-copy.ts';
import { useAttempt } from '../shell/use-attempt.ts';
import { useStore } from '../shell/use-store.ts';
import { Button } from '../ui/button.tsx';
import { CopyAsMenu } from '../ui/copy-as.tsx';
import { Dialog, DialogClose, DialogContent, DialogForm } from '../ui/dialog.tsx';
import { Field, Input } from '../ui/input.tsx';
import { parseLeaseId, parseTtl, TTL_SECONDS_MAX } from './lease-form.ts';

export interface GrantDialogProps {
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly onGranted: (lease: LeaseView) => void;
}

const PRESETS = [30, 60, 600, 3600, 86_400] as const;

export function GrantDialog(props: GrantDialogProps) {
  return (
    <Dialog open={props.isOpen} onClose={props.onClose}>
      {props.isOpen ? <Body {...props} /> : null}
    </Dialog>
  );
}

function Body({ onClose, onGranted }: GrantDialogProps) {
  const store = useStore();
  const [ttlText, setTtl] = useState('60');
  const [idText, setId] = useState('');
  const { failure, isRunning: isGranting, attempt, forget } = useAttempt();
  const [idempotencyKey, renew] = useState(newId);
  const ttl = parseTtl(ttlText);
  const id = parseLeaseId(idText);
  const grant = async (): Promise<void> => {
    if (ttl === undefined || id === undefined) return;
    await attempt(async () => {
      onGranted(await api.grantLease(store.id, { ttlSeconds: ttl, ...(id === null ? {} : { id }), idempotencyKey }));
      onClose();
    });
  };
  const changed = (): void => {
    forget();
    renew(newId());
  };
  return (
    <DialogContent
      size="small"
      title="Grant a lease"
      description="It ends when its time is up, unless something keeps it alive. Keys attached to it end with it."
      footer={
        <>
          <span className="mr-auto">
            <CopyAsMenu
              forms={{
                etcdctl: () => `${etcdctl(store.endpoints, ['lease'])} grant ${ttl ?? 60}`,
                curl: () =>
                  apiCall(routes.leases(store.id), 'POST', {
                    ttlSeconds: ttl ?? 60,
                    ...(typeof id === 'string' ? { id } : {}),
                    idempotencyKey,
                  }),
              }}
            />
          </span>
          <DialogClose>
            <Button>Cancel</Button>
          </DialogClose>
          <Button
            variant="primary"
            disabled={ttl === undefined || id === undefined || isGranting}
            onClick={() => void grant()}
          >
            {isGranting ? 'Granting…' : 'Grant lease'}
          </Button>
        </>
      }
    >
      <DialogForm onSubmit={() => void grant()}>
        <Field
          label="Time to live, in seconds"
          hint={ttl === undefined ? '' : `Ends ${durationText(ttl * 1000)} after it is granted, or after each renewal.`}
          error={ttl === undefined ? `A whole number of seconds, from 1 to ${TTL_SECONDS_MAX}` : undefined}
        >
          {(ids) => (
            <Input
              {...ids}
              mono
              autoFocus
              inputMode="numeric"
              value={ttlText}
              onChange={(event) => {
                setTtl(event.target.value);
                changed();
              }}
            />
          )}
        </Field>
        <div className="flex flex-wrap gap-1">
          {PRESETS.map((seconds) => (
            <Button
              key={seconds}
              size="small"
              aria-pressed={ttl === seconds}
              onClick={() => {
                setTtl(String(seconds));
                changed();
              }}
            >
              {durationText(seconds * 1000)}
            </Button>
          ))}
        </div>
        <Field
          label="Id (optional)"
          hint="Hexadecimal. Leave empty and the store picks one."
          error={id === undefined ? 'Up to 16 hexadecimal digits, not zero' : undefined}
        >
          {(ids) => (
            <Input
              {...ids}
              mono
              value={idText}
              onChange={(event) => {
                setId(event.target.value);
                changed();
              }}
            />
          )}
        </Field>
        {failure === null ? null : <FailureLine failure={failure} />}
        {/* Enter submits a form of several fields only where it has a button. */}
        <button type="submit" hidden />
      </DialogForm>
    </DialogContent>
  );
}
