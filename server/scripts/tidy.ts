/** House rules that no linter knows: sizes, forbidden words, purity of the store's core, the closed top level. */
import { type Finding, isTestCode, type SourceFile } from './source-files.ts';
import { lineAt, stripCode } from './strip-code.ts';

const LINES_MAX = 500;

/** Exactly this (README, "Where things are"), plus files that tools force to sit at the root. */
const TOP_LEVEL = new Set([
  ...['README.md', 'app', 'components', 'e2e', 'lib', 'public', 'server', '.ci'],
  ...[
    '.editorconfig',
    '.gitattributes',
    '.gitignore',
    'biome.json',
    'next.config.ts',
    'package-lock.json',
    'package.json',
  ],
  ...['playwright.config.ts', 'postcss.config.mjs', 'proxy.ts', 'tsconfig.json', 'vitest.config.ts'],
]);

interface Ban {
  readonly pattern: RegExp;
  /** Looks at string contents too; comments always count as absent unless `comments`. */
  readonly strings?: boolean;
  readonly comments?: boolean;
  readonly applies: (path: string) => boolean;
  readonly message: string;
}

const isCode = (path: string): boolean => /\.(ts|tsx|mts|mjs)$/.test(path);
const isTest = (path: string): boolean => /\.(test|spec)\.tsx?$/.test(path);
/** Deterministic by contract: state in, state out. Their tests may wait and use property generators. */
const isPure = (path: string): boolean =>
  /^server\/store\/(raft|mvcc|apply|lease|auth|alarm)\//.test(path) && isCode(path) && !isTestCode(path);
const isSelf = (path: string): boolean => path.startsWith('server/scripts/tidy');

const BANS: readonly Ban[] = [
  {
    pattern: /\bDate\b/g,
    applies: isPure,
    message: 'reads the wall clock: time enters the core as ticks or arguments',
  },
  { pattern: /\bMath\.random\b|\bcrypto\b/g, applies: isPure, message: 'draws global randomness: take a Prng' },
  {
    pattern: /\b(setTimeout|setInterval|setImmediate|queueMicrotask)\b/g,
    applies: isPure,
    message: 'starts a timer: the driver owns time',
  },
  {
    pattern: /\b(Promise|async|await)\b/g,
    applies: isPure,
    message: 'schedules: a promise in the core hides order from the simulator',
  },
  {
    pattern: /\b((process|performance|console)\.|(globalThis|fetch|Worker|Atomics|WebSocket)\b)/g,
    applies: isPure,
    message: 'reaches the machine: effects enter through ports',
  },
  {
    pattern: /\bMath\.random\b/g,
    applies: (path) => /^(server\/store|lib)\//.test(path) && isCode(path),
    message: 'draws global randomness: take a Prng',
  },
  {
    pattern: /\b(FIXME|TODO|XXX)\b/g,
    strings: true,
    comments: true,
    applies: (path) => !isSelf(path),
    message: 'is unfinished: do it, or open an issue',
  },
  { pattern: /\b(test|it|describe)\.only\(/g, applies: isCode, message: 'runs one test and hides the others' },
  {
    // `test.setTimeout` only bounds how long a test may hang.
    pattern: /(?<!\.)\b(setTimeout|sleep)\(/g,
    applies: isTest,
    message: 'waits for time to pass: wait for the event itself, or use a clock of the test',
  },
  {
    pattern: /\bwaitForTimeout\b|['"]networkidle['"]/g,
    strings: true,
    applies: (path) => isCode(path) && !isSelf(path),
    message: 'waits for time to pass: wait for what the user sees',
  },
  {
    pattern: /@ts-(ignore|nocheck|expect-error)/g,
    comments: true,
    strings: true,
    applies: (path) => isCode(path) && !isSelf(path),
    message: 'silences the compiler: fix the type',
  },
  {
    pattern: /(^|[\s"'`(=:])\/(home|Users|root|work|tmp)\/[a-z]/g,
    strings: true,
    comments: true,
    applies: (path) => !isSelf(path) && path !== 'package-lock.json',
    message: 'names a path of one machine',
  },
];

export function checkTidy(files: readonly SourceFile[], topLevelNames: readonly string[]): Finding[] {
  const findings: Finding[] = topLevelNames
    .filter((name) => !TOP_LEVEL.has(name))
    .map((name) => ({
      path: name,
      message: 'is not part of the layout: the top level is closed (README, "Where things are")',
    }));
  for (const file of files) findings.push(...checkSize(file), ...checkName(file), ...checkBans(file));
  return findings;
}

function checkSize(file: SourceFile): Finding[] {
  const exempt = !/\.(ts|tsx|mts|mjs|css)$/.test(file.path) || /(^|\/)(generated|testdata)\//.test(file.path);
  const lines = file.text.split('\n').length - 1;
  if (exempt || lines <= LINES_MAX) return [];
  return [{ path: file.path, message: `has ${lines} lines, ${LINES_MAX} at most: find the second subject in it` }];
}

function checkName(file: SourceFile): Finding[] {
  const name = file.path.slice(file.path.lastIndexOf('/') + 1);
  if (/^(utils?|helpers?|misc|common)\.tsx?$/.test(name)) {
    return [{ path: file.path, message: 'is named after nothing: give it the name of its subject' }];
  }
  if (isCode(file.path) && /[A-Z_]/.test(name.replace(/^_+/, ''))) {
    return [{ path: file.path, message: 'is not kebab-case' }];
  }
  return [];
}

function checkBans(file: SourceFile): Finding[] {
  const findings: Finding[] = [];
  const views = new Map<string, string>();
  const view = (ban: Ban): string => {
    if (ban.comments || !isCode(file.path)) return file.text;
    const kind = ban.strings ? 'strings' : 'code';
    const text = views.get(kind) ?? stripCode(file.text, { strings: !ban.strings });
    views.set(kind, text);
    return text;
  };
  for (const ban of BANS) {
    if (!ban.applies(file.path)) continue;
    for (const match of view(ban).matchAll(ban.pattern)) {
      const line = lineAt(file.text, match.index);
      findings.push({ path: file.path, line, message: `"${match[0].trim()}" ${ban.message}` });
    }
  }
  return findings;
}
