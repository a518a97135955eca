import { expect, test } from 'vitest';
import { isAlive } from '../../e2e/fixtures/process-tree.ts';
import { runPart } from './run-part.ts';

const run = (script: string, timeoutMs = 20_000) =>
  runPart({ args: ['-e', script], env: {}, timeoutMs, leaveGraceMs: 0 });

test('the output of a part is kept for counting', async () => {
  expect(await run("console.log('seed 1 ok')")).toEqual({ output: 'seed 1 ok\n', code: 0, problems: [] });
});

test.skipIf(process.platform !== 'linux')('a process left behind is a named problem and is ended', async () => {
  const { output, problems } = await run(`
    const { spawn } = require('node:child_process');
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { detached: true, stdio: 'ignore' });
    child.unref();
    console.log(child.pid);
  `);
  expect(problems).toEqual([expect.stringMatching(new RegExp(`^left process ${output.trim()} behind: .*setInterval`))]);
  await expect.poll(() => isAlive(Number(output))).toBe(false);
});

test('a part that hangs is stopped and that is a problem', async () => {
  const { problems } = await run('setInterval(() => {}, 1000)', 300);
  expect(problems).toEqual([expect.stringContaining('still running after')]);
});
