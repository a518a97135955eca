/** A product on a store that holds many keys, for parts that measure the console. */
import { readFileSync } from 'node:fs';
import { type Client, connect, putOp } from '../../lib/client/index.ts';
import { type Product, startProduct } from '../fixtures/product.ts';

/** etcd's own bound for one transaction. */
const TXN_OPS = 128;
const IN_FLIGHT = 16;
const FOLDERS = 1_000;

export interface Loaded {
  readonly product: Product;
  readonly client: Client;
  stop(): Promise<void>;
}

/** 40 bytes of key, as the promise says; 1,000 folders. */
export const keyOf = (index: number): string =>
  `/bench/folder-${String(index % FOLDERS).padStart(4, '0')}/key-${String(index).padStart(15, '0')}`;

export async function startLoaded(keys: number): Promise<Loaded> {
  const product = await startProduct();
  const client = connect({ endpoints: product.endpoints });
  let next = 0;
  const fill = async (): Promise<void> => {
    while (next < keys) {
      const from = next;
      next = Math.min(keys, next + TXN_OPS);
      const success = Array.from({ length: next - from }, (_, i) => putOp(keyOf(from + i), 'v'));
      await client.txn({ success });
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, fill));
  return {
    product,
    client,
    stop: async () => {
      client.close();
      await product.stop();
    },
  };
}

/** Resident bytes of a process, as the system counts them. */
export function residentBytes(pid: number): number {
  const kilobytes = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kilobytes ?? Number.NaN) * 1_024;
}
