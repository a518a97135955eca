'use client';

import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ApiFailure } from '../../lib/api/call.ts';
import { configApi, configQueries } from '../../lib/api/config-client.ts';
import type { PrefixSchemaView } from '../../lib/api/prefix-schema-types.ts';
import { plural } from '../../lib/format/number.ts';
import { FailureLine } from '../keys/edit/edit-view.tsx';
import { useAttempt } from '../shell/use-attempt.ts';
import { useCanWrite } from '../shell/use-can-write.ts';
import { usePinnedRevision } from '../shell/use-pinned-revision.ts';
import { useStore } from '../shell/use-store.ts';
import { Button } from '../ui/button.tsx';
import { CheckField } from '../ui/check-field.tsx';
import { Dialog, DialogClose, DialogContent } from '../ui/dialog.tsx';
import { Field, Input, Textarea } from '../ui/input.tsx';
import { AuthorField } from './author-field.tsx';
import { byOf, useAuthor, useWriteKey } from './use-config.ts';
import { prettyJson } from './words.ts';

export interface KeySchemasDialogProps {
  readonly isOpen: boolean;
  readonly canWrite: boolean;
  readonly onClose: () => void;
}

/** Schemas that plain keys under a prefix must meet, whoever edits them through a console. */
export function KeySchemasDialog({ isOpen, canWrite, onClose }: KeySchemasDialogProps) {
  return (
    <Dialog open={isOpen} onClose={onClose}>
      {isOpen ? <Body canWrite={canWrite} /> : null}
    </Dialog>
  );
}

/** `null`: the list; 'new': a prefix that has none yet. */
type Edited = PrefixSchemaView | 'new' | null;

function Body({ canWrite }: { readonly canWrite: boolean }) {
  const store = useStore();
  const { rev } = usePinnedRevision();
  const list = useQuery(configQueries.prefixes(store.id, rev));
  const [edited, setEdited] = useState<Edited>(null);
  if (edited !== null) return <Form edited={edited} onDone={() => setEdited(null)} />;
  return (
    <DialogContent
      title="Schemas of keys"
      description="Every value under such a prefix must be JSON that meets its schema: edits, imports and restores through a console are refused otherwise. Programs write as they always did."
      footer={
        <>
          <DialogClose>
            <Button>Close</Button>
          </DialogClose>
          {canWrite ? (
            <Button variant="primary" onClick={() => setEdited('new')}>
              New schema
            </Button>
          ) : null}
        </>
      }
    >
      {list.error === null ? null : <FailureLine failure={list.error} />}
      {list.data?.prefixes.length === 0 ? <p className="text-fg-2">No prefix has a schema yet.</p> : null}
      <ul className="flex flex-col divide-y">
        {list.data?.prefixes.map((one) => (
          <li key={one.prefix} className="flex items-center gap-3 py-1.5">
            <span className="mono min-w-0 flex-1 truncate" title={one.prefix}>
              {one.prefix}
            </span>
            <span className="text-fg-2 text-meta">
              version {one.version}, {one.createdBy}
            </span>
            <Button size="small" onClick={() => setEdited(one)}>
              {canWrite ? 'Change…' : 'See'}
            </Button>
          </li>
        ))}
      </ul>
    </DialogContent>
  );
}

function Form({ edited, onDone }: { readonly edited: PrefixSchemaView | 'new'; readonly onDone: () => void }) {
  const store = useStore();
  const author = useAuthor();
  const existing = edited === 'new' ? null : edited;
  const [prefix, setPrefix] = useState(existing?.prefix ?? '');
  const [text, setText] = useState(existing === null ? '{\n  "type": "object"\n}' : prettyJson(existing.schema));
  const [evenIfFailing, setEvenIfFailing] = useState(false);
  const { failure, isRunning, attempt } = useAttempt();
  const { idempotencyKey, refused } = useWriteKey();
  const schema = readJson(text);
  const canWrite = useCanWrite();
  const save = async (isFreeing: boolean): Promise<void> => {
    if (schema === undefined) return;
    const error = await attempt(async () => {
      await configApi.putPrefixSchema(store.id, {
        ...{ prefix, schema: isFreeing ? null : schema, expectModRevision: existing?.modRevision ?? 0 },
        ...{ evenIfFailing, idempotencyKey, ...byOf(author.by) },
      });
      onDone();
    });
    refused(error);
  };
  return (
    <DialogContent
      title={existing === null ? 'New schema of keys' : `Schema of ${existing.prefix}`}
      description="Saving counts the keys that exist: those that would fail are named, and nothing is saved then unless you say so."
      footer={
        <>
          <Button onClick={onDone}>Back</Button>
          {existing !== null && canWrite ? (
            <Button variant="danger" disabled={isRunning} onClick={() => void save(true)}>
              Remove the schema
            </Button>
          ) : null}
          {canWrite ? (
            <Button
              variant="primary"
              disabled={prefix === '' || schema === undefined || isRunning}
              onClick={() => void save(false)}
            >
              {isRunning ? 'Checking the keys…' : 'Save'}
            </Button>
          ) : null}
        </>
      }
    >
      <div className="flex flex-col gap-3">
        <Field label="Prefix" hint="Everything that begins so: /shop/settings/">
          {(ids) => (
            <Input
              {...ids}
              mono
              autoFocus={existing === null}
              readOnly={existing !== null}
              value={prefix}
              onChange={(event) => setPrefix(event.target.value)}
            />
          )}
        </Field>
        <Field label="JSON Schema 2020-12" error={schema === undefined ? 'is not JSON' : undefined}>
          {(ids) => (
            <Textarea
              {...ids}
              mono
              rows={12}
              readOnly={!canWrite}
              value={text}
              onChange={(event) => setText(event.target.value)}
            />
          )}
        </Field>
        {canWrite ? <AuthorField author={author} /> : null}
        {failure === null ? null : <FailureLine failure={failure} />}
        <FailingKeys failure={failure} isForced={evenIfFailing} onForce={setEvenIfFailing} />
      </div>
    </DialogContent>
  );
}

interface FailingKeysProps {
  readonly failure: unknown;
  readonly isForced: boolean;
  readonly onForce: (isForced: boolean) => void;
}

/** Existing keys that a new schema would fail, as the refusal names them. */
function FailingKeys({ failure, isForced, onForce }: FailingKeysProps) {
  const first = failure instanceof ApiFailure && Array.isArray(failure.detail.first) ? failure.detail.first : [];
  const failing = failure instanceof ApiFailure ? Number(failure.detail.failing ?? 0) : 0;
  if (failing === 0) return null;
  return (
    <>
      <ul className="flex max-h-40 flex-col overflow-auto" aria-label="Keys that would fail">
        {first.map(({ key, path, message }: { key: string; path: string; message: string }) => (
          <li key={String(key)}>
            <span className="mono">{typeof key === 'string' ? key : 'a key that is no text'}</span>{' '}
            <span className="mono text-bad">{path}</span> <span className="text-fg-2">{message}</span>
          </li>
        ))}
        {failing > first.length ? (
          <li className="text-fg-2">and {plural(failing - first.length, 'more key')}</li>
        ) : null}
      </ul>
      <CheckField checked={isForced} onChange={onForce}>
        Put it in force all the same: these keys stay as they are, and their next edit must meet it
      </CheckField>
    </>
  );
}

/** Undefined: not JSON. */
function readJson(text: string) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
