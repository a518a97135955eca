// @vitest-environment jsdom
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/react';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { AccessPlan, AccessView } from '../../lib/api/access-types.ts';
import type { StoreAccess } from '../../lib/api/types.ts';
import { AddressForTests } from '../shell/url-state.testing.tsx';
import { StoreContext } from '../shell/use-store.ts';
import { AccessPage } from './access-page.tsx';

const PASSWORD = 'a long enough password';
const APP = { key: '/app/', end: '/app0' };
const OPEN: AccessView = {
  enabled: false,
  you: null,
  complete: true,
  users: [
    { name: 'ada', roles: ['app'] },
    { name: 'bob', roles: [] },
  ],
  roles: [{ name: 'app', permissions: [{ type: 'readwrite', ...APP }] }],
  account: null,
};
const ADA: AccessView = {
  ...OPEN,
  enabled: true,
  you: 'ada',
  complete: false,
  users: [{ name: 'ada', roles: ['app'] }],
};
const PLAN: AccessPlan = {
  title: 'Do it',
  effects: ['bob can then read and write /app/… (through role app).', 'Nobody else changes.'],
  changes: [{ user: 'bob', before: { read: [], write: [] }, after: { read: [APP], write: [APP] } }],
  refusal: null,
  confirm: '',
  state: 'as-shown',
  command: 'etcdctl auth enable',
};

const fetched = vi.fn<(path: string, init: RequestInit) => Promise<Response>>();
let client: QueryClient;
const answer = (body: unknown): Response => new Response(JSON.stringify(body), { status: 200 });
const bodiesOf = (end: string): Record<string, unknown>[] =>
  fetched.mock.calls.filter(([path]) => path.endsWith(end)).map(([, init]) => JSON.parse(String(init.body)));

beforeEach(() => {
  // Radix asks for these; jsdom has no layout.
  vi.stubGlobal(
    'ResizeObserver',
    class {
      observe() {}
      unobserve() {}
      disconnect() {}
    },
  );
  Element.prototype.scrollIntoView = () => undefined;
  fetched.mockReset();
  vi.stubGlobal('fetch', fetched);
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

interface Setting {
  readonly view?: AccessView;
  readonly plan?: AccessPlan;
  readonly access?: StoreAccess;
  readonly search?: string;
}

function open({ view = OPEN, plan = PLAN, access = { mode: 'open' }, search = '' }: Setting = {}): void {
  client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  fetched.mockImplementation(async (path) => {
    if (path.endsWith('/plan')) return answer(plan);
    return answer(path.endsWith('/actions') ? { done: 'It is done.', next: null } : view);
  });
  const store = {
    id: 's',
    label: 's',
    colour: null,
    kind: 'external',
    endpoints: ['e'],
    readOnly: false,
    access,
  } as const;
  render(
    <AddressForTests search={search}>
      <QueryClientProvider client={client}>
        <StoreContext value={store}>
          <AccessPage />
        </StoreContext>
      </QueryClientProvider>
    </AddressForTests>,
  );
}

const type = (label: string, value: string): void => {
  fireEvent.change(screen.getByLabelText(label), { target: { value } });
};
const click = (name: string): void => {
  fireEvent.click(screen.getByRole('button', { name }));
};

test('a password is told what is wrong with it and goes nowhere before it keeps the rule', async () => {
  open();
  fireEvent.click(await screen.findByRole('button', { name: 'Add user' }));
  type('User', 'eve');
  type('Password', 'short');
  expect(screen.getByText('The password has 5 characters; 12 are the least.')).toBeTruthy();
  type('Again', 'short');
  expect(screen.getByRole('button', { name: 'Show what it does' })).toHaveProperty('disabled', true);
  type('Password', PASSWORD);
  expect(screen.getByText('The two are not the same.')).toBeTruthy();
  type('Again', PASSWORD);
  click('Show what it does');
  await screen.findByText('Nobody else changes.');
  expect(bodiesOf('/plan')).toEqual([{ action: { type: 'addUser', user: 'eve', withPassword: true } }]);
  expect(bodiesOf('/actions')).toEqual([]);
});

test('the password travels with the action alone: no plan, no query and no mutation keeps it', async () => {
  open();
  fireEvent.click(await screen.findByRole('button', { name: 'Add user' }));
  type('User', 'eve');
  type('Password', PASSWORD);
  type('Again', PASSWORD);
  click('Show what it does');
  fireEvent.click(await screen.findByRole('button', { name: 'Do it' }));
  await screen.findByText('It is done.');
  expect(bodiesOf('/actions')).toMatchObject([{ state: 'as-shown', password: PASSWORD }]);
  const queries = client
    .getQueryCache()
    .getAll()
    .map(({ queryKey, state }) => [queryKey, state]);
  const mutations = client
    .getMutationCache()
    .getAll()
    .map(({ state }) => state);
  expect(mutations).not.toEqual([]);
  expect(JSON.stringify([queries, mutations])).not.toContain(PASSWORD);
});

test('the dry run shows who may do what before and after', async () => {
  open({ plan: { ...PLAN, confirm: 'app' } });
  fireEvent.click(await screen.findByRole('button', { name: 'Delete the role app' }));
  const row = await screen.findByRole('row', { name: 'bob nothing reads and writes /app/…' });
  expect(row).toBeTruthy();
  const run = screen.getByRole('button', { name: 'Do it' });
  expect(run).toHaveProperty('disabled', true);
  type('Type app to mean it', 'app');
  expect(run).toHaveProperty('disabled', false);
});

test('what is refused is told with its reason and cannot be done', async () => {
  open({ plan: { ...PLAN, effects: [], changes: [], refusal: 'it is you' } });
  fireEvent.click(await screen.findByRole('button', { name: 'Delete the role app' }));
  expect((await screen.findByRole('alert')).textContent).toContain('it is you.');
  expect(screen.queryByRole('button', { name: 'Do it' })).toBeNull();
});

test('turning authentication on signs this browser in as root in the same step', async () => {
  open();
  fireEvent.click(await screen.findByRole('button', { name: 'Turn on…' }));
  type('Password', PASSWORD);
  type('Again', PASSWORD);
  click('Show what it does');
  fireEvent.click(await screen.findByRole('button', { name: 'Do it' }));
  await waitFor(() => expect(bodiesOf('/sign-in')).toEqual([{ user: 'root', password: PASSWORD }]));
  const order = fetched.mock.calls.map(([path]) => path).filter((path) => /actions|sign-in/.test(path));
  expect(order[0]).toContain('/actions');
});

test('a user who is not root sees himself and nothing to change', async () => {
  open({ view: ADA, access: { mode: 'user', user: 'ada', isRoot: false, readable: [APP] } });
  await screen.findByText(/You see yourself and your roles/);
  expect(screen.getByRole('listitem', { name: 'User ada' })).toBeTruthy();
  expect(screen.queryByRole('button', { name: /Add|Turn|Delete|Take/ })).toBeNull();
});

test('who can is answered for the key in the address, with the roles it comes through', async () => {
  open({ search: '?who=/app/x&kind=key' });
  const table = await screen.findByRole('table', { name: 'Who can read and write /app/x' });
  expect(
    within(table)
      .getAllByRole('row')
      .map(({ textContent }) => textContent),
  ).toEqual(['UserReadWrite', 'adayes through appyes through app']);
  expect(screen.getByText(/if authentication were on. It is off/)).toBeTruthy();
});
