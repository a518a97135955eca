/**
 * Who may import whom, and why (server/docs/architecture.md, "Rules that keep it provable"). The table is the rule; the
 * rest resolves imports against it. Every file belongs to the area with the longest matching path.
 */
import path from 'node:path';
import { type Finding, isTestCode, type SourceFile } from './source-files.ts';
import { lineAt, stripCode } from './strip-code.ts';

interface Area {
  /** Folder, or file, relative to the root. */
  readonly path: string;
  /** Areas it may import besides itself. A folder stands for everything below it. */
  readonly may: readonly string[];
  /** Node's own modules and npm packages: all, Node's only, npm's only, none, or the npm packages named. */
  readonly outside: 'all' | 'node' | 'npm' | 'none' | readonly string[];
  readonly why: string;
}

const PURE = 'it is a function of its inputs, so that one seed decides a whole run; effects enter through ports';
const BOTH_SIDES = 'it runs in the browser and in the server';

const AREAS: readonly Area[] = [
  {
    path: 'app',
    may: ['components', 'server/console', 'lib'],
    outside: 'all',
    why: 'routes are thin: params in, one feature component or one console function',
  },
  {
    path: 'components',
    may: ['lib'],
    outside: 'npm',
    why: 'components run in the browser and know the server by lib/api only',
  },

  { path: 'lib', may: [], outside: ['zod'], why: `${BOTH_SIDES} and imports nothing of ours outside lib` },
  { path: 'lib/base', may: [], outside: 'none', why: 'everything stands on it, so it stands on nothing' },
  { path: 'lib/api', may: ['lib/base', 'lib/config'], outside: ['zod', '@tanstack/react-query'], why: BOTH_SIDES },
  { path: 'lib/live', may: ['lib/base', 'lib/api', 'lib/keys', 'lib/format'], outside: 'none', why: BOTH_SIDES },
  { path: 'lib/keys', may: ['lib/base', 'lib/api'], outside: 'none', why: BOTH_SIDES },
  { path: 'lib/format', may: ['lib/base', 'lib/api', 'lib/keys'], outside: 'none', why: BOTH_SIDES },
  { path: 'lib/history', may: ['lib/base', 'lib/api', 'lib/keys', 'lib/format'], outside: 'none', why: BOTH_SIDES },
  { path: 'lib/config', may: ['lib/base'], outside: 'none', why: `${BOTH_SIDES}, and in applications` },
  { path: 'lib/snapshot', may: ['lib/base', 'lib/keys'], outside: 'none', why: BOTH_SIDES },
  { path: 'lib/recognise', may: ['lib/base', 'lib/api', 'lib/format'], outside: 'none', why: BOTH_SIDES },
  {
    path: 'lib/client',
    may: ['lib/base', 'lib/config'],
    outside: ['node:*', '@grpc/grpc-js'],
    why: 'applications import it: it must not pull in the console',
  },

  {
    path: 'server/main.ts',
    may: ['server/launch', 'server/console'],
    outside: 'all',
    why: 'it starts the parts and holds no logic of its own',
  },
  {
    path: 'server/launch',
    may: ['lib/base', 'server/console'],
    outside: 'all',
    why: 'members are processes it spawns, never modules it imports',
  },

  {
    path: 'server/store',
    may: ['lib/base'],
    outside: 'node',
    why: 'the store stands alone: no console, no npm package',
  },
  {
    path: 'server/store/main.ts',
    may: ['server/store', 'lib/base'],
    outside: 'node',
    why: 'it puts one member together',
  },
  {
    path: 'server/store/start',
    may: ['server/store', 'lib/base'],
    outside: 'node',
    why: 'it is the part of main.ts that a data directory needs once',
  },
  {
    path: 'server/store/ports',
    may: ['lib/base', 'server/store/raft/types.ts'],
    outside: 'node',
    why: 'ports are leaves: what the store needs from the machine',
  },
  {
    path: 'server/store/config',
    may: ['lib/base', 'server/store/tls', 'server/store/member/auto-compaction.ts'],
    outside: 'node',
    why: 'it says what a member is told, and starts nothing',
  },
  { path: 'server/store/raft', may: ['lib/base'], outside: 'none', why: PURE },
  { path: 'server/store/mvcc', may: ['lib/base', 'server/store/ports'], outside: 'none', why: PURE },
  { path: 'server/store/lease', may: ['lib/base', 'server/store/mvcc'], outside: 'none', why: PURE },
  { path: 'server/store/auth', may: ['lib/base', 'server/store/mvcc'], outside: 'none', why: PURE },
  { path: 'server/store/alarm', may: ['lib/base', 'server/store/mvcc'], outside: 'none', why: PURE },
  {
    path: 'server/store/apply',
    may: [
      'lib/base',
      'server/store/ports',
      'server/store/mvcc',
      'server/store/lease',
      'server/store/auth',
      'server/store/alarm',
      'server/store/raft',
    ],
    outside: 'none',
    why: PURE,
  },
  {
    path: 'server/store/wal',
    may: ['lib/base', 'server/store/ports', 'server/store/raft'],
    outside: 'none',
    why: 'the log is a leaf used by member; the disk enters through ports',
  },
  {
    path: 'server/store/snapshot-file',
    may: ['lib/base', 'server/store/ports', 'server/store/mvcc', 'server/store/lease', 'server/store/auth'],
    outside: 'node',
    why: 'the file that real etcd tools read is a leaf like the log',
  },
  {
    path: 'server/store/tls',
    may: ['lib/base', 'server/store/ports'],
    outside: 'node',
    why: 'both ports of a member stand on it, so it knows neither',
  },
  {
    path: 'server/store/transport',
    may: ['lib/base', 'server/store/ports', 'server/store/raft', 'server/store/member', 'server/store/tls'],
    outside: 'node',
    why: 'peers talk Raft messages only',
  },
  {
    path: 'server/store/member',
    may: [
      'lib/base',
      'server/store/ports',
      'server/store/raft',
      'server/store/wal',
      'server/store/mvcc',
      'server/store/lease',
      'server/store/auth',
      'server/store/alarm',
      'server/store/apply',
      'server/store/snapshot-file',
      'server/store/transport',
    ],
    outside: 'node',
    why: 'the one effectful loop: it drives what lies below and never knows who calls it',
  },
  {
    path: 'server/store/rpc',
    may: [
      'lib/base',
      'server/store/rpc/auth',
      'server/store/member',
      'server/store/apply',
      'server/store/mvcc',
      'server/store/auth',
      'server/store/snapshot-file',
      'server/store/ports',
      'server/store/tls',
    ],
    outside: 'node',
    why: 'the front translates the wire; it reaches state through the member only',
  },
  {
    path: 'server/store/rpc/auth',
    may: [
      'lib/base',
      'server/store/member',
      'server/store/auth',
      'server/store/rpc/front',
      'server/store/rpc/limits.ts',
    ],
    outside: ['node:*', 'bcryptjs'],
    why: 'it finds out who calls; the one npm package of the store makes the password hashes that etcd keeps',
  },
  {
    path: 'server/store/check',
    may: ['lib/base', 'server/store'],
    outside: 'node',
    why: 'it looks at every file of a member with the readers that the member has',
  },
  {
    path: 'server/store/sim',
    may: ['lib/base', 'server/store'],
    outside: 'node',
    why: 'the simulator builds whole members out of every layer',
  },
  {
    path: 'server/store/sim/histories',
    may: ['lib/base'],
    outside: 'none',
    why: 'judges of histories know no store: simulated and real members are judged by the same',
  },

  {
    path: 'server/engines',
    may: ['lib'],
    outside: ['node:*', '@grpc/grpc-js', 'zod'],
    why: 'an engine knows a store by its wire protocol only',
  },
  {
    path: 'server/console',
    may: ['server/engines', 'lib'],
    outside: ['node:*', 'zod', 'server-only', 'ajv', 'ajv-formats'],
    why: 'the console talks to every store through an engine, the bundled one included',
  },
  {
    path: 'server/scripts',
    may: ['lib', 'e2e/fixtures', 'server/launch/build.ts'],
    outside: 'all',
    why: 'scripts drive the product from outside, as its users do',
  },
  {
    path: 'e2e',
    may: [
      'lib',
      'server/scripts',
      'server/launch/build.ts',
      'server/store/rpc/test-support',
      'server/store/tls/test-support',
      'server/store/sim/histories',
    ],
    outside: 'all',
    why: 'these tests use the product over its wires only; what they saw is judged as in the simulator',
  },
];

/** Files at the root are configuration of tools. */
const ROOT_AREA: Area = { path: '', may: ['server/scripts', 'e2e'], outside: 'all', why: 'configuration of tools' };

/** Tests may also use the test libraries, the simulator's doubles and, to talk to what they test, any client. */
const TEST_PACKAGES = [
  'vitest',
  'fast-check',
  '@testing-library/react',
  '@testing-library/dom',
  '@grpc/grpc-js',
  'node:*',
];
const TEST_AREAS: Readonly<Record<string, readonly string[]>> = {
  'server/store': ['server/store', 'lib/base'],
  'server/console': ['lib'],
  server: ['e2e/fixtures/ports.ts'],
};

export function checkImports(files: readonly SourceFile[]): Finding[] {
  const known = new Set(files.map((file) => file.path));
  return files.filter((file) => /\.(ts|tsx|mts|mjs)$/.test(file.path)).flatMap((file) => checkFile(file, known));
}

function checkFile(file: SourceFile, known: ReadonlySet<string>): Finding[] {
  const area = areaOf(file.path);
  if (area === undefined) return [{ path: file.path, message: 'belongs to no area of import-rules.ts' }];
  const findings: Finding[] = [];
  for (const { specifier, offset } of importsOf(file.text)) {
    const message = judge(file.path, area, specifier, known);
    if (message !== undefined) findings.push({ path: file.path, line: lineAt(file.text, offset), message });
  }
  return findings;
}

function judge(from: string, area: Area, specifier: string, known: ReadonlySet<string>): string | undefined {
  if (!specifier.startsWith('.')) {
    if (mayOutside(from, area, specifier)) return undefined;
    return `${area.path} may not import "${specifier}": ${area.why}`;
  }
  const target = path.posix.normalize(path.posix.join(path.posix.dirname(from), specifier));
  if (!known.has(target)) return undefined; // tsc says it better
  const to = areaOf(target);
  if (to === undefined || to.path === area.path) return undefined;
  const allowed = [...area.may, ...(isTestCode(from) ? testAreas(from) : [])];
  if (allowed.some((folder) => isBelow(target, folder))) return undefined;
  return `${area.path || 'the root'} may not import ${to.path || 'the root'} (${target}): ${area.why}`;
}

function mayOutside(from: string, area: Area, specifier: string): boolean {
  const isNode = specifier.startsWith('node:');
  const matches = (list: readonly string[]) =>
    list.some((name) => specifier === name || specifier.startsWith(`${name}/`) || (isNode && name === 'node:*'));
  if (isTestCode(from) && matches(TEST_PACKAGES)) return true;
  switch (area.outside) {
    case 'all':
      return true;
    case 'none':
      return false;
    case 'node':
      return isNode;
    case 'npm':
      return !isNode;
    default:
      return matches(area.outside);
  }
}

const isBelow = (file: string, folder: string): boolean => file === folder || file.startsWith(`${folder}/`);

function testAreas(from: string): readonly string[] {
  return Object.entries(TEST_AREAS).flatMap(([folder, extra]) => (isBelow(from, folder) ? extra : []));
}

function areaOf(file: string): Area | undefined {
  if (!file.includes('/')) return ROOT_AREA;
  let best: Area | undefined;
  for (const area of AREAS) {
    if (isBelow(file, area.path) && area.path.length >= (best?.path.length ?? 0)) best = area;
  }
  return best;
}

/** Statements begin a line (formatted code), so that prose in a string is never taken for one. */
const IMPORT = new RegExp(
  [
    /^(?:import|export)\b[^'"`;]*?\bfrom\s*['"]([^'"\n]+)['"]/,
    /^\s*import\s*['"]([^'"\n]+)['"]/,
    /\bimport\(\s*['"]([^'"\n]+)['"]/,
    /\bnew URL\(\s*['"](\.[^'"\n]+)['"]\s*,\s*import\.meta\.url/,
  ]
    .map((pattern) => pattern.source)
    .join('|'),
  'gm',
);

export function importsOf(text: string): { readonly specifier: string; readonly offset: number }[] {
  // Comments are blanked in place, so offsets still point into the original.
  const code = stripCode(text, { strings: false });
  return [...code.matchAll(IMPORT)].map((match) => ({
    specifier: match.slice(1).find((part) => part !== undefined) ?? '',
    offset: match.index + (match[0].length - match[0].trimStart().length),
  }));
}
