import { expect, test } from 'vitest';
import type { ByteString } from '../base/bytes.ts';
import { addressIn, dueAt, isNumber, namedAt, partOf } from './primitives.ts';

const NANOS = '1763721600123456789';
const leased = (key: string, valueBytes = 0) =>
  partOf({ key: key as ByteString, lease: 0x2040a1fc3202c40cn, valueBytes, version: 1 });
const plain = (key: string, valueBytes = 1) => partOf({ key: key as ByteString, lease: 0n, valueBytes, version: 1 });

test('each part of each recipe is known by its name and its lease', () => {
  expect(leased(`limits/a/permits/${NANOS}`)).toMatchObject({ name: 'limits/a', part: { role: 'contender' } });
  expect(plain('limits/a/permits')).toMatchObject({ name: 'limits/a', part: { role: 'limit' } });
  expect(leased(`rw/read/${NANOS}`)?.part.role).toBe('reader');
  expect(leased(`rw/write/${NANOS}`)?.part.role).toBe('writer');
  expect(leased(`b/waiters/${NANOS}`)?.part.role).toBe('waiter');
  expect(plain('b/ready', 0)?.part.role).toBe('ready');
  expect(plain(`q/${NANOS}`)?.part).toMatchObject({ role: 'item', order: 'fifo' });
  expect(plain('q/00005/0000000000000001')?.part).toMatchObject({ role: 'item', order: 'priority' });
  expect(plain(`q/due/001763721600123-${NANOS}`)).toMatchObject({ name: 'q', part: { order: 'delayed' } });
  expect(plain(`__q/taken/${NANOS}/${NANOS}`)).toMatchObject({ name: 'q', part: { role: 'taken' } });
  expect(leased(`__q/claims/${NANOS}/00005/0000000000000001`)?.part.role).toBe('claim');
  expect(leased(`__q/takers/${NANOS}`)?.part.role).toBe('taker');
  expect(plain('c/shards/003')?.part.role).toBe('shard');
  expect(leased('c/tickets/session-2040a1fc3202c40c', 1)).toMatchObject({ name: 'c', part: { role: 'ticket' } });
  expect(leased('g/members/worker-a')?.part.role).toBe('member');
  expect(leased('services/web/10.0.0.1:80', 40)).toMatchObject({ name: 'services/web', part: { role: 'instance' } });
});

test('the same name without its lease, or with one it should not have, is nothing', () => {
  expect(plain(`limits/a/permits/${NANOS}`)?.part.kind).toBe('queue');
  expect(plain('g/members/worker-a')).toBeNull();
  expect(plain(`b/waiters/${NANOS}`)?.part.kind).toBe('queue');
  expect(leased(`q/${NANOS}`)).toBeNull();
  expect(plain('docs/permits', 400)).toBeNull();
  expect(plain('b/ready', 4)).toBeNull();
});

test('configuration, and what is a lock or an election, is left alone', () => {
  expect(plain('config/web/port', 4)).toBeNull();
  expect(plain('config/web/1234567890123456789', 4)).toBeNull();
  expect(leased('elections/a/2040a1fc3202c40c', 6)).toBeNull();
  expect(leased('tasks/import')).toBeNull();
});

test('names by the clock tell the time', () => {
  expect(namedAt(`q/${NANOS}` as ByteString)).toBe(1_763_721_600_123);
  expect(namedAt('q/00005/0000000000000001' as ByteString)).toBeNull();
  expect(dueAt(`q/due/001763721600123-${NANOS}` as ByteString)).toBe(1_763_721_600_123);
});

test('an instance says an address, in one of the ways in use', () => {
  expect(addressIn('{"Op":0,"Addr":"h:1","Metadata":{"version":"2","health":"failing"}}')).toEqual({
    address: 'h:1',
    id: null,
    version: '2',
    health: 'failing',
    isGoNaming: true,
  });
  expect(addressIn('{"address":"h:1","version":"1.0"}')).toMatchObject({ address: 'h:1', version: '1.0' });
  expect(addressIn('{"host":"h","port":80}')?.address).toBe('h:80');
  for (const text of ['', 'h:1', '[]', 'null', '{"a":1}']) expect(addressIn(text)).toBeNull();
});

test('a number is a whole number', () => {
  expect(['0', '-12', '18446744073709551616'].every((text) => isNumber(text))).toBe(true);
  expect([null, '', '1.5', '1e3', { base64: 'AA==' }].some((value) => isNumber(value))).toBe(false);
});
