/**
 * Every script in this folder (`*.txt`) against its recorded output. A command stands on a line of its own, its output after
 * `----`, blocks are parted by empty lines; `#` begins a comment. To record anew, set QUORATE_REWRITE_TRANSCRIPTS=1, run this
 * test, and read the difference before committing it.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { Transcript } from './transcript.ts';

const folder = fileURLToPath(new URL('.', import.meta.url));
const scripts = readdirSync(folder)
  .filter((name) => name.endsWith('.txt'))
  .sort();
const isRewriting = process.env.QUORATE_REWRITE_TRANSCRIPTS === '1';

function replay(recorded: string): string {
  const transcript = new Transcript();
  const blocks = recorded
    .trimEnd()
    .split(/\n\n+/)
    .map((block) => {
      const lines = block.split('\n');
      const separator = lines.indexOf('----');
      const script = separator < 0 ? lines : lines.slice(0, separator);
      const commands = script.filter((line) => !line.startsWith('#'));
      if (commands.length === 0) return block;
      const output = commands.flatMap((command) => transcript.run(command));
      return [...script, '----', ...output].join('\n');
    });
  return `${blocks.join('\n\n')}\n`;
}

test('there are scripts', () => {
  expect(scripts.length).toBeGreaterThan(10);
});

test.each(scripts)('%s happens as recorded', (name) => {
  const path = folder + name;
  const recorded = readFileSync(path, 'utf8');
  const replayed = replay(recorded);
  if (isRewriting) writeFileSync(path, replayed);
  else expect(replayed).toBe(recorded);
});

test('an unknown command is refused by name', () => {
  expect(() => new Transcript().run('conjure 1')).toThrow('unknown command conjure');
});
