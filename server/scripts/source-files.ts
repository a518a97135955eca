/** The files the checks look at: everything of ours in the working tree, committed or not, without what git ignores. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

export const ROOT = path.join(import.meta.dirname, '../..');

export interface SourceFile {
  /** Relative to the root, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

/** Tests, and what only tests use: doubles, generators, harnesses. */
export const isTestCode = (file: string): boolean =>
  /\.(test|spec|testing)\.tsx?$|(^|\/)(test-support|testing)(\/|\.ts$)/.test(file);

/** One thing wrong. `line` counts from 1. */
export interface Finding {
  readonly path: string;
  readonly line?: number;
  readonly message: string;
}

export const formatFinding = ({ path: file, line, message }: Finding): string =>
  line === undefined ? `${file}: ${message}` : `${file}:${line}: ${message}`;

/** Names at the top level that git does not ignore, sorted. */
export function topLevel(root: string): string[] {
  const ignored = ignoredNames(root);
  return readdirSync(root)
    .filter((name) => name !== '.git' && !ignored.some((pattern) => pattern.test(name)))
    .sort();
}

/** Text files of ours: TypeScript, JavaScript, CSS, JSON, Markdown and everything in .ci. */
export function sourceFiles(root: string): SourceFile[] {
  const ignored = ignoredNames(root);
  const files: SourceFile[] = [];
  const walk = (relative: string) => {
    for (const entry of readdirSync(path.join(root, relative), { withFileTypes: true })) {
      if (entry.name === '.git' || ignored.some((pattern) => pattern.test(entry.name))) continue;
      const name = relative === '' ? entry.name : `${relative}/${entry.name}`;
      if (entry.isDirectory()) walk(name);
      else if (isText(name)) files.push({ path: name, text: readFileSync(path.join(root, name), 'utf8') });
    }
  };
  walk('');
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}

function isText(name: string): boolean {
  return /\.(ts|tsx|mts|mjs|js|css|json|md|txt)$/.test(name) || name.startsWith('.ci/');
}

/** Our .gitignore holds plain names and `*.suffix` patterns only. */
function ignoredNames(root: string): RegExp[] {
  return readFileSync(path.join(root, '.gitignore'), 'utf8')
    .split('\n')
    .map((line) => line.trim().replace(/\/$/, ''))
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => new RegExp(`^${line.replaceAll('.', '\\.').replaceAll('*', '[^/]*')}$`));
}
