import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { NO_MEMBER } from '../../../../lib/base/brand.ts';
import { utf8Encode } from '../../../../lib/base/bytes.ts';
import { type WatchCreateRequest, WatchRequest, WatchResponse } from '../../../../lib/base/etcdpb/watch.ts';
import { GrpcCode } from '../../../../lib/base/grpc-status.ts';
import type { Init } from '../../../../lib/base/protobuf/schema.ts';
import type { FramingName } from '../front/types.ts';
import { type ServedMember, serveFakeMember } from '../test-support/served-member.ts';

const PROGRESS_MS = 1000;
const ELECTION_MS = 100;
const codec = { request: WatchRequest, response: WatchResponse };
const everything: Init<WatchCreateRequest> = { key: Uint8Array.of(0), rangeEnd: Uint8Array.of(0) };

let served: ServedMember;

describe.each<FramingName>(['own', 'node'])('framing by %s', (framing) => {
  beforeEach(async () => {
    served = await serveFakeMember({ framing, progressNotifyIntervalMs: PROGRESS_MS, electionTimeoutMs: ELECTION_MS });
  });
  afterEach(() => served.close());

  const watchStream = (metadata: Readonly<Record<string, string>> = {}) =>
    served.client.stream('/etcdserverpb.Watch/Watch', codec, metadata);

  const put = (key: string, value: Uint8Array = utf8Encode('v')) =>
    served.member.propose({ put: { key: utf8Encode(key), value } });

  test('created comes before the history it asked for', async () => {
    await put('a');
    const stream = watchStream();
    stream.send({ createRequest: { ...everything, startRevision: 1 } });
    expect(await stream.message()).toMatchObject({ created: true, watchId: 0n });
    served.clock.settle();
    expect((await stream.message()).events).toHaveLength(1);
  });

  test('a slow reader is not buffered for: it gets every event from history, in order, once', async () => {
    const stream = watchStream();
    stream.send({ createRequest: everything });
    await stream.message();
    stream.pause();
    const big = new Uint8Array(64 * 1024).fill(1);
    const count = 100;
    for (let i = 0; i < count; i++) await put(`k${String(i).padStart(3, '0')}`, big);
    stream.resume();
    const keys: string[] = [];
    while (keys.length < count) {
      const answer = stream.message();
      // The watcher catches up in slices that the clock runs.
      let waiting = true;
      void answer.then(() => {
        waiting = false;
      });
      while (waiting) {
        served.clock.settle();
        await new Promise((resolve) => setImmediate(resolve));
      }
      for (const { kv } of (await answer).events) keys.push(new TextDecoder().decode(kv?.key));
    }
    expect(keys).toEqual(Array.from({ length: count }, (_, i) => `k${String(i).padStart(3, '0')}`));
  });

  test('a progress request is answered only when every watcher has everything', async () => {
    await put('a');
    const stream = watchStream();
    stream.send({ progressRequest: {} });
    stream.send({ createRequest: everything });
    expect(await stream.message()).toMatchObject({ created: true });
    stream.send({ createRequest: { ...everything, startRevision: 1 } });
    expect(await stream.message()).toMatchObject({ created: true, watchId: 1n });
    stream.send({ progressRequest: {} });
    stream.send({ cancelRequest: { watchId: 0n } });
    expect(await stream.message()).toMatchObject({ canceled: true, watchId: 0n });
    served.clock.settle();
    expect(await stream.message()).toMatchObject({ watchId: 1n });
    stream.send({ progressRequest: {} });
    expect(await stream.message()).toMatchObject({ watchId: -1n, header: { revision: 2 }, events: [] });
  });

  test('a watcher that starts in the future silences progress', async () => {
    const stream = watchStream();
    stream.send({ createRequest: { ...everything, startRevision: 50 } });
    await stream.message();
    stream.send({ progressRequest: {} });
    stream.send({ createRequest: everything });
    expect(await stream.message()).toMatchObject({ created: true, watchId: 1n });
  });

  test('progress is notified to idle watchers that asked for it, once per interval', async () => {
    const stream = watchStream();
    stream.send({ createRequest: { ...everything, progressNotify: true } });
    stream.send({ createRequest: everything });
    await stream.message();
    await stream.message();
    served.clock.advance(PROGRESS_MS);
    expect(await stream.message()).toMatchObject({ watchId: 0n, events: [], header: { revision: 1 } });
    await put('a');
    expect((await stream.message()).events).toHaveLength(1);
    expect((await stream.message()).events).toHaveLength(1);
    served.clock.advance(PROGRESS_MS);
    await put('b');
    expect((await stream.message()).events).toHaveLength(1);
  });

  test('closing the stream releases its watchers', async () => {
    const stream = watchStream();
    for (let i = 0; i < 3; i++) {
      stream.send({ createRequest: everything });
      await stream.message();
    }
    expect(served.member.watches.watcherCount()).toBe(3);
    stream.cancel();
    await expect.poll(() => served.member.watches.watcherCount()).toBe(0);
  });

  test('a stream that requires a leader is refused without one, and ended after three election timeouts', async () => {
    const requiring = watchStream({ hasleader: 'true' });
    const patient = watchStream();
    for (const stream of [requiring, patient]) {
      stream.send({ createRequest: everything });
      await stream.message();
    }
    served.member.setLeader(NO_MEMBER);
    const late = watchStream({ hasleader: 'true' });
    expect(await late.status()).toEqual({ code: GrpcCode.UNAVAILABLE, message: 'etcdserver: no leader' });
    served.clock.advance(2 * ELECTION_MS);
    await put('a');
    expect((await requiring.message()).events).toHaveLength(1);
    served.clock.advance(ELECTION_MS);
    expect(await requiring.status()).toEqual({ code: GrpcCode.UNAVAILABLE, message: 'etcdserver: no leader' });
    await patient.message();
    await put('b');
    expect((await patient.message()).events).toHaveLength(1);
  });

  test('a leader that comes back in time saves the stream', async () => {
    const stream = watchStream({ hasleader: 'true' });
    stream.send({ createRequest: everything });
    await stream.message();
    served.member.setLeader(NO_MEMBER);
    served.clock.advance(2 * ELECTION_MS);
    served.member.setLeader(served.member.memberId);
    served.clock.advance(10 * ELECTION_MS);
    await put('a');
    expect((await stream.message()).events).toHaveLength(1);
  });
});
