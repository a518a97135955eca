import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { AuditEntry } from '../../../lib/api/audit.ts';
import { GrpcCode } from '../../../lib/base/grpc-status.ts';
import { type Engine, EngineError, type GuardedWrite } from '../../engines/engine.ts';
import { FakeEngine } from '../../engines/test-support/fake-engine.ts';
import { asCaller } from '../caller.ts';
import { ConsoleError } from '../errors.ts';
import { decodeEntry, requireNoAudit } from './entry.ts';
import { readAudit } from './read.ts';
import { type Act, AuditTrail, KEEP_DAYS } from './trail.ts';

const ACT: Act = {
  action: 'key.put',
  targetKind: 'key',
  target: '/a',
  guard: 'the key stands at revision 3',
  note: '5 bytes',
};
const ANY = { before: undefined, limit: 100, user: undefined, text: undefined, result: undefined, revision: undefined };

let store: FakeEngine;
let refusal: EngineError | undefined;
let log: string[];
let now: number;
let trail: AuditTrail;

/** The fake store with writes, refused at will. */
const engine = (): Engine => ({
  ...store,
  kv: {
    list: (request) => store.kv.list(request),
    write: async ({ ops }: GuardedWrite) => {
      if (refusal !== undefined) throw refusal;
      for (const op of ops) {
        if (op.type === 'put') store.put(new TextDecoder().decode(op.key), new TextDecoder().decode(op.value));
        else for (const { key } of (await store.kv.list(op.range)).kvs) store.remove(new TextDecoder().decode(key));
      }
      return { succeeded: true, revision: store.revision, deleted: [], reads: [] };
    },
  },
  watch: () => ({ ping() {}, reconnect() {}, close() {} }),
  cost: () => store.cost(),
  close() {},
});

const entries = async (): Promise<readonly AuditEntry[]> => (await readAudit(engine(), ANY)).entries;

afterEach(() => {
  trail.close();
  vi.useRealTimers();
});
beforeEach(() => {
  store = new FakeEngine();
  refusal = undefined;
  log = [];
  now = 1_800_000_000_000;
  trail = new AuditTrail({ engine: engine(), readOnly: false, now: () => now, log: (line) => log.push(line) });
});

test('an entry stands before the change happens, and holds its result afterwards', async () => {
  const during: (readonly AuditEntry[])[] = [];
  await asCaller({ address: '10.0.0.7' }, () =>
    trail.run('ada', ACT, async () => {
      during.push(await entries());
      return { revision: '17', kv: null };
    }),
  );
  expect(during[0]).toMatchObject([{ ...ACT, user: 'ada', from: '10.0.0.7', result: 'pending', revision: null }]);
  expect(await entries()).toMatchObject([{ ...ACT, user: 'ada', at: now, result: 'done', revision: '17' }]);
});

test('the id that the store picked becomes the target', async () => {
  await trail.run('ada', { ...ACT, action: 'lease.grant', target: null }, async () => ({ id: '694d', keys: [] }));
  expect(await entries()).toMatchObject([{ target: '694d', result: 'done' }]);
});

test.each([
  [new ConsoleError(GrpcCode.ABORTED, 'changed meanwhile'), 'refused'],
  [new EngineError(GrpcCode.PERMISSION_DENIED, 'etcdserver: permission denied'), 'refused'],
  [new EngineError(GrpcCode.UNAVAILABLE, 'gone', { outcome: 'none' }), 'failed'],
  [new EngineError(GrpcCode.DEADLINE_EXCEEDED, 'late', { outcome: 'unknown' }), 'unknown'],
])('%s is kept as %s, with the reason', async (error, result) => {
  const change = () => Promise.reject(error);
  await expect(trail.run('ada', ACT, change)).rejects.toBe(error);
  expect(await entries()).toMatchObject([{ result, message: error.message, revision: null }]);
});

test('where the account may not write, the change goes on, the log has it, and the page can say why', async () => {
  refusal = new EngineError(GrpcCode.PERMISSION_DENIED, 'etcdserver: permission denied');
  expect(await trail.run('ada', ACT, async () => ({ revision: '9' }))).toEqual({ revision: '9' });
  expect(log).toEqual([expect.stringContaining('"result":"done"')]);
  expect(trail.kept()).toMatchObject({ durable: false, reason: expect.stringContaining('permission denied') });
  refusal = undefined;
  await trail.run('ada', ACT, async () => ({ revision: '10' }));
  expect(trail.kept().durable).toBe(true);
});

test('a full store does not keep anybody from making room, and gets the entries once there is some', async () => {
  refusal = new EngineError(GrpcCode.RESOURCE_EXHAUSTED, 'etcdserver: mvcc: database space exceeded');
  await trail.run('ada', { ...ACT, action: 'cluster.compact' }, async () => ({ revision: '9' }));
  expect(trail.kept().reason).toContain('the store is full');
  expect(await entries()).toEqual([]);
  await trail.run('ada', { ...ACT, action: 'cluster.disarm' }, async () => {
    refusal = undefined;
    return { revision: '10' };
  });
  expect((await entries()).map(({ action, result }) => [action, result])).toEqual([
    ['cluster.disarm', 'done'],
    ['cluster.compact', 'done'],
  ]);
  expect(trail.kept().durable).toBe(true);
});

test('a result that the store did not take is logged, kept and written once it does, however often that fails', async () => {
  vi.useFakeTimers();
  const gone = new EngineError(GrpcCode.UNAVAILABLE, 'etcdserver: leader changed', { outcome: 'unknown' });
  await trail.run('ada', ACT, async () => {
    refusal = gone;
    return { revision: '9' };
  });
  await trail.happened('ada', { ...ACT, action: 'cluster.heal' });
  expect(log).toEqual([
    expect.stringMatching(/leader changed.*key\.put.*"result":"done"/),
    expect.stringMatching(/leader changed.*cluster\.heal.*"result":"done"/),
  ]);
  await vi.advanceTimersByTimeAsync(300_000);
  expect(await entries()).toMatchObject([{ action: 'key.put', result: 'pending' }]);
  refusal = undefined;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(await entries()).toMatchObject([
    { action: 'cluster.heal', result: 'done', user: 'ada' },
    { action: 'key.put', result: 'done', revision: '9' },
  ]);
  expect(vi.getTimerCount(), 'nothing is left to try').toBe(0);
  expect(trail.kept().durable).toBe(true);
});

test('a console that closes tries no longer', async () => {
  vi.useFakeTimers();
  refusal = new EngineError(GrpcCode.UNAVAILABLE, 'gone');
  await trail.happened(null, ACT);
  expect(vi.getTimerCount()).toBe(1);
  trail.close();
  expect(vi.getTimerCount()).toBe(0);
});

test('two changes at once write what waits in order, and lose none of it', async () => {
  refusal = new EngineError(GrpcCode.RESOURCE_EXHAUSTED, 'etcdserver: mvcc: database space exceeded');
  for (let i = 0; i < 5; i++) await trail.happened('ada', { ...ACT, target: `/waits${i}` });
  refusal = undefined;
  await Promise.all([trail.happened('ada', { ...ACT, target: '/a' }), trail.happened('bob', { ...ACT, target: '/b' })]);
  expect((await entries()).map(({ target }) => target).toSorted()).toEqual(
    ['/a', '/b', ...Array.from({ length: 5 }, (_, i) => `/waits${i}`)].toSorted(),
  );
});

test('a store that does not answer gets no change whose account could not be opened', async () => {
  refusal = new EngineError(GrpcCode.UNAVAILABLE, 'no endpoint answered', { outcome: 'unknown' });
  let changed = false;
  const change = async () => {
    changed = true;
  };
  await expect(trail.run(null, ACT, change)).rejects.toMatchObject({ message: refusal.message, outcome: 'none' });
  expect(changed).toBe(false);
});

test('what happens within one millisecond stands in the order in which it began', async () => {
  for (let i = 0; i < 20; i++)
    await trail.run('ada', { ...ACT, target: `/k${i}` }, async () => ({ revision: String(i) }));
  const told = (await entries()).map(({ target }) => target);
  expect(told, 'newest first').toEqual(Array.from({ length: 20 }, (_, i) => `/k${19 - i}`));
});

test('pages go back in time without a hole, filters say how much they looked at, foreign keys are counted', async () => {
  for (let i = 0; i < 25; i++) {
    now += 1;
    await trail.run(i % 2 === 0 ? 'ada' : 'bob', { ...ACT, target: `/k${i}` }, async () => ({ revision: String(i) }));
  }
  store.put('/quorate/audit/zzz', 'not ours');
  const seen: unknown[] = [];
  let before: string | undefined;
  do {
    const page = await readAudit(engine(), { ...ANY, before, limit: 10 });
    seen.push(...page.entries.map(({ target }) => target));
    before = page.next ?? undefined;
  } while (before !== undefined);
  expect(seen).toEqual(Array.from({ length: 25 }, (_, i) => `/k${24 - i}`));
  const filtered = await readAudit(engine(), { ...ANY, user: 'bob', text: '/K1' });
  expect(filtered.entries.map(({ target }) => target)).toEqual(['/k19', '/k17', '/k15', '/k13', '/k11', '/k1']);
  expect(filtered).toMatchObject({ searched: 26, total: 26, unreadable: 1, next: null });
});

test('what is older than the time of keeping is deleted, the rest stays', async () => {
  await trail.run('ada', { ...ACT, target: '/old' }, async () => ({}));
  now += KEEP_DAYS * 24 * 3_600_000;
  await trail.run('ada', { ...ACT, target: '/young' }, async () => ({}));
  now += 1;
  await trail.clean();
  expect((await entries()).map(({ target }) => target)).toEqual(['/young']);
});

test('an entry of another version is not guessed at', () => {
  expect(decodeEntry(new TextEncoder().encode('{"version":2,"entry":{}}'))).toBeNull();
  expect(decodeEntry(Uint8Array.of(0xff))).toBeNull();
});

test('the trail itself is not deleted through the console', () => {
  for (const target of [
    { prefix: '' },
    { prefix: '/' },
    { prefix: '/quorate/audit/0001' },
    { key: '/quorate/audit/x' },
  ]) {
    expect(() => requireNoAudit(target)).toThrow('audit trail');
  }
  for (const target of [{ prefix: '/app/' }, { key: '/quorate/other' }, { prefix: { base64: '/w==' } }]) {
    expect(() => requireNoAudit(target)).not.toThrow();
  }
});

test('a change that takes the account its right to write is logged with its result, and the page says why', async () => {
  await trail.run('ada', { ...ACT, action: 'access.enable' }, async () => {
    refusal = new EngineError(GrpcCode.INVALID_ARGUMENT, 'etcdserver: user name is empty');
    return { done: 'Authentication is on.' };
  });
  expect(log.join('\n')).toContain('"result":"done"');
  expect(trail.kept()).toMatchObject({ durable: false, reason: expect.stringContaining('user name is empty') });
});
