/** The console's key index on a store that is full already: how long it takes, what it weighs, how fast it is searched. */
import { routes } from '../../lib/api/routes.ts';
import type { SearchPage } from '../../lib/api/types.ts';
import { residentBytes } from '../fixtures/memory.ts';
import { startProduct } from '../fixtures/product.ts';
import type { StoreKind } from '../fixtures/product-on.ts';
import { type Figure, quantile } from './figure.ts';
import { keyOf, startLoaded } from './loaded.ts';

const SEARCHES = 15;
const INDEX_MS_MAX = 180_000;
/** The explorer's promises, for 1,000,000 keys. */
const BYTES_PER_KEY_MAX = 400;
const SEARCH_MS_MAX = 300;
/** A figure of our own: reading a million keys in a minute. */
const KEYS_PER_SECOND_MIN = 16_000;

export async function* consoleFigures({
  keys,
  store,
}: {
  readonly keys: number;
  readonly store: StoreKind;
}): AsyncGenerator<Figure> {
  const loaded = await startLoaded({ keys, store });
  try {
    // A second console, on the same store: its index is built from nothing.
    const fresh = await startProduct({ endpoints: loaded.product.endpoints });
    try {
      const before = residentBytes(fresh.running.pid);
      const startedAt = performance.now();
      const search = (q: string): Promise<SearchPage> => searchIn(fresh.url, q);
      await untilComplete(search, keys);
      const seconds = (performance.now() - startedAt) / 1_000;
      const part = `console ${store}`;
      yield {
        ...{ part, name: `index of ${keys} keys, read`, unit: '/s', more: 'better' },
        ours: keys / seconds,
        against: { who: 'budget', value: KEYS_PER_SECOND_MIN },
      };
      yield {
        ...{ part, name: 'memory of the process for each key', unit: 'bytes', more: 'worse' },
        ours: (residentBytes(fresh.running.pid) - before) / keys,
        against: { who: 'budget', value: BYTES_PER_KEY_MAX },
      };
      const samples: number[] = [];
      for (let i = 0; i < SEARCHES; i++) {
        const began = performance.now();
        await search(keyOf(Math.floor((i * keys) / SEARCHES)).slice(-12));
        samples.push(performance.now() - began);
      }
      yield {
        ...{ part, name: 'substring search over all keys, p50', unit: 'ms', more: 'worse' },
        ours: quantile(samples, 0.5),
        against: { who: 'budget', value: SEARCH_MS_MAX },
      };
    } finally {
      await fresh.stop();
    }
  } finally {
    await loaded.stop();
  }
}

async function searchIn(url: string, q: string): Promise<SearchPage> {
  const response = await fetch(`${url}${routes.search('etcd')}?${new URLSearchParams({ q, limit: '10' })}`);
  if (!response.ok) throw new Error(`search: ${response.status} ${await response.text()}`);
  return (await response.json()) as SearchPage;
}

/** @throws when the index is not complete in time */
async function untilComplete(search: (q: string) => Promise<SearchPage>, keys: number): Promise<void> {
  const deadline = performance.now() + INDEX_MS_MAX;
  for (;;) {
    const page = await search('/bench/').catch(() => null);
    if (page !== null && page.totalKeys >= keys) return;
    if (performance.now() > deadline) throw new Error(`no complete index after ${INDEX_MS_MAX} ms`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
