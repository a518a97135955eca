/** Changes at a steady rate, as busy programs make them. */
import { type Client, putOp } from '../../lib/client/index.ts';

/** Keys that are written round and round. */
const KEYS = 2_000;
const TICK_MS = 10;
/** etcd's own bound is 128. */
const TXN_OPS = 100;

export interface Written {
  readonly events: number;
  readonly seconds: number;
}

export const stormKey = (index: number): string => `storm/${String(index % KEYS).padStart(6, '0')}`;

/** Several puts in each transaction, transactions spread evenly; waits for what is under way at the end. */
export async function writeSteadily(
  client: Client,
  { perSecond, seconds }: { readonly perSecond: number; readonly seconds: number },
): Promise<Written> {
  const perTick = (perSecond * TICK_MS) / 1_000;
  const under = new Set<Promise<unknown>>();
  const startedAt = performance.now();
  let events = 0;
  while (performance.now() - startedAt < seconds * 1_000) {
    const due = Math.floor((perTick * (performance.now() - startedAt)) / TICK_MS);
    // Behind by more than a moment: the store is slower than asked, and the figure says how fast it really went.
    for (let left = Math.min(due - events, Math.ceil(perTick) * 4); left > 0; ) {
      const count = Math.min(left, TXN_OPS);
      left -= count;
      const first = events;
      events += count;
      const success = Array.from({ length: count }, (_, i) => putOp(stormKey(first + i), `value ${first + i}`));
      const sent = client.txn({ success }, { timeoutMs: 60_000 }).finally(() => under.delete(sent));
      under.add(sent);
    }
    await new Promise((resolve) => setTimeout(resolve, TICK_MS));
  }
  await Promise.all(under);
  return { events, seconds: (performance.now() - startedAt) / 1_000 };
}
