import { beforeEach, expect, test } from 'vitest';
import type { AuditEntry } from '../../../lib/api/audit.ts';
import { GrpcCode } from '../../../lib/base/grpc-status.ts';
import { type Engine, EngineError } from '../../engines/engine.ts';
import { FakeEngine } from '../../engines/test-support/fake-engine.ts';
import { Authors } from './authors.ts';
import { AUDIT_PREFIX, encodeEntry, firstIdAt } from './entry.ts';

const NOON = 1_800_000_000_000;

let store: FakeEngine;
let reads: number;
let refusal: EngineError | undefined;

const engine = (): Engine => ({
  ...store,
  kv: {
    list: (request) => {
      reads++;
      return refusal === undefined ? store.kv.list(request) : Promise.reject(refusal);
    },
    write: () => Promise.reject(new Error('nothing is written here')),
  },
  watch: () => ({ ping() {}, reconnect() {}, close() {} }),
  cost: () => store.cost(),
  close() {},
});

function write(at: number, fields: Partial<AuditEntry>): void {
  const entry: AuditEntry = {
    ...{ id: `${firstIdAt(at)}-00000000`, at, user: 'ada', from: '10.0.0.7', action: 'key.put', targetKind: 'key' },
    ...{ target: '/a', guard: null, note: null, result: 'done', revision: null, message: null },
    ...fields,
  };
  store.put(AUDIT_PREFIX + entry.id, new TextDecoder().decode(encodeEntry(entry)));
}

beforeEach(() => {
  store = new FakeEngine();
  reads = 0;
  refusal = undefined;
});

test('a revision has the author its entry names, and none where there is no entry or no certainty', async () => {
  write(NOON, { revision: '5' });
  write(NOON + 1, { revision: '6', user: null });
  write(NOON + 2, { revision: '7', result: 'unknown' });
  write(NOON + 3, { revision: '14', revisions: '9-11,14', user: 'bob' });
  const authors = new Authors(engine());
  await authors.refresh();
  const by = [4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14].map((revision) => authors.by(revision));
  const job = ['bob', 'bob', 'bob'];
  expect(by).toEqual([null, 'ada', 'a console, from 10.0.0.7', null, null, ...job, null, null, 'bob']);
});

test('an entry that was pending is read again, one long settled is not', async () => {
  for (let i = 0; i < 1_200; i++) write(NOON - 3_600_000 + i, { revision: String(i + 10) });
  write(NOON, { result: 'pending' });
  const authors = new Authors(engine());
  await authors.refresh();
  expect([authors.by(10), authors.by(1_209), authors.by(5_000)]).toEqual(['ada', 'ada', null]);
  const before = reads;
  write(NOON, { revision: '5000' });
  await authors.refresh();
  expect(authors.by(5_000)).toBe('ada');
  expect(reads - before, 'the keys, and the newest of them').toBe(2);
});

test('who may not read the trail learns nothing, and is refused nothing else', async () => {
  write(NOON, { revision: '5' });
  refusal = new EngineError(GrpcCode.PERMISSION_DENIED, 'etcdserver: permission denied');
  const authors = new Authors(engine());
  await authors.refresh();
  expect(authors.by(5)).toBeNull();
  refusal = undefined;
  await authors.refresh();
  expect(authors.by(5), 'later granted').toBe('ada');
});

test('a long trail is read in few answers, the newest of two entries for one revision last', async () => {
  const at = (i: number) => NOON - 3_600_000 + i * 100;
  for (let i = 0; i < 5_000; i++) write(at(i), { revision: String(i + 10) });
  write(at(5_000), { revision: '10', user: 'bob' });
  const authors = new Authors(engine());
  await authors.refresh();
  expect([authors.by(10), authors.by(11), authors.by(5_009)]).toEqual(['bob', 'ada', 'ada']);
  expect(reads).toBeLessThan(30);
});

test('a key of somebody else behind the newest entry does not make it read all of the trail each time', async () => {
  for (let i = 0; i < 1_200; i++) write(NOON - 3_600_000 + i, { revision: String(i + 10) });
  write(NOON, { revision: '5000' });
  store.put(`${AUDIT_PREFIX}zzz`, 'not ours');
  const authors = new Authors(engine());
  await authors.refresh();
  expect([authors.by(10), authors.by(5_000)]).toEqual(['ada', 'ada']);
  const before = reads;
  await authors.refresh();
  expect(reads - before, 'the keys, and the newest of them').toBe(2);
});
