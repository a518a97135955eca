/** The judges beside the search: each accepts a sound history and names what is wrong with a falsified one. */
import { describe, expect, test } from 'vitest';
import { EventHistory, type HistoryEvent } from './events.ts';
import { checkLease, type LeaseLog } from './lease-bounds.ts';
import { checkLock, guardedValue } from './lock-order.ts';
import { checkRevisions, type KeyOperation, type RevisionInput } from './revision-order.ts';
import { checkWatch } from './watch-order.ts';

const put = (revision: number, key: string, value: string, more: object = {}): HistoryEvent => ({
  ...{ revision, key },
  pair: { ...{ value, createRevision: revision, modRevision: revision, version: 1, lease: 0n }, ...more },
});
const del = (revision: number, key: string): HistoryEvent => ({ revision, key, pair: undefined });

const EVENTS = [put(2, 'a', 'x'), put(3, 'b', 'y'), put(4, 'a', 'z', { createRevision: 2, version: 2 }), del(5, 'b')];
const HISTORY = new EventHistory(EVENTS);

const wrote = (key: string, value: string, revision: number): KeyOperation => ({
  key,
  operation: {
    call: { kind: 'put', value },
    calledAt: revision * 10,
    answer: { at: revision * 10 + 5, value: { revision } },
  },
});
const WRITES = [
  wrote('a', 'x', 2),
  wrote('b', 'y', 3),
  wrote('a', 'z', 4),
  {
    key: 'b',
    operation: {
      call: { kind: 'delete' as const },
      calledAt: 50,
      answer: { at: 55, value: { revision: 5, hasChanged: true } },
    },
  },
];
const SOUND: RevisionInput = { history: HISTORY, lastRevision: 5, operations: WRITES, lists: [] };
const problems = (change: Partial<RevisionInput>) => checkRevisions({ ...SOUND, ...change }).join('; ');

describe('the order of revisions', () => {
  test('a sound history has no problem', () => {
    const list = { prefix: '', calledAt: 46, answeredAt: 47, revision: 4 };
    const pairs = [
      { key: 'b', value: 'y', modRevision: 3 },
      { key: 'a', value: 'z', modRevision: 4 },
    ];
    expect(problems({ lists: [{ ...list, pairs }] })).toBe('');
  });

  test('an acknowledged write that is missing is named', () => {
    const lost = wrote('c', 'w', 5);
    expect(problems({ operations: [...WRITES, lost] })).toContain(
      'the write c "w" acknowledged at 5 is not in the history',
    );
  });

  test('a gap in the revisions and a wrong version are named', () => {
    const events = [put(2, 'a', 'x'), put(4, 'a', 'z', { createRevision: 2, version: 3 })];
    const found = problems({ history: new EventHistory(events), lastRevision: 4, operations: [] });
    expect(found).toContain('after revision 2 comes put a "z" at 4');
    expect(found).toContain('version 3');
  });

  test('a history that ends early is named', () => {
    expect(problems({ lastRevision: 6 })).toContain('the history ends at 5, the store is at 6');
  });

  test('a write that nobody made, and one that was refused, are named', () => {
    expect(problems({ operations: WRITES.filter(({ key }) => key === 'a').slice(1) })).toContain(
      'nobody wrote put a "x" at 2',
    );
    const refused = WRITES.map((write, i) => (i === 0 ? { ...write, isRefused: true } : write));
    expect(problems({ operations: refused })).toContain('its writer was told that it was refused');
  });

  test('a stale read is named, by its content or by its revision', () => {
    const read = (revision: number, value: string, modRevision: number): KeyOperation => {
      const pair = { value, modRevision, createRevision: 2, version: 1 };
      return {
        key: 'a',
        operation: { call: { kind: 'get' }, calledAt: 60, answer: { at: 65, value: { revision, pair } } },
      };
    };
    expect(problems({ operations: [...WRITES, read(5, 'x', 2)] })).toContain('a read of a at 5 saw "x"');
    expect(problems({ operations: [...WRITES, read(3, 'x', 2)] })).toContain(
      'a get of a was answered at 3, 5 had been answered before it began',
    );
  });

  test('a list that lacks a key is named', () => {
    const list = { prefix: '', calledAt: 46, answeredAt: 47, revision: 4, pairs: [] };
    expect(problems({ lists: [list] })).toContain('a list of  at 4 saw ');
  });
});

describe('watches', () => {
  const log = (received: readonly HistoryEvent[]) =>
    checkWatch(HISTORY, { name: 'w', prefix: 'a', from: 2, until: 5, received });
  const [first, , second] = EVENTS as [HistoryEvent, HistoryEvent, HistoryEvent, HistoryEvent];

  test('every event once and in order is right', () => {
    expect(log([first, second])).toBeUndefined();
    const all = checkWatch(HISTORY, { name: 'w', prefix: '', from: 3, until: 4, received: EVENTS.slice(1) });
    expect(all).toBeUndefined();
  });

  test.each([
    ['a missing last event', [first], 'w missed put a "z" at 4'],
    ['a missing first event', [second], 'w got put a "z" at 4, and before it missed put a "x" at 2'],
    ['an event that came twice', [first, first, second], 'w got put a "x" at 2 twice'],
    ['events in the wrong order', [second, first], 'w got put a "z" at 4, and before it missed'],
    ['an invented event', [first, put(3, 'a', 'q'), second], 'which is not in the history'],
  ])('%s is named', (_name, received, problem) => {
    expect(log(received)).toContain(problem);
  });
});

describe('leases', () => {
  const bounds = { quietSince: 0, lookedAt: 20_000, graceMs: 1000, driftMs: 10 };
  const lease: LeaseLog = {
    ...{ name: 'l', ttlMs: 2000, renewedAt: 5000, silentSince: 5200, goneAt: 7100, isRevoked: false },
  };

  test('gone between its TTL and its bound is right', () => {
    expect(checkLease(lease, bounds)).toBeUndefined();
    expect(checkLease({ ...lease, goneAt: 8200 }, bounds)).toBeUndefined();
    expect(checkLease({ ...lease, goneAt: 12_900 }, { ...bounds, quietSince: 10_000 })).toBeUndefined();
  });

  test('gone too early is named', () => {
    expect(checkLease({ ...lease, goneAt: 6900 }, bounds)).toBe(
      'l of 2000 ms was gone 1900 ms after its last acknowledged renewal was sent',
    );
  });

  test('alive beyond its bound is named, gone late or not at all', () => {
    expect(checkLease({ ...lease, goneAt: 8300 }, bounds)).toBe('l of 2000 ms lived 100 ms beyond its bound');
    expect(checkLease({ ...lease, goneAt: undefined }, bounds)).toContain('beyond its bound');
  });

  test('a revoked lease may go at once, and must', () => {
    expect(checkLease({ ...lease, goneAt: 5300, isRevoked: true }, bounds)).toBeUndefined();
    expect(checkLease({ ...lease, goneAt: 6300, isRevoked: true }, bounds)).toContain('beyond its bound');
  });
});

describe('locks', () => {
  const NAMES = { lockPrefix: 'lock/', protectedKey: 'p' };
  const lock = (...events: HistoryEvent[]) => checkLock(new EventHistory(events), NAMES).join('; ');
  const [one, two] = [put(2, 'lock/1', ''), put(3, 'lock/2', '')];

  test('each holder in its turn is right', () => {
    const guarded = put(4, 'p', guardedValue('lock/1', 2, 1));
    expect(lock(one, two, guarded, del(5, 'lock/1'), put(6, 'p', guardedValue('lock/2', 3, 1)))).toBe('');
  });

  test('one who only waits, and one who no longer holds it, are named', () => {
    expect(lock(one, two, put(4, 'p', guardedValue('lock/2', 3, 1)))).toContain('while lock/1@2 held the lock');
    const late = lock(one, two, del(4, 'lock/1'), put(5, 'p', guardedValue('lock/1', 2, 1)));
    expect(late).toContain('while lock/2@3 held the lock');
  });

  test('a token older than one seen before is named', () => {
    const later = put(4, 'p', guardedValue('lock/2', 3, 1));
    expect(lock(two, later, put(5, 'p', guardedValue('lock/1', 2, 1)))).toContain(
      'after a holder with the later token 3',
    );
  });

  test('a write that names no holder is named', () => {
    expect(lock(one, put(3, 'p', 'mine'))).toContain('put p "mine" at 3');
  });
});
