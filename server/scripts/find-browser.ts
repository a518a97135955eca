/**
 * A browser for the tests, on a machine that may have none. In this order, the first that really starts wins:
 *
 *   1. TEST_BROWSER: a path, or one of the words below to force that source
 *   2. playwright  what `playwright install` left behind
 *   3. system      chromium-headless-shell, chromium, Google Chrome on the PATH
 *   4. npm         the @sparticuz/chromium package: comes with `npm ci` alone (Linux x64)
 *   5. download    `playwright install` (needs its download host)
 *   6. apt         apt-get on Debian, as root
 *
 * Nothing usable is an error that tells what was tried: browser tests are never skipped in silence.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { chromium } from '@playwright/test';
import { unpackedBrowser } from './npm-browser.ts';
import { ROOT } from './source-files.ts';

export interface Browser {
  readonly source: string;
  /** Undefined: where Playwright keeps its own. */
  readonly executablePath: string | undefined;
  /** Only for the browser's process. */
  readonly env: Readonly<Record<string, string>>;
}

type Found = Omit<Browser, 'source'> | string;

const SYSTEM_NAMES = [
  'chromium-headless-shell',
  'chromium',
  'chromium-browser',
  'google-chrome-stable',
  'google-chrome',
];
const MAC_CHROME = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome';
const LAUNCH_TIMEOUT_MS = 30_000;
const TOOL_TIMEOUT_MS = 10 * 60_000;

const own: Found = { executablePath: undefined, env: {} };

/** A candidate, or in words why there is none. */
const SOURCES: readonly (readonly [source: string, find: () => Found | Promise<Found>])[] = [
  ['playwright', () => (existsSync(chromium.executablePath()) ? own : 'nothing installed')],
  ['system', findOnPath],
  ['npm', unpackedBrowser],
  [
    'download',
    () =>
      run(process.execPath, [
        path.join(ROOT, 'node_modules/playwright/cli.js'),
        'install',
        'chromium-headless-shell',
      ]) ?? own,
  ],
  ['apt', installWithApt],
];

/** @throws Error listing every source tried and what was wrong with it. */
export async function findBrowser(wanted: string | undefined): Promise<Browser> {
  const forced = SOURCES.filter(([source]) => source === wanted);
  const byPath: typeof SOURCES = [['TEST_BROWSER', () => ({ executablePath: wanted, env: {} })]];
  const sources = wanted === undefined || wanted === '' ? SOURCES : forced.length > 0 ? forced : byPath;
  const tried: string[] = [];
  for (const [source, find] of sources) {
    const found = await find();
    const problem = typeof found === 'string' ? found : await tryLaunch(found);
    if (problem === undefined && typeof found !== 'string') return { source, ...found };
    tried.push(`${source}: ${problem}`);
  }
  throw new Error(
    `no browser for the tests. Install chromium or google-chrome, or set TEST_BROWSER to one. Tried\n  ${tried.join('\n  ')}`,
  );
}

/** Options for Playwright's `launch`. Its own defaults do for every source; no flags are needed, also not as root. */
export function launchOptions({ executablePath, env }: Omit<Browser, 'source'>) {
  const inherited = Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return {
    ...(executablePath === undefined ? {} : { executablePath }),
    env: { ...Object.fromEntries(inherited), ...env },
  };
}

async function tryLaunch(found: Omit<Browser, 'source'>): Promise<string | undefined> {
  try {
    const browser = await chromium.launch({ ...launchOptions(found), timeout: LAUNCH_TIMEOUT_MS });
    await browser.close();
    return undefined;
  } catch (cause) {
    return cause instanceof Error
      ? `does not start: ${cause.message.split('\n').slice(0, 3).join(' ')}`
      : String(cause);
  }
}

function findOnPath(): Found {
  const folders = (process.env.PATH ?? '').split(path.delimiter).concat('/usr/bin', '/usr/local/bin', '/snap/bin');
  const candidates = SYSTEM_NAMES.flatMap((name) => folders.map((folder) => path.join(folder, name)));
  const executablePath = [...candidates, MAC_CHROME].find((file) => existsSync(file));
  return executablePath === undefined ? `none of ${SYSTEM_NAMES.join(', ')}` : { executablePath, env: {} };
}

function installWithApt(): Found {
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return 'not root on Debian';
  const install = ['install', '-y', '--no-install-recommends', '-o', 'DPkg::Lock::Timeout=300'];
  const problem =
    run('apt-get', ['update']) ??
    (run('apt-get', [...install, 'chromium-headless-shell']) && run('apt-get', [...install, 'chromium']));
  return problem ?? findOnPath();
}

/** In words what went wrong; undefined when it worked. */
function run(command: string, args: readonly string[]): string | undefined {
  const { status, stderr, error } = spawnSync(command, args, { encoding: 'utf8', timeout: TOOL_TIMEOUT_MS });
  if (status === 0) return undefined;
  return error?.message ?? `exit code ${status}: ${stderr.trim().split('\n').slice(-1)[0] ?? ''}`;
}
