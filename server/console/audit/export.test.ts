import { expect, test } from 'vitest';
import type { AuditEntry } from '../../../lib/api/audit.ts';
import { GrpcCode } from '../../../lib/base/grpc-status.ts';
import { EngineError } from '../../engines/engine.ts';
import { FakeEngine } from '../../engines/test-support/fake-engine.ts';
import { AUDIT_PREFIX, encodeEntry, firstIdAt } from './entry.ts';
import { type AuditExportQuery, exportAudit } from './export.ts';

const ENTRIES = 1_200;
const entry = (i: number): AuditEntry => ({
  ...{ id: `${firstIdAt(i)}-0000`, at: i, user: i % 3 === 0 ? 'ada' : 'bob', from: '10.0.0.1', action: 'key.put' },
  ...{ targetKind: 'key', target: `/k${i}`, guard: null, note: null, result: 'done', revision: '2', message: null },
});

function trail(): FakeEngine {
  const engine = new FakeEngine();
  const text = (one: AuditEntry) => new TextDecoder().decode(encodeEntry(one));
  engine.commit(
    Array.from({ length: ENTRIES }, (_, i) => ({ key: AUDIT_PREFIX + entry(i).id, value: text(entry(i)) })),
  );
  return engine;
}

const everything = { user: undefined, text: undefined, result: undefined, revision: undefined };

async function lines(engine: FakeEngine, query: Partial<AuditExportQuery> = {}) {
  const signal = new AbortController().signal;
  const { parts, revision } = await exportAudit(engine, { ...everything, signal, ...query });
  let text = '';
  for await (const part of parts) text += part;
  return {
    revision,
    entries: text
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as AuditEntry),
  };
}

test('the whole trail leaves oldest first, read page by page at one revision', async () => {
  const engine = trail();
  const asked: number[] = [];
  const { list } = engine.kv;
  engine.kv.list = async (request) => {
    const page = await list(request);
    asked.push(page.kvs.length);
    // Somebody goes on changing meanwhile.
    engine.put(`${AUDIT_PREFIX}${firstIdAt(10_000 + asked.length)}-0000`, 'x');
    return page;
  };
  const { revision, entries } = await lines(engine);
  expect(entries.map(({ at }) => at)).toEqual(Array.from({ length: ENTRIES }, (_, i) => i));
  expect(revision).toBe(2);
  expect(asked).toEqual([500, 500, 200]);
});

test('a filter holds for all of it, and nothing that cannot be read is left out', async () => {
  const engine = trail();
  expect((await lines(engine, { user: 'ada' })).entries).toHaveLength(ENTRIES / 3);
  expect((await lines(engine, { text: '/K77"' })).entries.map(({ target }) => target)).toEqual(['/k77']);
  engine.put(`${AUDIT_PREFIX}9999`, 'not ours');
  expect((await lines(engine, { user: 'nobody' })).entries).toEqual([{ id: '9999', unreadable: true }]);
});

test('a refusal comes before the first line; what fails later breaks the file off', async () => {
  const denied = new EngineError(GrpcCode.PERMISSION_DENIED, 'etcdserver: permission denied');
  const refusing = trail();
  refusing.onList = () => {
    throw denied;
  };
  await expect(lines(refusing)).rejects.toBe(denied);
  const failing = trail();
  failing.onList = (n) => {
    if (n === 2) throw new EngineError(GrpcCode.UNAVAILABLE, 'gone');
  };
  const { parts } = await exportAudit(failing, { ...everything, signal: new AbortController().signal });
  expect((await parts.next()).done).toBe(false);
  await expect(parts.next()).rejects.toMatchObject({ message: 'gone' });
});
