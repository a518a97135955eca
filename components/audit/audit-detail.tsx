'use client';

import { History } from 'lucide-react';
import { useRouter } from 'next/navigation';
import type { ReactNode } from 'react';
import type { AuditEntry } from '../../lib/api/audit.ts';
import { calendarDay, clockMillis } from '../../lib/format/time.ts';
import { RevisionLink } from '../shell/links.tsx';
import { keyParams, useHref } from '../shell/use-href.ts';
import { Button } from '../ui/button.tsx';
import { CopyAsMenu } from '../ui/copy-as.tsx';
import { DetailHeader } from '../ui/detail-header.tsx';
import { Result, Target, Who } from './audit-columns.tsx';
import { actionWords, resultWords } from './audit-words.ts';
import { UndoEntry } from './undo-entry.tsx';

/** One entry in full: what was asked, what had to hold, how it ended, and the way to what it changed. */
export function AuditDetail({ entry, onBack }: { readonly entry: AuditEntry; readonly onBack: () => void }) {
  const router = useRouter();
  const href = useHref();
  const { target } = entry;
  return (
    <section aria-label="Entry" className="flex min-h-0 flex-1 flex-col overflow-auto bg-surface">
      <DetailHeader list="Audit" onBack={onBack}>
        <h2 className="min-w-0 flex-1 truncate font-semibold first-letter:uppercase">{actionWords(entry.action)}</h2>
        <CopyAsMenu forms={{ json: () => JSON.stringify(entry, null, 2) }} />
      </DetailHeader>
      <dl className="grid grid-cols-[7rem_minmax(0,1fr)] gap-x-3 gap-y-2 px-3 py-3">
        <Fact name="Result">
          <Result result={entry.result} />
          <p className="text-fg-3 text-meta">{resultWords(entry.result).meaning}</p>
          {entry.message === null ? null : <p className="mt-1 break-words">{entry.message}</p>}
        </Fact>
        <Fact name="To what">
          <Target entry={entry} />
        </Fact>
        <Fact name="When">
          <span className="mono">
            {calendarDay(entry.at)} {clockMillis(entry.at)}
          </span>
        </Fact>
        <Fact name="Who">
          <Who entry={entry} />
        </Fact>
        <Fact name="From">
          <span className="mono">{entry.from}</span>
        </Fact>
        <Fact name="Only if">{entry.guard ?? <span className="text-fg-3">no condition</span>}</Fact>
        <Fact name="Revision">
          {entry.revision === null ? <span className="text-fg-3">none</span> : <RevisionLink rev={entry.revision} />}
        </Fact>
        {entry.note === null ? null : <Fact name="Note">{entry.note}</Fact>}
      </dl>
      <UndoEntry key={entry.id} entry={entry} />
      {entry.targetKind !== 'key' || target === null ? null : (
        <div className="border-t px-3 py-3">
          <Button size="small" onClick={() => router.push(href('/keys', keyParams(target)))}>
            <History aria-hidden="true" />
            History of the key
          </Button>
          <p className="mt-1 text-fg-3 text-meta">Every retained version, with the way back to each.</p>
        </div>
      )}
    </section>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <>
      <dt className="text-fg-3 text-meta leading-5">{name}</dt>
      <dd className="min-w-0">{children}</dd>
    </>
  );
}
