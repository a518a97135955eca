'use client';

import { Download, Search } from 'lucide-react';
import { type ComponentProps, useEffect, useEffectEvent, useRef, useState } from 'react';
import type { AuditKept } from '../../lib/api/audit.ts';
import { ApiFailure } from '../../lib/api/call.ts';
import { routes } from '../../lib/api/routes.ts';
import { formatCount, plural } from '../../lib/format/number.ts';
import { PanelError } from '../keys/panel/panel-error.tsx';
import { listMove } from '../shell/list-move.ts';
import { PageHeader } from '../shell/page-header.tsx';
import { oneOf, textParam } from '../shell/url-params.ts';
import { useBindings } from '../shell/use-bindings.ts';
import { usePinnedRevision } from '../shell/use-pinned-revision.ts';
import { useStore } from '../shell/use-store.ts';
import { useUrlStates } from '../shell/use-url-state.ts';
import { StatusMark } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { DataTable } from '../ui/data-table.tsx';
import { EmptyState } from '../ui/empty-state.tsx';
import { Input } from '../ui/input.tsx';
import { Kbd } from '../ui/kbd.tsx';
import { MasterDetail } from '../ui/master-detail.tsx';
import { PanelStates } from '../ui/panel.tsx';
import { Select } from '../ui/select.tsx';
import { SkeletonRows } from '../ui/skeleton.tsx';
import { AUDIT_COLUMNS } from './audit-columns.tsx';
import { AuditDetail } from './audit-detail.tsx';
import { RESULT_ORDER, resultWords } from './audit-words.ts';
import { type AuditFilter, useAudit } from './use-audit.ts';

const TYPING_MS = 250;
const RESULT_OPTIONS = [
  { value: 'any', label: 'Any result' },
  ...RESULT_ORDER.map((value) => ({ value, label: resultWords(value).word })),
] as const;

const PARAMS = { entry: textParam, q: textParam, user: textParam, result: oneOf(RESULT_ORDER) };

/** Every change made through a console, newest first. */
export function AuditPage() {
  const store = useStore();
  const { rev } = usePinnedRevision();
  const [{ entry: selectedId, q, user, result }, setUrl] = useUrlStates(PARAMS);
  const { query, entries, first, searched } = useAudit(store.id, { q, result, user }, rev);
  const selected = entries.find(({ id }) => id === selectedId);
  const select = (id: string | null): void => void setUrl({ entry: id }, { history: 'push' });
  const filter = useRef<HTMLInputElement>(null);
  useBindings([
    { id: 'audit.filter', keys: '/', title: 'Filter the trail', group: 'Page', run: () => filter.current?.focus() },
    listMove('audit.move', 'Next and previous entry'),
  ]);
  const isFiltered = q !== null || user !== null || result !== null;
  const users = [...new Set(entries.flatMap((entry) => entry.user ?? []))].sort();

  const list = (
    <PanelStates
      isLoading={query.isPending}
      data={query.data}
      skeleton={<SkeletonRows rows={10} />}
      error={
        query.error === null ? undefined : (
          <PanelError title={unreadTitle(query.error)} error={query.error} onRetry={() => void query.refetch()} />
        )
      }
      isEmpty={() => entries.length === 0 && first?.next === null}
      empty={
        <EmptyState>
          {isFiltered
            ? `None of the ${plural(searched, 'entry', 'entries')} fits.`
            : 'No change was made through a console yet. Each one that is made or refused is listed here, with who, what and the result.'}
        </EmptyState>
      }
    >
      {() => (
        <>
          <DataTable
            label="Audit trail"
            columns={AUDIT_COLUMNS}
            rows={entries}
            rowKey={({ id }) => id}
            selected={selectedId}
            onSelect={({ id }) => select(id)}
          />
          <div className="flex shrink-0 flex-wrap items-center gap-x-3 gap-y-1 border-t px-3 py-1 text-fg-3 text-meta">
            <p role="status">
              {plural(entries.length, 'entry', 'entries')}
              {isFiltered ? ` of ${formatCount(searched)} looked through` : ''}
              {first === undefined
                ? ''
                : ` of ${formatCount(first.total)}, as of revision ${formatCount(first.revision)}`}
              {first === undefined || first.unreadable === 0
                ? ''
                : `, and ${plural(first.unreadable, 'key')} there that this console cannot read`}
            </p>
            {query.hasNextPage ? (
              <Button size="small" disabled={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
                {query.isFetchingNextPage ? 'Reading' : 'Older'}
              </Button>
            ) : null}
          </div>
        </>
      )}
    </PanelStates>
  );

  return (
    <>
      <PageHeader title="Audit" meta={first === undefined ? null : <Kept kept={first.kept} />}>
        <FilterInput
          ref={filter}
          label="Filter the trail"
          placeholder="What, why, from where"
          className="w-56! max-wide:w-40!"
          icon={<Search />}
          trailing={<Kbd keys="/" />}
          value={q}
          onChange={(next) => void setUrl({ q: next })}
        />
        <FilterInput
          label="User"
          placeholder="Any user"
          className="w-32! max-wide:w-24!"
          list="audit-users"
          value={user}
          onChange={(next) => void setUrl({ user: next })}
        />
        <datalist id="audit-users">
          {users.map((name) => (
            <option key={name} value={name} />
          ))}
        </datalist>
        <Select
          label="Result"
          value={result ?? 'any'}
          options={RESULT_OPTIONS}
          onValueChange={(next) => void setUrl({ result: next === 'any' ? null : next })}
        />
        <Button asChild>
          <a href={exportHref(store.id, { q, user, result, rev })} download>
            <Download aria-hidden="true" />
            Export
          </a>
        </Button>
      </PageHeader>
      <MasterDetail
        title="Entries"
        initial={64}
        list={list}
        detail={selected === undefined ? null : <AuditDetail entry={selected} onBack={() => select(null)} />}
      />
    </>
  );
}

/** Whether the trail can be relied on, in words. */
function Kept({ kept }: { readonly kept: AuditKept }) {
  if (kept.durable) return <span>{`Kept in the store for ${kept.days} days`}</span>;
  return (
    <StatusMark tone="risk" className="whitespace-normal!">
      {`Not kept in the store: ${kept.reason ?? 'it refuses'}. Changes are in the console’s log only; set QUORATE_USER to an account that may write it.`}
    </StatusMark>
  );
}

interface FilterInputProps extends Omit<ComponentProps<typeof Input>, 'value' | 'onChange'> {
  readonly label: string;
  readonly value: string | null;
  readonly onChange: (value: string | null) => void;
}

/** Waits for a pause in typing: each filter is read through on the server. */
function FilterInput({ label, value, onChange, ...input }: FilterInputProps) {
  /** Null: what stands in the address, also after Back. */
  const [draft, setDraft] = useState<string | null>(null);
  if (draft !== null && draft === (value ?? '')) setDraft(null);
  const change = useEffectEvent(onChange);
  useEffect(() => {
    if (draft === null) return;
    const timer = setTimeout(() => change(draft === '' ? null : draft), TYPING_MS);
    return () => clearTimeout(timer);
  }, [draft]);
  return (
    <Input
      {...input}
      aria-label={label}
      value={draft ?? value ?? ''}
      onChange={(event) => setDraft(event.target.value)}
    />
  );
}

/** Everything that fits, also what is not loaded here. */
function exportHref(store: string, { q, user, result, rev }: AuditFilter & { readonly rev: string | null }): string {
  const given = Object.entries({ q, user, result, rev }).flatMap(([name, value]) =>
    value === null ? [] : [[name, value]],
  );
  return `${routes.auditExport(store)}?${new URLSearchParams(given)}`;
}

const unreadTitle = (error: Error): string =>
  error instanceof ApiFailure && error.code === 'PERMISSION_DENIED'
    ? 'Your user may not read /quorate/audit/, where the trail is kept'
    : 'The trail could not be read';
