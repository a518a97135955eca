'use client';

import { useState } from 'react';
import { configApi } from '../../lib/api/config-client.ts';
import type { CheckAnswer, ConfigTargetDetail } from '../../lib/api/config-types.ts';
import { routes } from '../../lib/api/routes.ts';
import { parseRange, parseVersion } from '../../lib/config/version-range.ts';
import { FailureLine } from '../keys/edit/edit-view.tsx';
import { apiCall } from '../keys/key-copy.ts';
import { useAttempt } from '../shell/use-attempt.ts';
import { useStore } from '../shell/use-store.ts';
import { Button } from '../ui/button.tsx';
import { CopyAsMenu } from '../ui/copy-as.tsx';
import { Dialog, DialogClose, DialogContent, DialogForm } from '../ui/dialog.tsx';
import { Field, Input } from '../ui/input.tsx';
import { AuthorField } from './author-field.tsx';
import { ChangeList } from './change-list.tsx';
import { byOf, useAuthor, useWriteKey } from './use-config.ts';

export interface PublishDialogProps {
  readonly isOpen: boolean;
  readonly detail: ConfigTargetDetail;
  readonly text: string;
  readonly check: CheckAnswer | undefined;
  readonly onClose: () => void;
  readonly onPublished: (releaseId: string) => void;
}

/** Makes an immutable release. Affects nobody: rolling it out is the next step. */
export function PublishDialog({ isOpen, check, ...props }: PublishDialogProps) {
  return (
    <Dialog open={isOpen} onClose={props.onClose}>
      {isOpen && check !== undefined ? <Body {...props} check={check} /> : null}
    </Dialog>
  );
}

function Body({
  detail,
  text,
  check,
  onPublished,
}: Omit<PublishDialogProps, 'isOpen' | 'check'> & { readonly check: CheckAnswer }) {
  const store = useStore();
  const author = useAuthor();
  const { target } = detail.document;
  const suggested = check.suggested ?? '';
  const [semver, setSemver] = useState(suggested);
  const [note, setNote] = useState('');
  const [app, setApp] = useState('');
  const { failure, isRunning, attempt } = useAttempt();
  const { idempotencyKey, refused } = useWriteKey();
  const isVersion = parseVersion(semver) !== undefined;
  const isRange = app === '' || parseRange(app) !== undefined;
  const body = {
    target,
    text,
    expectGeneration: detail.assignment.generation,
    semver: semver === suggested ? null : semver,
    note,
    requires: app === '' ? {} : { app },
    idempotencyKey,
    ...byOf(author.by),
  };
  const run = async (): Promise<void> => {
    if (!isVersion || !isRange) return;
    refused(await attempt(async () => onPublished((await configApi.publish(store.id, body)).releaseId)));
  };
  return (
    <DialogContent
      title={`Publish ${target}`}
      description="A release never changes and stays as long as its target. It affects nobody until it is rolled out."
      footer={
        <>
          <span className="mr-auto">
            <CopyAsMenu forms={{ curl: () => apiCall(routes.configPublish(store.id), 'POST', body) }} />
          </span>
          <DialogClose>
            <Button>Cancel</Button>
          </DialogClose>
          <Button variant="primary" disabled={!isVersion || !isRange || isRunning} onClick={() => void run()}>
            {isRunning ? 'Publishing…' : 'Publish'}
          </Button>
        </>
      }
    >
      <DialogForm onSubmit={() => void run()}>
        <ChangeList changes={check.changes} label="Changes to what is live" />
        <Field
          label="Version"
          hint={`${suggested} is what the changes suggest`}
          error={isVersion ? undefined : 'is no semantic version'}
        >
          {(ids) => <Input {...ids} mono value={semver} onChange={(event) => setSemver(event.target.value)} />}
        </Field>
        <Field label="Why" hint="Stands beside the release in its history.">
          {(ids) => <Input {...ids} autoFocus value={note} onChange={(event) => setNote(event.target.value)} />}
        </Field>
        <Field
          label="Needs application version (optional)"
          hint="Such as >=1.4 <2. Others are held back on what is stable, and never counted as failures."
          error={isRange ? undefined : 'is no range of versions'}
        >
          {(ids) => <Input {...ids} mono value={app} onChange={(event) => setApp(event.target.value)} />}
        </Field>
        <AuthorField author={author} />
        {failure === null ? null : <FailureLine failure={failure} />}
      </DialogForm>
    </DialogContent>
  );
}
