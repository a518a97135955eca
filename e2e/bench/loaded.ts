/** A console on a store that holds many keys, for parts that measure the console and its pages. */
import { readFileSync } from 'node:fs';
import { type Client, connect, putOp } from '../../lib/client/index.ts';
import { startEtcd } from '../fixtures/etcd.ts';
import { type Product, startProduct } from '../fixtures/product.ts';

/** etcd's own bound for one transaction. */
const TXN_OPS = 128;
const IN_FLIGHT = 16;
const FOLDERS = 1_000;

/** What the console under measurement stands on. */
export type BenchStore = 'bundled' | 'etcd';

export interface Loaded {
  readonly product: Product;
  readonly client: Client;
  stop(): Promise<void>;
}

/** 40 bytes of key, as the promise says; 1,000 folders. */
export const keyOf = (index: number): string =>
  `/bench/folder-${String(index % FOLDERS).padStart(4, '0')}/key-${String(index).padStart(15, '0')}`;

/** @throws where there is no etcd and one is asked for */
export async function startLoaded({
  keys,
  store,
}: {
  readonly keys: number;
  readonly store: BenchStore;
}): Promise<Loaded> {
  const etcd = store === 'etcd' ? await startEtcd() : undefined;
  const product = await startProduct(etcd === undefined ? {} : { endpoints: etcd.endpoints });
  const client = connect({ endpoints: product.endpoints });
  let next = 0;
  const fill = async (): Promise<void> => {
    while (next < keys) {
      const from = next;
      next = Math.min(keys, next + TXN_OPS);
      const success = Array.from({ length: next - from }, (_, i) => putOp(keyOf(from + i), 'v'));
      await client.txn({ success }, { timeoutMs: 60_000 });
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, fill));
  return {
    product,
    client,
    stop: async () => {
      client.close();
      await product.stop();
      await etcd?.stop();
    },
  };
}

/** Resident bytes of a process, as the system counts them. */
export function residentBytes(pid: number): number {
  const kilobytes = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kilobytes ?? Number.NaN) * 1_024;
}
