/** A console on a store that holds many keys, for parts that measure the console and its pages. */
import { type Client, connect, putOp } from '../../lib/client/index.ts';
import { startEtcd } from '../fixtures/etcd.ts';
import { applyMany } from '../fixtures/many-ops.ts';
import { type Product, startProduct } from '../fixtures/product.ts';

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
  await applyMany(client, { below: keys, op: (index) => putOp(keyOf(index), 'v') });
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
