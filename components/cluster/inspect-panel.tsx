'use client';

import { useEffect, useRef, useState } from 'react';
import { formatBytes, formatCount, plural } from '../../lib/format/number.ts';
import { byteStringToWire, displayBytes } from '../../lib/keys/wire-bytes.ts';
import { InspectionRefused, inspectFile } from '../../lib/snapshot/open-inspection.ts';
import { type InspectProgress, KEYS_MAX, type SnapshotReport } from '../../lib/snapshot/report.ts';
import { StatusMark, type Tone } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { Panel } from '../ui/panel.tsx';
import { ScrollRegion } from '../ui/scroll-region.tsx';
import { TableHead } from '../ui/table-head.tsx';

type State =
  | { readonly phase: 'idle' }
  | { readonly phase: 'reading'; readonly name: string; readonly progress: InspectProgress | null }
  | { readonly phase: 'read'; readonly name: string; readonly report: SnapshotReport }
  | { readonly phase: 'refused'; readonly name: string; readonly reason: string };

/** What is in a snapshot file of this or any other store, before anybody restores it. The file stays in this browser. */
export function InspectPanel() {
  const [state, setState] = useState<State>({ phase: 'idle' });
  const input = useRef<HTMLInputElement>(null);
  const abort = useRef<AbortController | null>(null);
  useEffect(() => () => abort.current?.abort(), []);
  const inspect = async (file: File): Promise<void> => {
    abort.current?.abort();
    const controller = new AbortController();
    abort.current = controller;
    const { name } = file;
    setState({ phase: 'reading', name, progress: null });
    try {
      const report = await inspectFile(file, {
        signal: controller.signal,
        onProgress: (progress) => setState({ phase: 'reading', name, progress }),
      });
      setState({ phase: 'read', name, report });
    } catch (cause) {
      if (controller.signal.aborted) setState({ phase: 'idle' });
      else if (cause instanceof InspectionRefused) setState({ phase: 'refused', name, reason: cause.message });
      else throw cause;
    }
  };
  return (
    <Panel
      title="Inspect a snapshot file"
      bodyClassName="flex flex-col gap-3 p-3"
      actions={
        state.phase === 'reading' ? (
          <Button size="small" onClick={() => abort.current?.abort()}>
            Stop
          </Button>
        ) : (
          <Button size="small" onClick={() => input.current?.click()}>
            Choose a file
          </Button>
        )
      }
    >
      <input
        ref={input}
        type="file"
        aria-label="Snapshot file"
        className="sr-only"
        tabIndex={-1}
        onChange={({ target }) => {
          const [file] = target.files ?? [];
          target.value = '';
          if (file !== undefined) void inspect(file);
        }}
      />
      {state.phase === 'idle' ? (
        <p className="text-fg-2">
          Revisions, users and the biggest prefixes of a file from here or from{' '}
          <span className="mono">etcdctl snapshot save</span>. It is read in this browser and sent nowhere.
        </p>
      ) : null}
      {state.phase === 'reading' ? <Reading name={state.name} progress={state.progress} /> : null}
      {state.phase === 'refused' ? (
        <p role="status">
          <StatusMark tone="bad" className="whitespace-normal">
            <span className="mono">{state.name}</span>: {state.reason}
          </StatusMark>
        </p>
      ) : null}
      {state.phase === 'read' ? <Report name={state.name} report={state.report} /> : null}
    </Panel>
  );
}

function Reading({ name, progress }: { readonly name: string; readonly progress: InspectProgress | null }) {
  return (
    <div>
      <p role="status" className="mb-1">
        Reading <span className="mono">{name}</span>
      </p>
      <progress
        className="h-1.5 w-full accent-accent"
        max={progress?.totalBytes ?? 1}
        value={progress?.doneBytes ?? 0}
        aria-label="Read"
      />
    </div>
  );
}

const CHECKSUMS: Readonly<Record<SnapshotReport['checksum'], { readonly tone: Tone; readonly words: string }>> = {
  fits: { tone: 'good', words: 'Its checksum fits.' },
  differs: { tone: 'bad', words: 'Its checksum does not fit: it is damaged, and no store starts from it.' },
  none: { tone: 'stale', words: 'It has no checksum: a copy of a member’s own file, as it seems.' },
};

function Report({ name, report }: { readonly name: string; readonly report: SnapshotReport }) {
  const { tone, words } = CHECKSUMS[report.checksum];
  return (
    <>
      <p role="status">
        <StatusMark tone={tone} className="whitespace-normal">
          {words}
        </StatusMark>
      </p>
      <div className="grid items-start gap-x-8 gap-y-3 @4xl:grid-cols-2">
        <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1">
          {factsOf(name, report).map(([what, value]) => (
            <div key={what} className="contents">
              <dt className="text-fg-2">{what}</dt>
              <dd className="min-w-0 break-words">{value}</dd>
            </div>
          ))}
        </dl>
        <BiggestPrefixes report={report} />
      </div>
    </>
  );
}

function factsOf(name: string, report: SnapshotReport): [what: string, value: string][] {
  const { living, compactRevision, users, roles } = report;
  return [
    ['File', `${name}, ${formatBytes(report.bytes)}`],
    ['Revision', formatCount(report.revision)],
    ['History', compactRevision === 0 ? 'from the beginning' : `from revision ${formatCount(compactRevision)} on`],
    [
      'Keys',
      living === null
        ? `more than ${formatCount(KEYS_MAX)}, not told apart from their history`
        : `${formatCount(living.keys)}, ${formatBytes(living.bytes)}`,
    ],
    ['Changes', `${formatCount(report.revisions)}, ${plural(report.tombstones, 'deletion')} among them`],
    ['Leases', formatCount(report.leases)],
    ['Users', `${listed(users)}; authentication is ${report.isAuthEnabled ? 'on' : 'off'}`],
    ['Roles', listed(roles)],
    ...(report.alarms === 0 ? [] : ([['Alarms', formatCount(report.alarms)]] as [string, string][])),
    ...(report.clusterVersion === '' ? [] : ([['Cluster version', report.clusterVersion]] as [string, string][])),
  ];
}

const NAMES_SHOWN = 5;
function listed(names: readonly string[]): string {
  if (names.length === 0) return 'none';
  const more = names.length - NAMES_SHOWN;
  return `${names.slice(0, NAMES_SHOWN).join(', ')}${more > 0 ? ` and ${formatCount(more)} more` : ''}`;
}

function BiggestPrefixes({ report: { prefixes, living } }: { readonly report: SnapshotReport }) {
  if (prefixes.length === 0) return <p className="text-fg-2">No key has a “/” in it: there are no prefixes to tell.</p>;
  const figures = ['In the file', ...(living === null ? [] : ['Keys', 'Now'])];
  return (
    <ScrollRegion label="Biggest prefixes" className="max-h-72 overflow-auto">
      <table className="w-full">
        <caption className="pb-1 text-left text-fg-2">Prefixes that take most of the file</caption>
        <TableHead columns={['Prefix', ...figures.map((text) => ({ text, isRight: true }))]} />
        <tbody>
          {prefixes.map(({ prefix, storedBytes, changes, keys, livingBytes }) => (
            <tr key={prefix} className="h-6">
              <td className="mono max-w-0 truncate" title={displayBytes(byteStringToWire(prefix))}>
                {displayBytes(byteStringToWire(prefix))}
              </td>
              <td className="mono text-right" title={plural(changes, 'change')}>
                {formatBytes(storedBytes)}
              </td>
              {living === null ? null : <td className="mono text-right">{formatCount(keys)}</td>}
              {living === null ? null : <td className="mono text-right">{formatBytes(livingBytes)}</td>}
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollRegion>
  );
}
