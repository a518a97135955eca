import { afterEach, expect, test } from 'vitest';
import { NO_MEMBER } from '../../../../lib/base/brand.ts';
import { toByteString, utf8Encode } from '../../../../lib/base/bytes.ts';
import { type Method, methods } from '../../../../lib/base/etcdpb/methods.ts';
import { WatchRequest, WatchResponse } from '../../../../lib/base/etcdpb/watch.ts';
import type { Init } from '../../../../lib/base/protobuf/schema.ts';
import { extrasMethods } from '../../../../lib/base/quoratepb/extras.ts';
import { CHILD_SLICE_KEYS, CHILDREN_MAX, DELIMITER_BYTES_MAX, WATCHED_RANGES_MAX } from '../limits.ts';
import { type ServedMember, serveFakeMember } from '../test-support/served-member.ts';

const { listChildren, watcherCounts, leaderChanges } = extrasMethods;
const utf8 = utf8Encode;
let served: ServedMember;
afterEach(() => served.close());

/** The answer, or "code text" of the refusal. */
async function call<Q extends object, A extends object>(method: Method<Q, A>, request: Init<Q>, token?: string) {
  const outcome = await served.client.call(
    method.path,
    method,
    request,
    token === undefined ? {} : { metadata: { token } },
  );
  return outcome.ok ? outcome.value : `${outcome.code} ${outcome.message}`;
}

async function put(...keys: readonly string[]): Promise<void> {
  for (const key of keys) await served.member.propose({ put: { key: utf8(key), value: utf8('v') } });
}

async function names(request: Init<Parameters<typeof listChildren.request.encode>[0]>): Promise<string[]> {
  const answer = await call(listChildren, request);
  if (typeof answer === 'string') throw new Error(answer);
  return answer.children.map(({ name, keys }) => `${toByteString(name)} ${keys}`);
}

test('children are keys and groups of keys, with what is in them', async () => {
  served = await serveFakeMember();
  await put('a', 'a/b', 'a/c/d', 'a/c/e', 'b', 'x:1');
  expect(await names({})).toEqual(['a 1', 'a/ 3', 'b 1', 'x:1 1']);
  expect(await names({ prefix: utf8('a/') })).toEqual(['a/b 1', 'a/c/ 2']);
  expect(await names({ prefix: utf8('x'), delimiter: utf8(':') })).toEqual(['x: 1']);
  const answer = await call(listChildren, { prefix: utf8('a/') });
  expect(answer).toMatchObject({
    header: { revision: 7 },
    revision: 7,
    more: false,
    children: [
      { isGroup: false, keys: 1, bytes: 4, modRevision: 3 },
      { isGroup: true, keys: 2, bytes: 12, modRevision: 5 },
    ],
  });
  expect(await names({ prefix: utf8('a/'), revision: 4 })).toEqual(['a/b 1', 'a/c/ 1']);
});

test('pages follow each other without a gap or a repetition, at one revision', async () => {
  served = await serveFakeMember();
  await put('a', 'a/b', 'a/c', 'b/', 'b/c', '\xff/x', 'ÿ');
  const first = await call(listChildren, { limit: 2 });
  if (typeof first === 'string') throw new Error(first);
  expect(first.more).toBe(true);
  await put('a/d');
  const after = first.children.at(-1)?.name ?? new Uint8Array(0);
  expect(await names({ after, revision: first.revision, limit: 1 })).toEqual(['b/ 2']);
  expect(await names({ after: utf8('a') })).toContain('a/ 3');
  const whole = await names({});
  const rest = await names({ after: utf8('b/') });
  expect(rest).toEqual(whole.slice(3));
  expect(await names({ after: Uint8Array.of(0xff), delimiter: Uint8Array.of(0xff) })).toEqual([]);
});

test('a listing of many keys lets others have their turn, and can be given up', async () => {
  served = await serveFakeMember();
  for (let batch = 0; batch < CHILD_SLICE_KEYS / 100 + 1; batch++) {
    const success = Array.from({ length: 100 }, (_, i) => ({ requestPut: { key: utf8(`k/${batch}/${i}`) } }));
    await served.member.propose({ txn: { success } });
  }
  const listing = call(listChildren, {});
  await expect
    .poll(async () => {
      served.clock.advance(1);
      return Promise.race([listing, 'waits']);
    })
    .toMatchObject({ children: [{ keys: CHILD_SLICE_KEYS + 100 }] });
});

test.each([
  [{ revision: 99 }, '11 etcdserver: mvcc: required revision is a future revision'],
  [{ revision: 1 }, '11 etcdserver: mvcc: required revision has been compacted'],
  [{ limit: CHILDREN_MAX + 1 }, '3 quorate: "limit" is a number from 0 to 10000'],
  [{ limit: -1 }, '3 quorate: "limit" is a number from 0 to 10000'],
  [{ delimiter: new Uint8Array(DELIMITER_BYTES_MAX + 1) }, '3 quorate: a delimiter has at most 64 bytes'],
  [{ prefix: utf8('a'), after: utf8('b') }, '3 quorate: "after" does not begin with the prefix'],
  [{ after: utf8('a/b') }, '3 quorate: "after" is not the name of a child of the prefix'],
])('listing %j is refused', async (request, refusal) => {
  served = await serveFakeMember();
  await put('a', 'b', 'c');
  await served.member.propose({ compaction: { revision: 3 } });
  expect(await call(listChildren, request)).toBe(refusal);
});

test('watchers are counted by what they watch', async () => {
  served = await serveFakeMember();
  await put('a/1');
  const stream = served.client.stream('/etcdserverpb.Watch/Watch', { request: WatchRequest, response: WatchResponse });
  for (const [key, rangeEnd] of [
    ['a/', 'a0'],
    ['a/', 'a0'],
    ['b', ''],
  ] as const) {
    stream.send({ createRequest: { key: utf8(key), rangeEnd: utf8(rangeEnd) } });
    await stream.next();
  }
  const range = (key: string, end: string, watchers: number) => ({
    ...{ key: Buffer.from(key), rangeEnd: Buffer.from(end), watchers, slow: 0, oldestNeeded: 0, cancelled: 0 },
  });
  const plain = async (request: Init<Parameters<typeof watcherCounts.request.encode>[0]>) => {
    const answer = await call(watcherCounts, request);
    if (typeof answer === 'string') throw new Error(answer);
    const ranges = answer.ranges.map((r) => ({ ...r, key: Buffer.from(r.key), rangeEnd: Buffer.from(r.rangeEnd) }));
    return { ...answer, header: undefined, ranges };
  };
  const all = { rangeEnd: Uint8Array.of(0) };
  const none = { header: undefined, slow: 0, oldestNeeded: 0, cancelled: 0 };
  expect(await plain(all)).toEqual({
    ...none,
    watchers: 3,
    more: false,
    ranges: [range('a/', 'a0', 2), range('b', '', 1)],
  });
  expect(await plain({ ...all, limit: 1 })).toMatchObject({ watchers: 3, more: true, ranges: [range('a/', 'a0', 2)] });
  expect(await plain({ key: utf8('a/1') })).toMatchObject({ watchers: 2, ranges: [] });
  expect(await call(watcherCounts, { limit: WATCHED_RANGES_MAX + 1 })).toContain('"limit" is a number');
  stream.cancel();
});

test('who leads is said at once, and again whenever it changes', async () => {
  served = await serveFakeMember();
  const stream = served.client.stream(leaderChanges.path, leaderChanges);
  stream.send({});
  stream.end();
  const { memberId } = served.member;
  expect(await stream.next()).toMatchObject({ leader: memberId, header: { raftTerm: 2 } });
  served.member.setLeader(memberId);
  served.member.setLeader(NO_MEMBER);
  expect(await stream.next()).toMatchObject({ leader: 0n });
  served.member.setLeader(memberId);
  expect(await stream.next()).toMatchObject({ leader: memberId });
  stream.cancel();
});

test('a learner tells what it sees itself, and lists what it has when asked for no more', async () => {
  served = await serveFakeMember();
  await put('a');
  await served.member.becomeLearner();
  expect(await call(listChildren, {})).toBe('9 etcdserver: rpc not supported for learner');
  expect(await call(listChildren, { serializable: true })).toMatchObject({ children: [{ keys: 1 }] });
  expect(await call(watcherCounts, { rangeEnd: Uint8Array.of(0) })).toMatchObject({ watchers: 0 });
});

test('with authentication on, listing and counting need the whole range to be readable, following the leader any user', async () => {
  served = await serveFakeMember({ bcryptCost: 4 });
  const perm = { permType: 2, key: utf8('a'), rangeEnd: utf8('b') };
  for (const answer of [
    await call(methods.userAdd, { name: 'root', password: 'r' }),
    await call(methods.userGrantRole, { user: 'root', role: 'root' }),
    await call(methods.userAdd, { name: 'alice', password: 'a' }),
    await call(methods.roleAdd, { name: 'dev' }),
    await call(methods.roleGrantPermission, { name: 'dev', perm }),
    await call(methods.userGrantRole, { user: 'alice', role: 'dev' }),
    await call(methods.authEnable, {}),
  ])
    expect(answer).toBeTypeOf('object');
  const signedIn = await call(methods.authenticate, { name: 'alice', password: 'a' });
  const token = typeof signedIn === 'string' ? '' : signedIn.token;
  expect(await call(listChildren, { prefix: utf8('a') }, token)).toMatchObject({ children: [] });
  expect(await call(listChildren, {}, token)).toBe('7 etcdserver: permission denied');
  expect(await call(listChildren, { prefix: utf8('a') })).toBe('3 etcdserver: user name is empty');
  expect(await call(watcherCounts, { key: utf8('a') }, token)).toMatchObject({ watchers: 0 });
  expect(await call(watcherCounts, { rangeEnd: Uint8Array.of(0) }, token)).toBe('7 etcdserver: permission denied');
  const stranger = served.client.stream(leaderChanges.path, leaderChanges);
  stranger.send({});
  stranger.end();
  expect(await stranger.status()).toMatchObject({ code: 3, message: 'etcdserver: user name is empty' });
});
