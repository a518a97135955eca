/**
 * `node server/scripts/first-load.ts`: how much JavaScript each page of the last build loads before it can be used, gzipped,
 * beside the budget. Read from Next's own manifests: what comes when the page is idle or when something is used is not in it, nor the
 * script of the stream's worker. What a browser really fetches is held to the budgets by e2e/specs/bundled/first-load.spec.ts.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { runInNewContext } from 'node:vm';
import { gzipSync } from 'node:zlib';
import { BUDGETS_KB } from './first-load-budgets.ts';
import { ROOT } from './source-files.ts';

const BUILD = path.join(ROOT, '.next');
const MANIFEST = 'page_client-reference-manifest.js';

interface Manifest {
  readonly entryJSFiles: Readonly<Record<string, readonly string[]>>;
}

/** Chunks every page loads: the framework itself. */
function rootFiles(): readonly string[] {
  const manifest = JSON.parse(readFileSync(path.join(BUILD, 'build-manifest.json'), 'utf8')) as {
    readonly rootMainFiles: readonly string[];
  };
  return manifest.rootMainFiles;
}

/** Chunks of the page and of the layout around it; the error pages of the app load only when they are needed. */
function pageFiles(page: string): readonly string[] {
  const global: { __RSC_MANIFEST?: Record<string, Manifest> } = {};
  const source = readFileSync(path.join(BUILD, 'server', 'app', page, MANIFEST), 'utf8');
  runInNewContext(source, { globalThis: global });
  const [manifest] = Object.values(global.__RSC_MANIFEST ?? {});
  return Object.entries(manifest?.entryJSFiles ?? {})
    .filter(([entry]) => /\/(layout|page)$/.test(entry))
    .flatMap(([, files]) => files);
}

const sizes = new Map<string, number>();
function gzipped(file: string): number {
  const known = sizes.get(file) ?? gzipSync(readFileSync(path.join(BUILD, file)), { level: 9 }).length;
  sizes.set(file, known);
  return known;
}

const sum = (files: readonly string[]): number => [...new Set(files)].reduce((total, file) => total + gzipped(file), 0);
const kib = (bytes: number): string => `${(bytes / 1024).toFixed(0).padStart(4)} KiB`;

if (!existsSync(path.join(BUILD, 'build-manifest.json'))) {
  console.error('nothing has been built yet: npm start builds');
  process.exit(1);
}
const root = rootFiles();
const pages = readdirSync(path.join(BUILD, 'server', 'app'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && existsSync(path.join(BUILD, 'server', 'app', entry.name, MANIFEST)))
  .map((entry) => entry.name);
console.log(`${kib(sum(root))}  the framework alone`);
for (const page of pages) {
  const total = sum([...root, ...pageFiles(page)]);
  const budget = BUDGETS_KB[`/${page}`];
  console.log(`${kib(total)}  /${page}${budget === undefined ? '' : `  of ${budget} KiB`}`);
}
