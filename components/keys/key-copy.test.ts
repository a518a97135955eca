import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { StoreSummary } from '../../lib/api/types.ts';
import { ARGUMENT_CHARS_MAX } from '../../lib/format/commands.ts';
import { toWire } from '../../lib/keys/wire-bytes.ts';
import { putCommand } from './key-copy.ts';

const store = { endpoints: [] } as unknown as StoreSummary;
const put = (key: string, value: Uint8Array): string =>
  putCommand(store, { key, value: toWire(value), lease: { mode: 'detach' }, hasLease: false });

/** What etcdctl would store: the argument behind the key, or what it is piped. */
function storedBy(command: string): Buffer {
  const etcdctl = 'etcdctl() { if [ $# -gt 2 ]; then printf %s "$3"; else cat; fi; }';
  return execFileSync('bash', ['-s'], { input: `${etcdctl}\n${command}\n`, maxBuffer: 64 * 1024 * 1024 });
}

test('the copied put stores the very bytes, zero bytes and all', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 60 }), (value) => {
      expect(storedBy(put('/a', value)).equals(value)).toBe(true);
    }),
    { numRuns: 25 },
  );
});

test('a value longer than an argument may be is piped', () => {
  const value = new Uint8Array(ARGUMENT_CHARS_MAX + 1).fill(0x25);
  expect(storedBy(put('/a', value)).equals(value)).toBe(true);
});

test('a key with a zero byte has no such command', () => {
  expect(put('/a\0', Uint8Array.of(1))).toMatch(/^# /);
  expect(put('/a\0', Uint8Array.of(0))).toMatch(/^# /);
});
