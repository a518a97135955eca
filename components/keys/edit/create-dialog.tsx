'use client';

import { useState } from 'react';
import { api } from '../../../lib/api/client.ts';
import { routes } from '../../../lib/api/routes.ts';
import type { LeaseChoice as Choice, WireBytes, WriteResult } from '../../../lib/api/types.ts';
import { recogniseValue } from '../../../lib/history/value-format.ts';
import { displayBytes } from '../../../lib/keys/wire-bytes.ts';
import { useAttempt } from '../../shell/use-attempt.ts';
import { useStore } from '../../shell/use-store.ts';
import { Button } from '../../ui/button.tsx';
import { CopyAsMenu } from '../../ui/copy-as.tsx';
import { Dialog, DialogClose, DialogContent } from '../../ui/dialog.tsx';
import { Field, Input } from '../../ui/input.tsx';
import { CodeEditor } from '../editor/code-editor.tsx';
import { apiCall, putCommand } from '../key-copy.ts';
import { languageOf } from '../panel/kind-words.ts';
import { bodyOf, type Draft, edit, review, startDraft } from './draft.ts';
import { FailureLine } from './edit-view.tsx';
import { isComplete, LeaseChoice } from './lease-choice.tsx';
import { newId } from './new-id.ts';
import { conflictOf } from './use-draft.ts';

export interface CreateDialogProps {
  readonly isOpen: boolean;
  /** The folder one is in: the key starts with it. */
  readonly prefix: WireBytes;
  readonly onClose: () => void;
  readonly onCreated: (created: { readonly draft: Draft; readonly result: WriteResult }) => void;
  /** The key exists already: show it. */
  readonly onShow: (key: WireBytes) => void;
}

/** A new key, refused by the store when it exists by then: it can never overwrite. */
export function CreateDialog(props: CreateDialogProps) {
  return (
    <Dialog open={props.isOpen} onClose={props.onClose}>
      {props.isOpen ? <Body {...props} /> : null}
    </Dialog>
  );
}

function Body({ prefix, onClose, onCreated, onShow }: CreateDialogProps) {
  const store = useStore();
  const [key, setKey] = useState(typeof prefix === 'string' ? prefix : '');
  const [value, setValue] = useState('');
  const [lease, setLease] = useState<Choice>({ mode: 'detach' });
  const { failure, isRunning: isSaving, attempt, forget } = useAttempt();
  const [id, renewId] = useState(newId);
  const draft = review(edit(startDraft(key, null), { text: value, lease }), () => id);
  const exists = failure !== null && conflictOf(failure) !== undefined;
  const changed = (): void => {
    forget();
    renewId(newId());
  };
  const create = async (): Promise<void> => {
    const body = bodyOf(draft);
    if (body === undefined || key === '' || !isComplete(lease)) return;
    await attempt(async () => {
      onCreated({ draft, result: await api.putKey(store.id, body) });
      onClose();
    });
  };
  return (
    <DialogContent
      title="Create a key"
      description="It is refused if the key exists: nothing is ever overwritten from here."
      footer={
        <>
          <span className="mr-auto">
            <CopyAsMenu
              forms={{
                etcdctl: () => putCommand(store, { key, value, lease, hasLease: false }),
                curl: () => apiCall(routes.key(store.id), 'PUT', bodyOf(draft)),
              }}
            />
          </span>
          <DialogClose>
            <Button>Cancel</Button>
          </DialogClose>
          <Button
            variant="primary"
            disabled={key === '' || isSaving || !isComplete(lease)}
            onClick={() => void create()}
          >
            {isSaving ? 'Creating…' : 'Create key'}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-3">
        <Field
          label="Key"
          hint="Any text. Slashes make folders; nothing is added or taken away."
          error={exists ? 'This key exists already. Nothing was written.' : undefined}
        >
          {(ids) => (
            <Input
              {...ids}
              mono
              autoFocus
              value={key}
              onFocus={(event) => event.target.setSelectionRange(key.length, key.length)}
              onChange={(event) => {
                setKey(event.target.value);
                changed();
              }}
            />
          )}
        </Field>
        {displayBytes(key) === key ? null : (
          <p className="text-meta text-risk">
            Not everything in this key is what it seems: <span className="mono break-all">{displayBytes(key)}</span>
          </p>
        )}
        {exists ? (
          <Button size="small" className="self-start" onClick={() => onShow(key)}>
            Show {displayBytes(key)}
          </Button>
        ) : null}
        <div className="flex flex-col gap-1">
          <span className="font-medium text-fg-2 text-meta">Value</span>
          <div className="h-44 overflow-auto rounded-control border border-line-strong bg-raised">
            <CodeEditor
              label="Value"
              text={value}
              language={languageOf(recogniseValue(value).kind)}
              onChange={(text) => {
                setValue(text);
                changed();
              }}
              onSubmit={() => void create()}
            />
          </div>
        </div>
        <LeaseChoice
          current={null}
          value={lease}
          onChange={(next) => {
            setLease(next);
            changed();
          }}
        />
        {failure === null || exists ? null : <FailureLine failure={failure} />}
      </div>
    </DialogContent>
  );
}
