import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { errors } from './errors.ts';
import { etcdctlCommands } from './etcdctl.ts';
import { semantics } from './semantics.ts';

const ROOT = path.join(import.meta.dirname, '../../..');
const CONFORMANCE = 'e2e/conformance';
const TABLES = { errors, etcdctlCommands, ...semantics };

function sourceOf(file: string): string {
  const candidates = [
    `${CONFORMANCE}/${file}.conf.test.ts`,
    `${CONFORMANCE}/${file}.ts`,
    `${file}.test.ts`,
    `${file}.int.test.ts`,
  ].map((one) => path.join(ROOT, one));
  const found = candidates.find((one) => existsSync(one));
  if (found === undefined) throw new Error(`no test file ${file}`);
  return readFileSync(found, 'utf8');
}

/** A name stands in its file as a string, or as the key of a table, without quotes where it is one word. */
function isIn(source: string, raw: string): boolean {
  const name = raw.replaceAll('\\', '\\\\');
  return [`\n  ${name}: `, `'${name}'`, `\`${name}\``, `"${name}"`].some((text) => source.includes(text));
}

describe.each(Object.entries(TABLES))('%s', (_, table) => {
  test.each(Object.entries(table))('%s', (_row, cases) => {
    expect(cases.length).toBeGreaterThan(0);
    for (const one of cases) {
      const [file = '', name = ''] = one.split('#');
      expect(isIn(sourceOf(file), name), `${one}: there is no such case`).toBe(true);
    }
  });
});
