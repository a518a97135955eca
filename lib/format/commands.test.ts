import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fromWire } from '../keys/wire-bytes.ts';
import { ARGUMENT_CHARS_MAX, curl, etcdctl, shellWord } from './commands.ts';

test('a plain key stays as it is, spaces and quotes are quoted', () => {
  expect(shellWord('/config/a-b')).toBe('/config/a-b');
  expect(shellWord('two words')).toBe("'two words'");
  expect(shellWord("it's")).toBe("'it'\\''s'");
  expect(shellWord('')).toBe("''");
});

test('bash reads a shell word back as the very same bytes', () => {
  const bytes = fc.uint8Array({ maxLength: 24 }).map((array) => array.map((byte) => byte || 1));
  const words = fc.oneof(
    fc.string().map((text) => text.replaceAll('\u0000', '\u0001')),
    bytes.map((array) => ({ base64: Buffer.from(array).toString('base64') })),
  );
  // Many words to one shell: starting it is what takes the time.
  fc.assert(
    fc.property(fc.array(words, { minLength: 1, maxLength: 60, size: 'max' }), (all) => {
      const read = execFileSync('bash', ['-c', `printf '%s\\0' ${all.map(shellWord).join(' ')}`]);
      const expected = all.flatMap((word) => [fromWire(word), Uint8Array.of(0)]);
      expect(read.equals(Buffer.concat(expected))).toBe(true);
    }),
    { numRuns: 5 },
  );
});

test('flags stand before the words, and a key that begins with a dash is kept apart from them', () => {
  expect(etcdctl(['http://127.0.0.1:2379'], ['get', '-k'], ['--rev=3'])).toBe(
    'etcdctl --endpoints=127.0.0.1:2379 get --rev=3 -- -k',
  );
});

test('a key with a zero byte is never cut short by a shell: no command is offered for it', () => {
  expect(etcdctl([], ['del', '/a\0'])).toBe('# No command line can carry a key with a zero byte: use the curl form.');
  expect(etcdctl([], ['del', { base64: '/wA=' }])).toMatch(/^# /);
});

test('a body longer than an argument may be goes through a pipe', () => {
  const command = curl('http://h/x', { method: 'PUT', json: { a: 'x'.repeat(ARGUMENT_CHARS_MAX) } });
  expect(command.startsWith("printf %s '{")).toBe(true);
  expect(command.endsWith("| curl -s -X PUT http://h/x -H 'content-type: application/json' -d @-")).toBe(true);
});

test('a curl command carries its body as JSON', () => {
  expect(curl('http://h/x?a=1', { method: 'POST', json: { a: "b'c" } })).toBe(
    `curl -s -X POST 'http://h/x?a=1' -H 'content-type: application/json' -d '{"a":"b'\\''c"}'`,
  );
});
