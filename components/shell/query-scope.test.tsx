// @vitest-environment jsdom
import { type QueryClient, useQueryClient } from '@tanstack/react-query';
import { cleanup, render } from '@testing-library/react';
import { afterEach, expect, test, vi } from 'vitest';
import { queryKeys } from '../../lib/api/queries.ts';
import type { StoreSummary } from '../../lib/api/types.ts';
import { QueryScope } from './query-scope.tsx';
import { Stores } from './stores.ts';
import { StoresContext } from './use-store.ts';

const store = (id: string, access: StoreSummary['access']): StoreSummary => ({
  ...{ id, label: id, colour: null, kind: 'external', endpoints: ['e'], readOnly: false, access },
});
const OPEN = { mode: 'open' } as const;

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

test('what was read of a store goes when somebody else looks, whoever found that out; what was read of others stays', async () => {
  const stores = new Stores([store('a', OPEN), store('b', OPEN)]);
  let client: QueryClient | undefined;
  function Reader() {
    client = useQueryClient();
    return null;
  }
  render(
    <StoresContext value={stores}>
      <QueryScope>
        <Reader />
      </QueryScope>
    </StoresContext>,
  );
  for (const id of ['a', 'b']) client?.setQueryData(queryKeys.key(id, '/secret'), 'osprey');
  const known = () => ['a', 'b'].map((id) => client?.getQueryData(queryKeys.key(id, '/secret')));
  const answers = (access: StoreSummary['access']) =>
    vi.stubGlobal('fetch', async () => new Response(JSON.stringify([store('a', access), store('b', OPEN)])));
  answers(OPEN);
  await stores.refresh();
  expect(known()).toEqual(['osprey', 'osprey']);
  answers({ mode: 'user', user: 'ada', isRoot: false, readable: [] });
  await stores.refresh();
  expect(known()).toEqual([undefined, 'osprey']);
});
