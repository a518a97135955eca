import { expect, test } from 'vitest';
import { checkTidy } from './tidy.ts';

const check = (path: string, text: string, names: readonly string[] = []) =>
  checkTidy([{ path, text }], names).map((finding) => `${finding.line ?? '-'} ${finding.message}`);

test('the pure folders may not read time, draw chance, start timers or schedule', () => {
  const text = ['const a = Date.now();', 'Math.random();', 'setTimeout(f, 1);', 'async () => await x;'].join('\n');
  const found = check('server/store/raft/core.ts', text);
  for (const line of [1, 2, 3, 4]) expect(found.some((message) => message.startsWith(`${line} `))).toBe(true);
  expect(check('server/store/member/driver.ts', text).filter((message) => !message.includes('random'))).toEqual([]);
});

test.each([
  'const p: Promise<void> = f();',
  'async function f() {}',
  'await f();',
  'const now = Date.now();',
  'new Date();',
  'const chance = Math.random();',
  'crypto.getRandomValues(bytes);',
  'setTimeout(f, 1);',
  'setInterval(f, 1);',
  'setImmediate(f);',
  'queueMicrotask(f);',
  'performance.now();',
  'process.hrtime();',
  "globalThis['Date'];",
  "console.log('x');",
  "fetch('x');",
])('the core may not say: %s', (line) => {
  for (const folder of ['raft', 'mvcc', 'apply', 'lease', 'auth', 'alarm'])
    expect(check(`server/store/${folder}/x.ts`, line), folder).not.toEqual([]);
});

test('comments and strings may speak of what code may not do', () => {
  expect(check('server/store/mvcc/store.ts', "// no Date here\nconst word = 'Promise';\n")).toEqual([]);
});

test('a file above the bound is refused, a generated one and a transcript are not', () => {
  const long = 'x;\n'.repeat(501);
  expect(check('lib/base/x.ts', long)).toEqual([expect.stringContaining('has 501 lines')]);
  expect(check('lib/base/generated/x.ts', long)).toEqual([]);
  expect(check('server/store/raft/testdata/x.txt', long)).toEqual([]);
});

test('unfinished work, lone tests and waiting for time are refused with their line', () => {
  expect(check('lib/base/x.ts', `\n// ${'FIX'}ME later`)).toEqual([expect.stringMatching(/^2 .*unfinished/)]);
  expect(check('e2e/x.spec.ts', `${'test.on'}ly('a', f)`)).toEqual([expect.stringContaining('hides the others')]);
  expect(check('e2e/x.spec.ts', `page.${'waitFor'}Timeout(5)`)).toEqual([
    expect.stringContaining('wait for what the user sees'),
  ]);
});

test('a path of one machine is refused, a key that looks like one is not', () => {
  expect(check('README.md', `see ${'/ho'}me/me/x`)).toEqual([expect.stringContaining('one machine')]);
  expect(check('README.md', 'see the /config/workers/tmpl key')).toEqual([]);
});

test('the top level is closed', () => {
  expect(checkTidy([], ['app', 'notes']).map((finding) => finding.path)).toEqual(['notes']);
});
