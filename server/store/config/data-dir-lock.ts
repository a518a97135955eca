/**
 * One process per data directory. The lock is a file with the holder's pid and the time the kernel says it started, so that a
 * pid used again after a crash is not taken for the holder; a stale lock is taken over.
 */
import fs from 'node:fs';
import path from 'node:path';

const LOCK_FILE = 'member.lock';
const TAKE_OVER_ATTEMPTS = 3;

/** The directory cannot be used. `message` is one line with the remedy. */
export class DataDirError extends Error {
  override readonly name = 'DataDirError';
}

export interface DataDirLock {
  release(): void;
}

interface Holder {
  readonly pid: number;
  /** Empty where the system does not tell. */
  readonly startedAt: string;
}

/** Creates `dir` if needed and locks it. @throws DataDirError */
export function lockDataDir(dir: string): DataDirLock {
  const file = path.join(dir, LOCK_FILE);
  const own = path.join(dir, `${LOCK_FILE}.${process.pid}`);
  const holder: Holder = { pid: process.pid, startedAt: processInfo(process.pid)?.startedAt ?? '' };
  try {
    makeDirectories(dir);
    fs.writeFileSync(own, JSON.stringify(holder), { mode: 0o600 });
  } catch (cause) {
    throw unusable(dir, cause);
  }
  try {
    for (let attempt = 0; attempt < TAKE_OVER_ATTEMPTS; attempt++) {
      if (linkAtomically(own, file)) return { release: () => fs.rmSync(file, { force: true }) };
      const other = readHolder(file);
      if (other !== undefined && isAlive(other))
        throw new DataDirError(
          `${dir} is in use by process ${other.pid}: stop that member first, or give this one a --data-dir of its own`,
        );
      // Moved aside rather than removed: of two starters that both find it stale, one moves it and one finds nothing.
      removeStale(file, `${own}.stale`);
    }
  } finally {
    fs.rmSync(own, { force: true });
  }
  throw new DataDirError(`${file} changes hands all the time: only one member may use ${dir}`);
}

/** The process that holds `dir` now; undefined when nobody does. Changes nothing. */
export function holderOf(dir: string): number | undefined {
  const holder = readHolder(path.join(dir, LOCK_FILE));
  return holder !== undefined && isAlive(holder) ? holder.pid : undefined;
}

/** Not mkdir's own recursion: Node's never ends where a file system refuses children with ENOENT, as /proc does. */
function makeDirectories(dir: string): void {
  if (fs.existsSync(dir)) return;
  if (path.dirname(dir) !== dir) makeDirectories(path.dirname(dir));
  fs.mkdirSync(dir, { mode: 0o700 });
}

function linkAtomically(from: string, to: string): boolean {
  try {
    fs.linkSync(from, to);
    return true;
  } catch (cause) {
    if (codeOf(cause) === 'EEXIST') return false;
    throw unusable(path.dirname(to), cause);
  }
}

function removeStale(file: string, aside: string): void {
  try {
    fs.renameSync(file, aside);
    fs.rmSync(aside, { force: true });
  } catch (cause) {
    if (codeOf(cause) !== 'ENOENT') throw unusable(path.dirname(file), cause);
  }
}

function readHolder(file: string): Holder | undefined {
  try {
    const parsed: unknown = JSON.parse(fs.readFileSync(file, 'utf8'));
    if (typeof parsed !== 'object' || parsed === null || !('pid' in parsed) || typeof parsed.pid !== 'number')
      return undefined;
    const startedAt = 'startedAt' in parsed && typeof parsed.startedAt === 'string' ? parsed.startedAt : '';
    return { pid: parsed.pid, startedAt };
  } catch {
    // Gone meanwhile, or torn by a crash: nobody holds it.
    return undefined;
  }
}

function isAlive({ pid, startedAt }: Holder): boolean {
  try {
    process.kill(pid, 0);
  } catch (cause) {
    return codeOf(cause) === 'EPERM';
  }
  const found = processInfo(pid);
  if (found === undefined) return true;
  // A zombie has let go of everything; its parent just has not noticed yet.
  return found.state !== 'Z' && (startedAt === '' || found.startedAt === startedAt);
}

/** What Linux tells of a process; undefined elsewhere. `startedAt` in clock ticks after boot. */
function processInfo(pid: number): { readonly state: string; readonly startedAt: string } | undefined {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The second field is the command in parentheses and may contain anything; the state is the 3rd, the start time the 22nd.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { state: fields[0] ?? '', startedAt: fields[19] ?? '' };
  } catch {
    return undefined;
  }
}

const codeOf = (cause: unknown): string | undefined =>
  cause instanceof Error ? (cause as NodeJS.ErrnoException).code : undefined;

function unusable(dir: string, cause: unknown): DataDirError {
  const code = codeOf(cause) ?? String(cause);
  const remedy =
    code === 'ENOSPC'
      ? 'the disk is full: make room'
      : `it cannot be written (${code}): give this user the rights, or choose another --data-dir`;
  return new DataDirError(`data directory ${dir}: ${remedy}`);
}
