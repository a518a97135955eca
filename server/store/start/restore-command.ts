/**
 * `quorate-member restore FILE --flags`: a data directory from a snapshot file, with the flags of "etcdctl snapshot restore". The member is then
 * started with the same flags; every member of the new cluster is restored from the same file.
 */
import { readdirSync } from 'node:fs';
import { openConfigFile } from '../config/config-file.ts';
import { type FlagValues, MemberSettingsError, readCommandLine } from '../config/flag-table.ts';
import { type MemberSettings, memberSettings } from '../config/member-settings.ts';
import { openLog } from '../member/boot.ts';
import type { Log } from '../ports/log.ts';
import { NodeDisk } from '../ports/node-disk.ts';
import { restoreSnapshot, StartError } from './first-start.ts';

/** The flags that mean something without a running member. */
const FLAGS: ReadonlySet<string> = new Set([
  ...['name', 'data-dir', 'wal-dir', 'initial-cluster', 'initial-cluster-token', 'initial-advertise-peer-urls'],
  ...['skip-hash-check', 'drop-auth', 'log-level', 'from-snapshot'],
]);

/** Undefined: another command. FILE comes first or last, as with etcdctl. @throws MemberSettingsError */
export function readRestoreCommand(args: readonly string[], cwd: string): MemberSettings | undefined {
  const words = args[0] === 'snapshot' ? args.slice(1) : args;
  if (words[0] !== 'restore') return undefined;
  const rest = words.slice(1);
  const isFirst = rest[0]?.startsWith('-') === false;
  const file = isFirst ? rest[0] : rest.at(-1);
  if (file === undefined || file.startsWith('-'))
    throw new MemberSettingsError('restore needs a snapshot file: quorate-member restore FILE --name … --data-dir …');
  const line = readCommandLine(isFirst ? rest.slice(1) : rest.slice(0, -1), {}, openConfigFile);
  if (line.kind !== 'run') throw new MemberSettingsError('restore: see quorate-member --help for the flags');
  const strange = [...line.values.keys()].find((name) => !FLAGS.has(name));
  if (strange !== undefined) throw new MemberSettingsError(`restore does not take --${strange}: give it to the member`);
  const values: FlagValues = new Map([...line.values, ['from-snapshot', file]]);
  return memberSettings(values, cwd);
}

/** @throws StartError, SnapshotRefusedError, DiskError */
export function runRestoreCommand(settings: MemberSettings, log: Log): void {
  const { dataDir, walDir, fromSnapshot } = settings;
  for (const dir of [dataDir, walDir])
    if (!isEmpty(dir)) throw new StartError(`data-dir "${dir}" not empty or could not be read: restore into a new one`);
  if (fromSnapshot === undefined) throw new StartError('restore needs a snapshot file');
  const disk = new NodeDisk();
  const identified = restoreSnapshot(settings, fromSnapshot, { disk, log });
  openLog({ disk, dir: walDir, log, fresh: () => identified }).wal.close();
}

function isEmpty(dir: string): boolean {
  try {
    return readdirSync(dir).length === 0;
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code === 'ENOENT';
  }
}
