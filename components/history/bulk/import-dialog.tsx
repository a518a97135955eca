'use client';

import { type ChangeEvent, useState } from 'react';
import type { TransferFormat } from '../../../lib/api/bulk-types.ts';
import type { WireBytes } from '../../../lib/api/types.ts';
import { formatBytes } from '../../../lib/format/number.ts';
import { Button } from '../../ui/button.tsx';
import { CheckField } from '../../ui/check-field.tsx';
import { Dialog, DialogClose, DialogContent } from '../../ui/dialog.tsx';
import { Field, Textarea } from '../../ui/input.tsx';
import { Select } from '../../ui/select.tsx';
import { PrefixField } from '../prefix-field.tsx';
import { BulkDialog, type BulkDraft } from './bulk-dialog.tsx';

export interface ImportDialogProps {
  /** Null: closed; else the prefix it begins with. */
  readonly prefix: WireBytes | null;
  readonly onClose: () => void;
}

export const FORMATS = [
  { value: 'jsonl', label: 'JSON Lines' },
  { value: 'yaml', label: 'YAML' },
  { value: 'dotenv', label: 'dotenv' },
  { value: 'properties', label: 'properties' },
] as const satisfies readonly { value: TransferFormat; label: string }[];

const EXAMPLE: Readonly<Record<TransferFormat, string>> = {
  jsonl: '{"key":"db/host","value":"db.internal"}',
  yaml: 'db:\n  host: db.internal',
  dotenv: 'DB_HOST=db.internal',
  properties: 'db.host=db.internal',
};

/** The server takes bodies of 8 MiB; escapes need room. */
const FILE_BYTES_MAX = 5 * 1024 * 1024;

/** A file or pasted text; then exactly what it would change, in the dialog all bulk changes share. */
export function ImportDialog({ prefix, onClose }: ImportDialogProps) {
  const [draft, setDraft] = useState<BulkDraft | null>(null);
  return (
    <>
      <Dialog open={prefix !== null && draft === null} onClose={onClose}>
        {prefix === null ? null : <Source prefix={prefix} onTaken={setDraft} />}
      </Dialog>
      <BulkDialog
        draft={draft}
        title="Import keys"
        verb="Import"
        onClose={() => {
          setDraft(null);
          onClose();
        }}
      />
    </>
  );
}

function Source({ prefix, onTaken }: { readonly prefix: WireBytes; readonly onTaken: (draft: BulkDraft) => void }) {
  const [under, setUnder] = useState<WireBytes>(prefix);
  const [format, setFormat] = useState<TransferFormat>('jsonl');
  const [text, setText] = useState('');
  const [overwrite, setOverwrite] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const take = async (event: ChangeEvent<HTMLInputElement>): Promise<void> => {
    const file = event.target.files?.[0];
    if (file === undefined) return;
    if (file.size > FILE_BYTES_MAX) {
      setProblem(`${file.name} is larger than ${formatBytes(FILE_BYTES_MAX)}; split it.`);
      return;
    }
    try {
      setText(new TextDecoder('utf-8', { fatal: true }).decode(await file.arrayBuffer()));
      setProblem(null);
      const guessed = formatOf(file.name);
      if (guessed !== null) setFormat(guessed);
    } catch {
      setProblem(`${file.name} is not valid UTF-8. JSON Lines carries other bytes as {"base64": …}.`);
    }
  };
  return (
    <DialogContent
      title="Import keys"
      description="Reads the whole file first: a fault on any line, and nothing is written."
      size="large"
      footer={
        <>
          <DialogClose>
            <Button>Change nothing</Button>
          </DialogClose>
          <Button
            variant="primary"
            disabled={text.trim() === ''}
            onClick={() => onTaken({ kind: 'import', format, text, prefix: under, overwrite })}
          >
            See what would happen
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-3">
        <div className="flex flex-wrap items-center gap-2">
          <Select label="Format" value={format} options={FORMATS} onValueChange={setFormat} />
          <span className="text-fg-2">before each key</span>
          <PrefixField label="Before each key of the file" value={under} onChange={setUnder} />
          <input
            type="file"
            aria-label="Choose a file"
            onChange={(event) => void take(event)}
            className="ml-auto text-meta file:mr-2 file:h-7 file:rounded-control file:border file:border-line-strong file:bg-raised file:px-2.5 file:text-body file:text-fg"
          />
        </div>
        <Field label="Text of the file" error={problem ?? undefined}>
          {(ids) => (
            <Textarea
              {...ids}
              mono
              rows={12}
              placeholder={EXAMPLE[format]}
              value={text}
              onChange={(event) => setText(event.target.value)}
            />
          )}
        </Field>
        <CheckField checked={overwrite} onChange={setOverwrite}>
          Overwrite keys that exist with another value. Otherwise they are left alone and named.
        </CheckField>
      </div>
    </DialogContent>
  );
}

function formatOf(name: string): TransferFormat | null {
  if (/\.(jsonl|ndjson)$/i.test(name)) return 'jsonl';
  if (/\.ya?ml$/i.test(name)) return 'yaml';
  if (/\.properties$/i.test(name)) return 'properties';
  return /\.env(\.|$)/i.test(name) ? 'dotenv' : null;
}
