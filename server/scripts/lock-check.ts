/**
 * What makes `npm ci` work anywhere, for years: exact versions, a lock file that names every platform's optional packages,
 * and no address of a particular registry in it. `npm install` against a registry that lags silently drops optional
 * packages from the lock, and `npm ci` then refuses on every machine; this check sees it first.
 */
import type { Finding } from './source-files.ts';

interface PackageJson {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

interface LockEntry extends PackageJson {
  readonly version?: string;
  readonly resolved?: string;
  readonly link?: boolean;
}

interface Lock {
  readonly lockfileVersion: number;
  readonly packages: Readonly<Record<string, LockEntry>>;
}

const EXACT = /^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/;

export function checkLock(packageText: string, lockText: string): Finding[] {
  const manifest = JSON.parse(packageText) as PackageJson;
  const lock = JSON.parse(lockText) as Lock;
  return [...checkPins(manifest, lock), ...checkEntries(lock)];
}

function checkPins(manifest: PackageJson, lock: Lock): Finding[] {
  const findings: Finding[] = [];
  for (const section of ['dependencies', 'devDependencies', 'optionalDependencies'] as const) {
    for (const [name, version] of Object.entries(manifest[section] ?? {})) {
      if (!EXACT.test(version)) {
        findings.push({ path: 'package.json', message: `${section}: ${name} is "${version}": pin the exact version` });
      }
      if (lock.packages['']?.[section]?.[name] !== version) {
        findings.push({
          path: 'package-lock.json',
          message: `${name} ${version} of package.json is not in the lock: run npm install`,
        });
      }
    }
  }
  return findings;
}

function checkEntries(lock: Lock): Finding[] {
  const findings: Finding[] = [];
  for (const [where, entry] of Object.entries(lock.packages)) {
    if (entry.resolved !== undefined && !entry.link) {
      findings.push({
        path: 'package-lock.json',
        message: `${where} names a registry (${new URL(entry.resolved).host}): set omit-lockfile-registry-resolved=true and lock again`,
      });
    }
    for (const name of Object.keys(entry.optionalDependencies ?? {})) {
      if (resolveEntry(lock, where, name) === undefined) {
        findings.push({
          path: 'package-lock.json',
          message: `${where || 'the root'} wants optional ${name}, which has no entry: npm ci would refuse`,
        });
      }
    }
  }
  return findings;
}

/** As Node resolves: the nearest node_modules upwards from `where`. */
function resolveEntry(lock: Lock, where: string, name: string): LockEntry | undefined {
  for (let at = where; ; at = at.slice(0, Math.max(0, at.lastIndexOf('node_modules/') - 1))) {
    const found = lock.packages[at === '' ? `node_modules/${name}` : `${at}/node_modules/${name}`];
    if (found !== undefined || at === '') return found;
  }
}
