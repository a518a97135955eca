/** What an application reads from the store and when, against a store in the test's hands. */
import { createHash } from 'node:crypto';
import { afterEach, expect, test, vi } from 'vitest';
import { utf8Decode, utf8Encode } from '../../base/bytes.ts';
import { methods } from '../../base/etcdpb/methods.ts';
import { EventType } from '../../base/etcdpb/mvcc.ts';
import type { WatchResponse } from '../../base/etcdpb/watch.ts';
import { type Assignment, addressText, emptyAssignment, type Release, releaseIdOf } from '../../config/documents.ts';
import type { JsonObject } from '../../config/json.ts';
import { connect } from '../client.ts';
import { FakeStore, type Stream } from '../test-support/fake-store.ts';
import { StoreSource } from './store-source.ts';
import type { Offer } from './types.ts';

const TARGET = 'settings/shop/prod/web';
const PREFIX = '/quorate/config/';
const open: { close(): void }[] = [];
afterEach(() => {
  for (const one of open.splice(0)) one.close();
});

function releaseOf(content: JsonObject, target = TARGET): Release {
  const addressed = { target, kind: 'config', content, schema: null, locked: [], requires: {} } as const;
  const sha256 = createHash('sha256').update(addressText(addressed)).digest('hex');
  const rest = { semver: '1.0.0', parent: null, author: 'ada', note: '', createdAt: 0 };
  return { ...addressed, ...rest, sha256, releaseId: releaseIdOf(sha256) };
}

const FIRST = releaseOf({ a: 1 });
const SECOND = releaseOf({ a: 2 });
const WIDER = releaseOf({ b: 1 }, 'settings');

/** A pointer, two releases, one of a wider layer, and who asked for which. */
async function scene(options: { readonly failSafe?: 'stable' } = {}) {
  const asked: string[] = [];
  const kept = new Map([FIRST, SECOND, WIDER].map((one) => [one.releaseId, one]));
  const assigned = new Map([
    [TARGET, { ...emptyAssignment(TARGET), generation: 1, stable: FIRST.releaseId } as Assignment],
  ]);
  let revision = 1;
  let watch: Stream<unknown, WatchResponse> | undefined;
  const kv = (key: string, value: object) => ({
    ...{ key: utf8Encode(key), value: utf8Encode(JSON.stringify(value)) },
    ...{ modRevision: revision, createRevision: 1, version: 1 },
  });
  const store = await new FakeStore()
    .unary(methods.txn, ({ success }) => ({
      header: { revision: 1 },
      succeeded: true,
      responses: success.map(({ requestRange }) => {
        const key = utf8Decode(requestRange?.key ?? new Uint8Array(0)) ?? '';
        const assign = assigned.get(key.slice(`${PREFIX}assign/`.length));
        return { responseRange: { kvs: assign === undefined ? [] : [kv(key, assign)] } };
      }),
    }))
    .unary(methods.range, ({ key }) => {
      const name = utf8Decode(key)?.split('/').at(-1) ?? '';
      asked.push(name);
      const found = kept.get(name);
      return { header: { revision: 1 }, kvs: found === undefined ? [] : [kv(name, found)], count: 1 };
    })
    .duplex(methods.watch, (stream) => {
      watch = stream as Stream<unknown, WatchResponse>;
      watch.send({ header: { revision: 1 }, created: true });
    })
    .start();
  const client = connect({ endpoints: [store.endpoint] });
  const who = { bundle: 'settings', app: 'shop', env: 'prod', service: 'web', instanceId: 'instance-0' };
  const source = new StoreSource(client, { ...who, tags: [], appVersion: '', schemaVersions: [] }, options);
  open.push(source, client, { close: () => store.crash() });
  const offers: Offer[] = [];
  const troubles: string[] = [];
  const listener = { onOffer: (one: Offer) => void offers.push(one), hasDocument: () => offers.length > 0 };
  source.start({ ...listener, onTrouble: (reason) => troubles.push(reason) });
  await vi.waitFor(() => expect(watch).toBeDefined());
  return {
    ...{ asked, offers, troubles },
    /** A pointer moves. */
    point: (changes: Partial<Assignment>, target = TARGET): void => {
      const before = assigned.get(target) ?? emptyAssignment(target);
      const assign = { ...before, generation: before.generation + 1, ...changes };
      assigned.set(target, assign);
      revision++;
      const event = { type: EventType.PUT, kv: kv(`${PREFIX}assign/${target}`, assign) };
      watch?.send({ header: { revision }, events: [event] });
    },
  };
}

const valuesOf = (offers: readonly Offer[]): unknown[] => offers.map(({ values }) => values);

test('a candidate is read before its turn, so that the promote asks the store for nothing', async () => {
  const { asked, offers, point } = await scene();
  point({ candidate: SECOND.releaseId, rolloutId: 'ro_1' });
  await vi.waitFor(() => expect(asked).toEqual([FIRST.releaseId, SECOND.releaseId]));
  point({ thresholdBp: 10_000 });
  await vi.waitFor(() => expect(valuesOf(offers).at(-1)).toEqual({ a: 2 }));
  expect(valuesOf(offers), 'and is offered to nobody before').toEqual([{ a: 1 }, { a: 1 }, { a: 2 }]);
  expect(asked).toEqual([FIRST.releaseId, SECOND.releaseId]);
});

test('a pointer that says nothing new is no offer; how many read it comes along with one', async () => {
  const { offers, point } = await scene();
  point({ readers: 1_000 });
  await vi.waitFor(() => expect(offers.length).toBe(2));
  point({ generation: 2, readers: 1_000, expiresAt: Date.now() + 60_000 });
  point({ generation: 3, readers: 7 });
  await vi.waitFor(() => expect(offers.length).toBe(3));
  expect(offers.map(({ readers, layers }) => [readers, layers[0]?.generation])).toEqual([
    [0, 1],
    [1_000, 2],
    [7, 3],
  ]);
});

test('a release that is not in the store is trouble, and what runs goes on running', async () => {
  const { asked, offers, troubles, point } = await scene();
  await vi.waitFor(() => expect(offers.length).toBe(1));
  const { releaseId } = releaseOf({ a: 3 });
  point({ stable: releaseId });
  await vi.waitFor(() => expect(troubles).toEqual([`release ${releaseId} of ${TARGET} is not in the store`]));
  expect(asked.slice(1), 'near, and then the newest').toEqual([releaseId, releaseId]);
  expect(valuesOf(offers)).toEqual([{ a: 1 }]);
});

test('an exposure that nobody renews is left when its time is up, by who fails safe', async () => {
  const { offers, point } = await scene({ failSafe: 'stable' });
  point({ candidate: SECOND.releaseId, thresholdBp: 10_000, expiresAt: Date.now() + 300 });
  await vi.waitFor(() => expect(valuesOf(offers)).toEqual([{ a: 1 }, { a: 2 }, { a: 1 }]));
});

test('of two exposures each is left at its own time', async () => {
  const { offers, point } = await scene({ failSafe: 'stable' });
  const soon = Date.now() + 300;
  point({ candidate: WIDER.releaseId, thresholdBp: 10_000, expiresAt: soon }, 'settings');
  point({ candidate: SECOND.releaseId, thresholdBp: 10_000, expiresAt: soon + 60_000 });
  await vi.waitFor(() => expect(valuesOf(offers).at(-1)).toEqual({ a: 2, b: 1 }));
  await vi.waitFor(() => expect(valuesOf(offers).at(-1)).toEqual({ a: 2 }));
});
