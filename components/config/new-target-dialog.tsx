'use client';

import { useState } from 'react';
import { ApiFailure } from '../../lib/api/call.ts';
import { configApi } from '../../lib/api/config-client.ts';
import type { ConfigTargetDetail } from '../../lib/api/config-types.ts';
import type { TargetKind } from '../../lib/config/documents.ts';
import { parseTarget } from '../../lib/config/target.ts';
import { FailureLine } from '../keys/edit/edit-view.tsx';
import { useAttempt } from '../shell/use-attempt.ts';
import { useStore } from '../shell/use-store.ts';
import { Button } from '../ui/button.tsx';
import { CheckField } from '../ui/check-field.tsx';
import { Dialog, DialogClose, DialogContent, DialogForm } from '../ui/dialog.tsx';
import { Field, Input, Textarea } from '../ui/input.tsx';
import { AuthorField } from './author-field.tsx';
import { byOf, useAuthor, useWriteKey } from './use-config.ts';
import { prettyJson } from './words.ts';

export interface NewTargetDialogProps {
  readonly isOpen: boolean;
  readonly kind: TargetKind;
  /** What is changed; without it a new one is created. */
  readonly existing?: Pick<ConfigTargetDetail, 'document' | 'documentRevision' | 'schema'>;
  readonly onClose: () => void;
  readonly onCreated: (target: string) => void;
}

export function NewTargetDialog({ isOpen, ...props }: NewTargetDialogProps) {
  return (
    <Dialog open={isOpen} onClose={props.onClose}>
      {isOpen ? <Body {...props} /> : null}
    </Dialog>
  );
}

function Body({ kind, existing, onClose, onCreated }: Omit<NewTargetDialogProps, 'isOpen'>) {
  const before = existing?.document;
  const store = useStore();
  const author = useAuthor();
  const [target, setTarget] = useState(before?.target ?? '');
  const [description, setDescription] = useState(before?.description ?? '');
  const [schemaText, setSchemaText] = useState(existing?.schema == null ? '' : prettyJson(existing.schema));
  const [locked, setLocked] = useState(before?.locked.join(' ') ?? '');
  const [approvals, setApprovals] = useState(String(before?.approvals ?? 0));
  const [evenIfFailing, setEvenIfFailing] = useState(false);
  const { failure, isRunning, attempt } = useAttempt();
  const { idempotencyKey, refused } = useWriteKey();
  const parsed = parseTarget(target);
  const schema = readSchema(schemaText);
  const run = async (): Promise<void> => {
    if (!parsed.ok || schema === undefined) return;
    const paths = locked.split(/\s+/).filter((path) => path !== '');
    const body = { target, kind, description, schema, locked: paths, approvals: Number(approvals) || 0 };
    const error = await attempt(async () => {
      await configApi.putTarget(store.id, {
        ...body,
        ...byOf(author.by),
        idempotencyKey,
        expectModRevision: existing?.documentRevision ?? 0,
        evenIfFailing,
      });
      onCreated(target);
      onClose();
    });
    refused(error);
  };
  return (
    <DialogContent
      title={before !== undefined ? `Change ${before.target}` : kind === 'flags' ? 'New flag set' : 'New target'}
      description="Says for whom a document is. It changes nothing for anybody until a release of it is served."
      footer={
        <>
          <DialogClose>
            <Button>Cancel</Button>
          </DialogClose>
          <Button
            variant="primary"
            disabled={!parsed.ok || schema === undefined || isRunning}
            onClick={() => void run()}
          >
            {isRunning ? 'Writing…' : before === undefined ? 'Create' : 'Change'}
          </Button>
        </>
      }
    >
      <DialogForm onSubmit={() => void run()}>
        <Field
          label="Path: bundle, then application, environment and service as far as it goes"
          hint="settings · settings/shop · settings/shop/prod · settings/shop/prod/web"
          error={target === '' || parsed.ok ? undefined : parsed.error}
        >
          {(ids) => (
            <Input
              {...ids}
              mono
              autoFocus
              readOnly={before !== undefined}
              value={target}
              onChange={(event) => setTarget(event.target.value)}
            />
          )}
        </Field>
        <Field label="What it is, in a sentence">
          {(ids) => <Input {...ids} value={description} onChange={(event) => setDescription(event.target.value)} />}
        </Field>
        {kind === 'flags' ? null : (
          <Field
            label="JSON Schema 2020-12 (may come later)"
            hint="Every merged document of this target must meet it."
            error={schema === undefined ? 'is not JSON' : undefined}
          >
            {(ids) => (
              <Textarea
                {...ids}
                mono
                rows={6}
                value={schemaText}
                onChange={(event) => setSchemaText(event.target.value)}
              />
            )}
          </Field>
        )}
        <Field
          label="Locked paths, which no narrower layer may change"
          hint="JSON pointers with spaces between, such as /tls/min. They hold from the next release on."
        >
          {(ids) => <Input {...ids} mono value={locked} onChange={(event) => setLocked(event.target.value)} />}
        </Field>
        <Field label="Other people who must approve a rollout">
          {(ids) => (
            <Input
              {...ids}
              inputMode="numeric"
              value={approvals}
              onChange={(event) => setApprovals(event.target.value)}
            />
          )}
        </Field>
        {failure instanceof ApiFailure && failure.status === 409 && 'issues' in failure.detail ? (
          <CheckField checked={evenIfFailing} onChange={setEvenIfFailing}>
            Put it in force all the same; what is live stays, and the next release must meet it
          </CheckField>
        ) : null}
        <AuthorField author={author} />
        {failure === null ? null : <FailureLine failure={failure} />}
      </DialogForm>
    </DialogContent>
  );
}

/** Undefined: not JSON. */
function readSchema(text: string) {
  if (text.trim() === '') return null;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
