import { expect, test } from 'vitest';
import { finalLine, NOTHING, tallyPlaywright, tallySim, tallyVitest } from './test-tally.ts';

test('the last line names skipped tests only where there are any', () => {
  expect(finalLine(NOTHING)).toBe('0 passed, 0 failed');
  expect(finalLine({ passed: 3, failed: ['a'], skipped: [] })).toBe('3 passed, 1 failed');
  expect(finalLine({ passed: 3, failed: [], skipped: ['b'] })).toBe('3 passed, 0 failed, 1 skipped');
});

test('a test file that cannot be loaded is a failure, although it holds no failed test', () => {
  const report = {
    testResults: [{ name: '/r/a.test.ts', status: 'failed', message: 'no such module\nat', assertionResults: [] }],
  };
  expect(tallyVitest(report, '/r').failed).toEqual(['a.test.ts: no such module']);
});

test('vitest results are counted and named by file', () => {
  const assertionResults = [
    { fullName: 'holds', status: 'passed' },
    { fullName: 'breaks', status: 'failed' },
    { fullName: 'waits', status: 'pending' },
    { fullName: 'is planned', status: 'todo' },
  ];
  const report = { testResults: [{ name: '/r/a.test.ts', status: 'failed', assertionResults }] };
  expect(tallyVitest(report, '/r')).toEqual({
    passed: 1,
    failed: ['a.test.ts: breaks'],
    skipped: ['a.test.ts: waits', 'a.test.ts: is planned'],
  });
});

test('browser results are counted through nested suites, a flaky one as failed, a skipped one with its reason', () => {
  const spec = (title: string, status: 'expected' | 'unexpected' | 'flaky' | 'skipped', description?: string) => ({
    title,
    file: 'keys.spec.ts',
    tests: [
      { status, projectName: 'bundled', annotations: description === undefined ? [] : [{ type: 'skip', description }] },
    ],
  });
  const inner = { title: 'in', specs: [spec('b', 'flaky'), spec('c', 'skipped', 'no etcd here')] };
  const report = { errors: [], suites: [{ title: 'out', specs: [spec('a', 'expected')], suites: [inner] }] };
  expect(tallyPlaywright(report)).toEqual({
    passed: 1,
    failed: ['keys.spec.ts: b [bundled]'],
    skipped: ['keys.spec.ts: c [bundled] (no etcd here)'],
  });
});

test('a seed that never reported is a failure', () => {
  const tally = tallySim('seed 1 ok hash ab\nseed 2 violated\nseed 3 ok hash cd\n', {
    first: 1,
    last: 4,
    stack: 'raft',
  });
  expect(tally.passed).toBe(2);
  expect(tally.failed.map((name) => name.slice(0, 11))).toEqual(['sim: seed 2', 'sim: seed 4']);
});
