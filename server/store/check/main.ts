/**
 * `npm run store:check -- <data directory> [--wal-dir DIR] [--repair]`
 *
 * Exit codes: 0 a member starts on it (torn tails included) · 1 it is damaged, a member would refuse · 2 not checked: a mistake in
 * the command, no data there, or in use by a living member. README.md says more.
 */
import path from 'node:path';
import { parseArgs } from 'node:util';
import { errorText } from '../../../lib/base/error-text.ts';
import { DataDirError, holderOf, lockDataDir } from '../config/data-dir-lock.ts';
import { DiskError } from '../ports/disk.ts';
import { NodeDisk } from '../ports/node-disk.ts';
import { checkDirectory, type DataPlaces, repairDirectory } from './check.ts';
import { printReport } from './print-report.ts';
import type { CheckReport } from './types.ts';

const USAGE = 'usage: npm run store:check -- <data directory of one member> [--wal-dir DIR] [--repair]';
const [DAMAGED, NOT_CHECKED] = [1, 2];

/** Not checked, and why, in one line. */
class RefusedError extends Error {}

interface Command extends DataPlaces {
  readonly repairs: boolean;
}

/** @throws RefusedError */
function readCommand(args: string[]): Command {
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: { repair: { type: 'boolean', default: false }, 'wal-dir': { type: 'string' } },
    });
    const [dir, ...rest] = positionals;
    if (dir === undefined || rest.length > 0) throw new RefusedError(USAGE);
    const dataDir = path.resolve(dir);
    const walDir = values['wal-dir'] === undefined ? `${dataDir}/member/wal` : path.resolve(values['wal-dir']);
    return { dataDir, walDir, repairs: values.repair };
  } catch (error) {
    if (error instanceof RefusedError) throw error;
    throw new RefusedError(`${errorText(error)}\n${USAGE}`);
  }
}

/** @throws RefusedError, DataDirError, DiskError */
function run({ repairs, ...places }: Command): CheckReport {
  const disk = new NodeDisk();
  const { dataDir } = places;
  if (!disk.exists(`${dataDir}/member`)) {
    const inside = disk.exists(dataDir)
      ? disk.list(dataDir).filter((name) => disk.exists(`${dataDir}/${name}/member`))
      : [];
    const hint = inside.length === 0 ? '' : `; it has those of ${inside.join(', ')}: check them one by one`;
    throw new RefusedError(`${dataDir} is not the data directory of a member${hint}`);
  }
  const pid = holderOf(dataDir);
  if (pid !== undefined) throw new RefusedError(`${dataDir} is in use by process ${pid}: stop that member first`);
  if (!repairs) return checkDirectory(disk, places);
  const lock = lockDataDir(dataDir);
  try {
    return repairDirectory(disk, places);
  } finally {
    lock.release();
  }
}

try {
  const command = readCommand(process.argv.slice(2));
  const report = run(command);
  process.stdout.write(printReport(report, command.repairs));
  process.exitCode = report.start.kind === 'starts' ? 0 : DAMAGED;
} catch (error) {
  if (!(error instanceof RefusedError || error instanceof DataDirError || error instanceof DiskError)) throw error;
  process.stderr.write(`store:check: ${error.message}\n`);
  process.exitCode = NOT_CHECKED;
}
