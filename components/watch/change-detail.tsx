'use client';

import { useQuery } from '@tanstack/react-query';
import { X } from 'lucide-react';
import type { ReactNode } from 'react';
import { ApiFailure } from '../../lib/api/call.ts';
import { queries } from '../../lib/api/queries.ts';
import type { ChangeEvent, KeyVersion, WireBytes } from '../../lib/api/types.ts';
import { formatBytes, formatCount } from '../../lib/format/number.ts';
import { clockMillis } from '../../lib/format/time.ts';
import { sameBytes } from '../../lib/history/thread.ts';
import { valueStart } from '../../lib/history/value-format.ts';
import { ValueDiffView } from '../history/value-diff-view.tsx';
import { PeekKeyLink } from '../keys/key-peek.tsx';
import { PeekLeaseLink } from '../leases/lease-peek.tsx';
import { RevisionLink, useKeyForms } from '../shell/links.tsx';
import { useStoreId } from '../shell/use-store.ts';
import { StatusMark } from '../ui/badge.tsx';
import { IconButton } from '../ui/button.tsx';
import { CopyAsMenu } from '../ui/copy-as.tsx';
import { ErrorState } from '../ui/error-state.tsx';
import { SkeletonRows } from '../ui/skeleton.tsx';

/** Of a value here; enough to know what it is. */
const SHOWN_CHARS = 20_000;
/** This version and the one before it. */
const VERSIONS_NEEDED = 2;

/** One change: what was written, and how it differs from what stood there before. */
export function ChangeDetail({ event, onClose }: { readonly event: ChangeEvent; readonly onClose: () => void }) {
  const isPut = event.type === 'put';
  const forms = useKeyForms(event.key, event.revision);
  return (
    <section aria-label="Change" className="flex min-h-0 flex-1 flex-col bg-surface">
      <header className="flex h-9 shrink-0 items-center gap-2 border-b px-3">
        <StatusMark tone={isPut ? 'good' : 'bad'} shape={isPut ? 'plus' : 'minus'}>
          {isPut ? 'put' : 'deleted'}
        </StatusMark>
        <span className="flex min-w-0 flex-1">
          <PeekKeyLink value={event.key} rev={event.revision} className="text-fg" />
        </span>
        <CopyAsMenu forms={forms} />
        <IconButton label="Close" shortcut="Escape" size="small" onClick={onClose}>
          <X aria-hidden="true" />
        </IconButton>
      </header>
      <div className="min-h-0 flex-1 overflow-y-auto p-3">
        <dl className="mb-3 flex flex-wrap gap-x-6 gap-y-1">
          <Fact name="revision">
            <RevisionLink rev={event.revision} className="text-accent" />
          </Fact>
          <Fact name="seen at">
            <span className="mono">{clockMillis(event.at)}</span>
          </Fact>
          {isPut ? (
            <>
              <Fact name="version">
                <span className="mono">{formatCount(event.version)}</span>
              </Fact>
              <Fact name="created at revision">
                <span className="mono">{formatCount(event.createRevision)}</span>
              </Fact>
              <Fact name="size">
                <span className="mono">{formatBytes(event.valueBytes)}</span>
              </Fact>
            </>
          ) : null}
          {event.lease === null ? null : (
            <Fact name="ends with">
              <PeekLeaseLink id={event.lease} />
            </Fact>
          )}
        </dl>
        <Versions event={event} />
      </div>
    </section>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div className="flex flex-col">
      <dt className="text-fg-3 text-meta">{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Versions({ event }: { readonly event: ChangeEvent }) {
  const storeId = useStoreId();
  const before = (BigInt(event.revision) + 1n).toString();
  const history = useQuery(queries.history(storeId, { key: event.key, before, limit: VERSIONS_NEEDED }));
  if (history.data === undefined) {
    if (history.error === null) return <SkeletonRows rows={4} className="px-0!" />;
    const failure = history.error instanceof ApiFailure ? history.error : null;
    return (
      <ErrorState
        className="p-0!"
        title={history.error.message}
        where={failure?.where}
        code={failure?.code}
        onRetry={() => void history.refetch()}
      />
    );
  }
  const { versions, reachesCompaction, compacted } = history.data;
  const here = versions.find((version) => version.modRevision === event.revision);
  if (here === undefined) {
    return (
      <p className="text-fg-2">
        This version is gone from the store: it was compacted below revision {formatCount(compacted)}.
      </p>
    );
  }
  const previous = versions.find((version) => version !== here);
  return <Comparison here={here} previous={previous} isFirst={reachesCompaction && compacted === '0'} />;
}

interface ComparisonProps {
  readonly here: KeyVersion;
  readonly previous: KeyVersion | undefined;
  /** The key's whole history is there: no previous version means there was none. */
  readonly isFirst: boolean;
}

function Comparison({ here, previous, isFirst }: ComparisonProps) {
  const wasThere = previous !== undefined && previous.type === 'put' && previous.value !== null;
  if (!wasThere || previous.value === null) {
    return (
      <>
        <Heading>
          {previous === undefined
            ? isFirst || here.version === '1'
              ? 'The key was created by this change'
              : 'The version before is gone by compaction'
            : 'The key did not exist before'}
        </Heading>
        <Value value={here.value ?? ''} isDelete={here.type === 'delete'} />
      </>
    );
  }
  const isSame = here.type === 'put' && sameBytes(previous.value, here.value);
  return (
    <>
      <Heading>
        {here.type === 'delete'
          ? 'What was deleted, last written'
          : isSame
            ? 'The same value as'
            : 'Against the version'}{' '}
        at revision <RevisionLink rev={previous.modRevision} className="text-accent" />
      </Heading>
      {isSame ? (
        <Value value={previous.value} isDelete={false} />
      ) : (
        <ValueDiffView
          label="Difference to the version before"
          before={previous.value}
          after={here.value}
          context={Number.POSITIVE_INFINITY}
        />
      )}
    </>
  );
}

function Heading({ children }: { readonly children: ReactNode }) {
  return <h2 className="mb-1.5 font-normal text-fg-2">{children}</h2>;
}

function Value({ value, isDelete }: { readonly value: WireBytes; readonly isDelete: boolean }) {
  if (isDelete) return null;
  const { text, isCut } = valueStart(value, { lines: SHOWN_CHARS, chars: SHOWN_CHARS });
  return (
    <pre className="mono overflow-x-auto whitespace-pre-wrap break-all rounded-control border bg-inset px-3 py-2">
      {text === '' ? <span className="text-fg-3">empty value</span> : text}
      {isCut ? <span className="font-sans text-fg-3 text-meta"> … and more: the key shows all of it</span> : null}
    </pre>
  );
}
