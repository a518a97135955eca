// @vitest-environment jsdom
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { InstanceView } from '../../lib/api/config-types.ts';
import type { ProbeView } from '../../lib/api/probe-types.ts';
import type { StoreSummary } from '../../lib/api/types.ts';
import { emptyAssignment, type TargetDocument } from '../../lib/config/documents.ts';
import { reportWith, TARGET } from '../../lib/config/rollout-fixtures.testing.ts';
import { AddressForTests } from '../shell/url-state.testing.tsx';
import { StoreContext } from '../shell/use-store.ts';
import { KeySchemasDialog } from './key-schemas-dialog.tsx';
import { ProbePanel, type ProbePanelProps } from './probe-panel.tsx';

const STORE: StoreSummary = {
  ...{ id: 'main', label: 'main', colour: null, kind: 'external', endpoints: [], readOnly: false },
  access: { mode: 'user', user: 'ada', isRoot: true, readable: null },
};
const DOCUMENT: TargetDocument = {
  ...{ target: TARGET, kind: 'config', description: '', schema: null, locked: [], approvals: 0 },
  ...{ createdAt: 0, createdBy: 'ada' },
};
const fetched = vi.fn<(path: string, init: RequestInit) => Promise<Response>>();
const answer = (body: unknown, status = 200): Response => new Response(JSON.stringify(body), { status });
const sent = (method: string): Record<string, unknown>[] =>
  fetched.mock.calls.filter(([, init]) => init.method === method).map(([, init]) => JSON.parse(String(init.body)));

beforeEach(() => {
  fetched.mockReset();
  vi.stubGlobal('fetch', fetched);
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

function show(element: React.ReactElement): void {
  render(
    <AddressForTests>
      <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
        <StoreContext.Provider value={STORE}>{element}</StoreContext.Provider>
      </QueryClientProvider>
    </AddressForTests>,
  );
}

const instance = (instanceId: string): InstanceView => ({
  ...{ key: instanceId, report: reportWith({ instanceId }), cohort: 'stable', cohortReason: 'not yet' },
  ...{ bucket: 0, runs: null, seenAt: 0 },
});
const probeOf = (counts: Partial<ProbeView['counts']>, instances: ProbeView['instances'] = []): ProbeView => ({
  ...{ releaseId: 'r_new', semver: '1.1.0', askedAt: 0, until: 1 },
  counts: { accepts: 0, rejects: 0, waiting: 0, 'held back': 0, ...counts },
  instances,
});
const detailWith = (changes: Partial<ProbePanelProps['detail']> = {}): ProbePanelProps['detail'] => ({
  ...{ document: DOCUMENT, assignment: { ...emptyAssignment(TARGET), generation: 3 }, probe: null },
  instances: [instance('i1'), instance('i2')],
  ...changes,
});
const panel = (detail: ProbePanelProps['detail']) => show(<ProbePanel detail={detail} releaseId="r_new" by="ada" />);

describe('asking live instances', () => {
  test('asks about this release, at the generation that is shown', async () => {
    fetched.mockImplementation(async () => answer({ revision: '9' }));
    panel(detailWith());
    fireEvent.click(screen.getByRole('button', { name: 'Ask 2 live instances first' }));
    await waitFor(() => expect(sent('POST')).toHaveLength(1));
    expect(sent('POST')[0]).toMatchObject({ target: TARGET, releaseId: 'r_new', expectGeneration: 3, by: 'ada' });
  });

  test('who rejects is named first, with the place', () => {
    const rejecting = { key: 'k', instanceId: 'i1', is: 'rejects', path: '/db/port', why: 'must be odd' } as const;
    panel(detailWith({ probe: probeOf({ rejects: 1, accepts: 1 }, [rejecting]) }));
    const { textContent } = screen.getByRole('region', { name: 'What live instances say' });
    expect(textContent).toContain('1 would reject it, 1 would take it');
    expect(textContent).toContain('i1 /db/port must be odd');
  });

  test('all well is said only when everybody has answered', () => {
    panel(detailWith({ probe: probeOf({ accepts: 1, waiting: 1 }) }));
    expect(screen.queryByText(/would take it\.$/)).toBe(null);
    cleanup();
    panel(detailWith({ probe: probeOf({ accepts: 2 }) }));
    expect(screen.getByText('Every instance that can get it would take it.')).toBeTruthy();
  });

  test('what was asked about another release is not shown for this one', () => {
    panel(detailWith({ probe: { ...probeOf({ accepts: 2 }), releaseId: 'r_other' } }));
    expect(screen.getByRole('button', { name: 'Ask 2 live instances first' })).toBeTruthy();
  });

  test('nobody can be asked where nobody lives, or while a rollout is under way', () => {
    panel(detailWith({ instances: [] }));
    expect(screen.queryByRole('button')).toBe(null);
    panel(detailWith({ assignment: { ...emptyAssignment(TARGET), rolloutId: 'ro_1' } }));
    expect(screen.queryByRole('button')).toBe(null);
  });
});

describe('schemas of keys', () => {
  const listed = {
    revision: '9',
    prefixes: [
      {
        prefix: '/app/',
        schema: { type: 'object' },
        schemaId: 'x',
        version: 2,
        createdAt: 0,
        createdBy: 'ada',
        modRevision: 7,
      },
    ],
  };
  const open = () => show(<KeySchemasDialog isOpen canWrite onClose={() => undefined} />);

  test('each prefix is listed with its version; a change is guarded by what was shown', async () => {
    fetched.mockImplementation(async (_path, { method }) => answer(method === 'PUT' ? { revision: '10' } : listed));
    open();
    expect(await screen.findByText('/app/')).toBeTruthy();
    fireEvent.click(screen.getByRole('button', { name: 'Change…' }));
    fireEvent.change(screen.getByLabelText('JSON Schema 2020-12'), { target: { value: '{"type":"array"}' } });
    fireEvent.click(screen.getByRole('button', { name: 'Save' }));
    await waitFor(() => expect(sent('PUT')).toHaveLength(1));
    expect(sent('PUT')[0]).toMatchObject({ prefix: '/app/', schema: { type: 'array' }, expectModRevision: 7 });
    expect(sent('PUT')[0]).toMatchObject({ evenIfFailing: false });
  });

  test('existing keys that would fail are named, and only saying so puts it in force all the same', async () => {
    const first = [{ key: '/app/a', path: '/port', message: 'must be integer' }];
    const refusal = {
      code: 'FAILED_PRECONDITION',
      message: '12 existing keys of 15 would fail this schema: /app/a at /port must be integer; nothing was written',
      detail: { path: '/port', checked: 15, failing: 12, first },
    };
    fetched.mockImplementation(async (_path, { method }) => (method === 'PUT' ? answer(refusal, 409) : answer(listed)));
    open();
    fireEvent.click(await screen.findByRole('button', { name: 'New schema' }));
    fireEvent.change(screen.getByLabelText('Prefix'), { target: { value: '/app/' } });
    fireEvent.click(screen.getByRole('button', { name: 'Save' }));
    expect((await screen.findByRole('list', { name: 'Keys that would fail' })).textContent).toBe(
      '/app/a /port must be integerand 11 more keys',
    );
    fireEvent.click(screen.getByRole('checkbox'));
    fireEvent.click(screen.getByRole('button', { name: 'Save' }));
    await waitFor(() => expect(sent('PUT')).toHaveLength(2));
    expect(sent('PUT')[1]).toMatchObject({ evenIfFailing: true });
    expect(sent('PUT')[1]?.idempotencyKey, 'another write').not.toBe(sent('PUT')[0]?.idempotencyKey);
  });
});
