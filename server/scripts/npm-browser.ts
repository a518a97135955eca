/**
 * The browser inside the @sparticuz/chromium package, unpacked once into node_modules/.cache. The package is made for
 * Lambda, hence three detours: it unpacks into TMPDIR; it brings its shared libraries only where it believes to be on
 * such a host (VERCEL=1); and its recommended flags switch web security off, so they are not used. All of it happens in
 * a child process, so that none of these settings leaks into ours.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from './source-files.ts';

const UNPACK_TIMEOUT_MS = 120_000;
const UNPACK = "import('@sparticuz/chromium').then(({ default: c }) => c.executablePath())";

/** Where it is and what its process needs, or in words why not. */
export function unpackedBrowser(): { executablePath: string; env: Record<string, string> } | string {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    return `the package is for Linux x64, not ${process.platform} ${process.arch}`;
  const manifest = path.join(ROOT, 'node_modules/@sparticuz/chromium/package.json');
  if (!existsSync(manifest)) return 'the package is not installed';
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
  const folder = path.join(ROOT, 'node_modules/.cache/chromium', version);
  const problem = existsSync(folder) ? undefined : unpack(folder);
  if (problem !== undefined) return problem;
  return {
    executablePath: path.join(folder, 'chromium'),
    env: { LD_LIBRARY_PATH: path.join(folder, 'al2023/lib'), FONTCONFIG_PATH: path.join(folder, 'fonts') },
  };
}

/** Unpacks beside and renames, so that an interrupted run never leaves half a browser that looks whole. */
function unpack(folder: string): string | undefined {
  const partial = `${folder}.${process.pid}`;
  mkdirSync(partial, { recursive: true });
  try {
    const { status, stderr, error } = spawnSync(process.execPath, ['--input-type=module', '--eval', UNPACK], {
      cwd: ROOT,
      encoding: 'utf8',
      timeout: UNPACK_TIMEOUT_MS,
      env: { ...process.env, TMPDIR: partial, VERCEL: '1' },
    });
    if (status !== 0) return `cannot be unpacked: ${error?.message ?? stderr.trim().split('\n').slice(-1)[0]}`;
    renameSync(partial, folder);
    return undefined;
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
}
