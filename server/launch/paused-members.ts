/**
 * Which members a drill holds paused, in the data directory. A guard lets them go on when their time is over or the launcher is gone
 * (pause-guard.ts); when somebody kills both, the member stands still for ever, with its ports and its data. The next start reads
 * here who that is, and lets it go on: it then finds its launcher gone, and leaves.
 *
 * A process is known by its id and by when it was started: ids are used again.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** It leaves by itself, as fast as it can store what it has. */
const LEAVE_MS_MAX = 10_000;
const LOOK_MS = 50;
const SUFFIX = '.json';

interface ProcessMark {
  readonly pid: number;
  readonly startedAt: string;
}

interface PauseRecord {
  readonly member: ProcessMark;
  /** Its guard lives as long as this one at least: what it holds paused is none of ours. */
  readonly launcher: ProcessMark;
}

const folderOf = (dataDir: string): string => path.join(dataDir, 'paused');

export class PauseRecords {
  readonly #folder: string;

  constructor(dataDir: string) {
    this.#folder = folderOf(dataDir);
  }

  /** @throws Error when it cannot be written: then nobody must be paused */
  write(member: string, pid: number): void {
    const record: PauseRecord = { member: markOf(pid), launcher: markOf(process.pid) };
    const file = path.join(this.#folder, `${member}${SUFFIX}`);
    mkdirSync(this.#folder, { recursive: true });
    writeFileSync(`${file}.new`, JSON.stringify(record));
    renameSync(`${file}.new`, file);
  }

  remove(member: string): void {
    rmSync(path.join(this.#folder, `${member}${SUFFIX}`), { force: true });
  }
}

/** Before members are started: lets go on whom an earlier start left paused. Resolves when they have left. */
export async function letPausedGo(dataDir: string, report: (line: string) => void): Promise<void> {
  const folder = folderOf(dataDir);
  for (const name of namesIn(folder)) {
    const member = name.slice(0, -SUFFIX.length);
    const record = recordIn(path.join(folder, name));
    if (record !== undefined && isAlive(record.launcher)) continue;
    if (record !== undefined && isAlive(record.member)) report(await letGo(member, record.member));
    rmSync(path.join(folder, name), { force: true });
  }
}

async function letGo(name: string, member: ProcessMark): Promise<string> {
  const found = `${name} was still paused by a drill whose launcher was killed`;
  process.kill(member.pid, 'SIGCONT');
  for (let waitedMs = 0; waitedMs < LEAVE_MS_MAX; waitedMs += LOOK_MS) {
    if (!isAlive(member)) return `${found}: it was let go on, found itself alone and left; now it is started again`;
    await delay(LOOK_MS);
  }
  return `${found}: it was let go on and has not left; end process ${member.pid} if its ports or data are still taken`;
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => name.endsWith(SUFFIX));
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return [];
    throw cause;
  }
}

/** Undefined: cut short, or not ours. Whoever it was about cannot be known. */
function recordIn(file: string): PauseRecord | undefined {
  try {
    const parsed = JSON.parse(readFileSync(file, 'utf8')) as Partial<PauseRecord> | null;
    const { member, launcher } = parsed ?? {};
    return isMark(member) && isMark(launcher) ? { member, launcher } : undefined;
  } catch (cause) {
    if (cause instanceof SyntaxError) return undefined;
    throw cause;
  }
}

const isMark = (mark: Partial<ProcessMark> | undefined): mark is ProcessMark =>
  typeof mark === 'object' &&
  Number.isSafeInteger(mark.pid) &&
  Number(mark.pid) > 1 &&
  typeof mark.startedAt === 'string';

function markOf(pid: number): ProcessMark {
  const startedAt = startOf(pid);
  if (startedAt === null) throw new Error(`process ${pid} has ended`);
  return { pid, startedAt };
}

const isAlive = ({ pid, startedAt }: ProcessMark): boolean => startOf(pid) === startedAt;

/** Null: there is no such process, or only what is left of it until its parent looks. */
function startOf(pid: number): string | null {
  try {
    if (process.platform === 'linux') {
      // Field 3 and on, behind the name in parentheses, which may hold anything: the state, and at 22 the start in ticks since boot.
      const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
        .replace(/^.*\) /s, '')
        .split(' ');
      return fields[0] === 'Z' ? null : (fields[19] ?? null);
    }
    const [state = '', ...start] = execFileSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], { encoding: 'utf8' })
      .trim()
      .split(/\s+/);
    return state.startsWith('Z') || start.length === 0 ? null : start.join(' ');
  } catch {
    return null;
  }
}

const codeOf = (cause: unknown): unknown => (cause instanceof Error && 'code' in cause ? cause.code : undefined);
