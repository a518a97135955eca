import type { Metadata } from 'next';
import { cookies } from 'next/headers';
import { delimiterOf } from '../../components/keys/delimiter.ts';
import { KeysPage } from '../../components/keys/keys-page.tsx';
import { FIRST_ROWS, type FirstPage, OPEN_ONLY_DEPTH, onlyFolder } from '../../components/keys/tree/first-page.ts';
import type { ChildrenPage, WireBytes } from '../../lib/api/types.ts';
import { currentConsole } from '../../server/console/current.ts';
import { SESSION_COOKIE } from '../../server/console/http/cookie.ts';

export const metadata: Metadata = { title: 'Keys' };

/** The page waits no longer for its keys than it would take to notice; the browser asks for them then, and says what is wrong. */
const FIRST_MS = 50;

type Search = Readonly<Record<string, string | readonly string[] | undefined>>;

const one = (value: Search[string]): string | null => (typeof value === 'string' ? value : (value?.[0] ?? null));

async function firstPage(search: Search): Promise<FirstPage | null> {
  const token = (await cookies()).get(SESSION_COOKIE)?.value ?? null;
  const stores = currentConsole().stores(token);
  const wanted = one(search.store);
  const store = wanted === null ? stores[0] : stores.find(({ id }) => id === wanted);
  if (store === undefined) return null;
  const delimiter = delimiterOf(one(search.d));
  const session = await currentConsole().store(store.id, token);
  const pages: ChildrenPage[] = [];
  for (let prefix: WireBytes | undefined = ''; prefix !== undefined && pages.length <= OPEN_ONLY_DEPTH; ) {
    const page = await session.children({ prefix, delimiter, offset: 0, limit: FIRST_ROWS, revision: undefined });
    pages.push(page);
    prefix = onlyFolder(page.nodes, page.total)?.path;
  }
  return { store: store.id, access: store.access, delimiter, pages };
}

export default async function Page({ searchParams }: { readonly searchParams: Promise<Search> }) {
  const search = await searchParams;
  const late = new Promise<null>((resolve) => setTimeout(resolve, FIRST_MS, null));
  // Whatever is in the way, the browser meets it too, where it can be told and tried again.
  const first = search.rev === undefined ? await Promise.race([firstPage(search).catch(() => null), late]) : null;
  return <KeysPage first={first} />;
}
