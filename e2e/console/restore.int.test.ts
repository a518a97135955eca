/** What was lost comes back, through the product's own HTTP API, on the bundled store and on a real etcd server. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { BulkPreview, BulkRequest, JobView, TrashPage } from '../../lib/api/bulk-types.ts';
import { routes } from '../../lib/api/routes.ts';
import { type Client, connect } from '../../lib/client/index.ts';
import { type Product, startProduct } from '../fixtures/product.ts';
import { STORES, type StoreUnderTest } from '../fixtures/stores.ts';

const KEYS = 10_000;
const PREFIX = 'e2e/restore/';
const TIMEOUT_MS = 240_000;

/** Text, bytes that are no text, nothing, and a large one now and then. */
function bytesOf(i: number): Uint8Array {
  if (i % 1_000 === 7) return new Uint8Array(20_000).fill(i % 256);
  if (i % 4 === 0) return Uint8Array.of(0, 255, i % 256, 0xc3, 0x28);
  return new TextEncoder().encode(i % 4 === 1 ? '' : `value ${i} \r\n ünï`);
}

const nameOf = (i: number): string => `${PREFIX}${i % 7}/${String(i).padStart(6, '0')}`;

describe.each(STORES.map((store) => ({ ...store })))('$name', ({ skip, start }) => {
  let store: StoreUnderTest | undefined;
  let product: Product | undefined;
  let client: Client;

  beforeAll(async () => {
    if (skip) return;
    store = await start();
    product = await startProduct({ endpoints: store.endpoints });
    client = connect({ endpoints: store.endpoints });
  }, TIMEOUT_MS);
  afterAll(async () => {
    client?.close();
    await product?.stop();
    await store?.stop();
  }, TIMEOUT_MS);

  async function call<T>(path: string, body?: unknown): Promise<T> {
    const response = await fetch(`${product?.url}${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    expect(response.status, await response.clone().text()).toBe(200);
    return (await response.json()) as T;
  }

  async function finished(job: JobView): Promise<JobView> {
    let view = job;
    while (view.endedAt === null) view = await call<JobView>(`${routes.job('etcd', view.id)}?after=${view.version}`);
    return view;
  }

  async function run(request: BulkRequest, idempotencyKey: string): Promise<JobView> {
    const { asOf } = await call<BulkPreview>(routes.bulkPreview('etcd'), request);
    return finished(await call<JobView>(routes.jobs('etcd'), { request, asOf, idempotencyKey }));
  }

  async function stored(): Promise<Map<string, { value: string; lease: bigint }>> {
    const { kvs } = await client.get({ prefix: PREFIX });
    return new Map(
      kvs.map((kv) => [
        Buffer.from(kv.key).toString('latin1'),
        { value: Buffer.from(kv.value).toString('base64'), lease: kv.lease },
      ]),
    );
  }

  test.skipIf(skip)(
    'ten thousand deleted keys come back from the trash byte for byte, with the lease chosen',
    async () => {
      const lease = await client.grantLease(3_600);
      const queue = Array.from({ length: KEYS }, (_, i) => i);
      const work = async (): Promise<void> => {
        for (let i = queue.shift(); i !== undefined; i = queue.shift())
          await client.put(nameOf(i), bytesOf(i), i % 100 === 0 ? { lease } : {});
      };
      await Promise.all(Array.from({ length: 64 }, work));
      const before = await stored();
      expect(before.size).toBe(KEYS);
      const { revision } = await client.delete({ prefix: PREFIX });
      expect((await stored()).size).toBe(0);

      const page = await call<TrashPage>(`${routes.trash('etcd')}?prefix=${PREFIX}`);
      expect(page.groups[0]).toMatchObject({ revision: String(revision), keys: KEYS, leases: [lease.toString(16)] });
      const undelete = { kind: 'undelete', revision: String(revision), prefix: PREFIX } as const;
      const same = await run({ ...undelete, lease: { mode: 'same' } }, 'restore-same-lease');
      expect(same).toMatchObject({ state: 'done', done: KEYS, refused: 0, already: 0 });
      expect(await stored()).toEqual(before);

      // Undone as a whole, and restored again without the lease.
      const undone = await run(
        { kind: 'undo', revisions: same.revisions, lease: { mode: 'none' } },
        'undo-the-restore',
      );
      expect(undone).toMatchObject({ state: 'done', done: KEYS, refused: 0 });
      expect((await stored()).size).toBe(0);
      const none = await run({ ...undelete, lease: { mode: 'none' } }, 'restore-no-lease');
      expect(none).toMatchObject({ state: 'done', done: KEYS, refused: 0 });
      expect(await stored()).toEqual(new Map([...before].map(([key, { value }]) => [key, { value, lease: 0n }])));
    },
    TIMEOUT_MS,
  );
});
