/** Builds the console's pages when they are missing or older than their sources, and only then. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** What Next bundles. The store and the launcher run from source and need no build. */
const SOURCES = ['app', 'components', 'lib', 'server/console', 'server/engines', 'public'];
const SOURCE_FILES = ['package.json', 'package-lock.json', 'next.config.ts', 'postcss.config.mjs', 'tsconfig.json'];
const STAMP = 'quorate-sources';

export class BuildFailure extends Error {
  override readonly name = 'BuildFailure';
}

/** @throws BuildFailure with the compiler's last output. */
export async function buildIfNeeded(root: string, report: (line: string) => void): Promise<void> {
  const stampFile = path.join(root, '.next', STAMP);
  const hash = hashSources(root);
  const built = existsSync(path.join(root, '.next', 'BUILD_ID')) && existsSync(stampFile);
  if (built && readFileSync(stampFile, 'utf8') === hash) return;
  report('building the console (only after an install or a change; about 20 s)');
  await runBuild(root);
  writeFileSync(stampFile, hash);
}

function runBuild(root: string): Promise<void> {
  const next = path.join(root, 'node_modules', 'next', 'dist', 'bin', 'next');
  const child = spawn(process.execPath, [next, 'build'], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NEXT_TELEMETRY_DISABLED: '1', NODE_ENV: 'production' },
  });
  let output = '';
  const keep = (chunk: Buffer) => {
    output = (output + chunk.toString('utf8')).slice(-8000);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  return new Promise((resolve, reject) => {
    child.once('error', (cause) => reject(new BuildFailure(`the console could not be built: ${cause.message}`)));
    child.once('exit', (code) => {
      if (code === 0) resolve();
      else reject(new BuildFailure(`the console could not be built (next build, exit code ${code}):\n${output}`));
    });
  });
}

function hashSources(root: string): string {
  const hash = createHash('sha256');
  const add = (file: string) => {
    hash.update(`${path.relative(root, file)}\0`);
    hash.update(readFileSync(file));
  };
  const walk = (dir: string) => {
    for (const entry of readdirSync(dir, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const full = path.join(dir, entry.name);
      if (entry.isDirectory()) walk(full);
      else if (!entry.name.includes('.test.') && !entry.name.endsWith('.md')) add(full);
    }
  };
  for (const source of SOURCES) if (existsSync(path.join(root, source))) walk(path.join(root, source));
  for (const file of SOURCE_FILES) if (existsSync(path.join(root, file))) add(path.join(root, file));
  return hash.digest('hex');
}
