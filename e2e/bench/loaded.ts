/** A console on a store that holds many keys, for parts that measure the console and its pages. */
import { type Client, connect, putOp } from '../../lib/client/index.ts';
import { applyMany } from '../fixtures/many-ops.ts';
import type { Product } from '../fixtures/product.ts';
import { type StoreKind, startProductOn } from '../fixtures/product-on.ts';

const FOLDERS = 1_000;

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
  readonly store: StoreKind;
}): Promise<Loaded> {
  const { product, stop } = await startProductOn(store);
  const client = connect({ endpoints: product.endpoints });
  await applyMany(client, { below: keys, op: (index) => putOp(keyOf(index), 'v') });
  return {
    product,
    client,
    stop: async () => {
      client.close();
      await stop();
    },
  };
}
