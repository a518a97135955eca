#!/usr/bin/env node
/**
 * `quorate-member`: one member of the bundled store as a process, with etcd's flags. The only place where member and rpc meet.
 *
 * Start: settings → lock → certificates → log and stored data → peer port → member → client port → "ready to serve client requests". Whatever
 * goes wrong on the way is one line on stderr and a non-zero exit: 2 for settings, 1 for everything else.
 */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { AssertionError, defined } from '../../lib/base/assert.ts';
import { Prng } from '../../lib/base/prng.ts';
import { openConfigFile } from './config/config-file.ts';
import { DataDirError, type DataDirLock, lockDataDir } from './config/data-dir-lock.ts';
import { FLAG_DEFAULTS, MemberSettingsError, readCommandLine } from './config/flag-table.ts';
import { type MemberSettings, memberSettings } from './config/member-settings.ts';
import { type ListenAddress, listenAddresses } from './config/urls.ts';
import { BootError, durableAtLeast, fitTogether, hasLog, openLog } from './member/boot.ts';
import { explainDiskTrouble, isDiskTrouble } from './member/disk-trouble.ts';
import type { AskPeer } from './member/joining.ts';
import { createRequestIds } from './member/request-ids.ts';
import { compactBySchedule } from './member/scheduled-compaction.ts';
import { SnapshotFiles } from './member/snapshot-files.ts';
import { SnapshotSpool } from './member/snapshot-spool.ts';
import { SpaceGuard } from './member/space-guard.ts';
import { startStoreMember } from './member/store-member.ts';
import { ForeignSegmentError } from './mvcc/segments/damage.ts';
import { IsolatableNetwork } from './ports/isolatable-network.ts';
import type { Log } from './ports/log.ts';
import { MeteredDisk } from './ports/metered-disk.ts';
import { NodeClock } from './ports/node-clock.ts';
import { NodeDisk } from './ports/node-disk.ts';
import { createLog } from './ports/node-log.ts';
import { notifyReady } from './ports/service-manager.ts';
import { SlowableDisk } from './ports/slowable-disk.ts';
import { JsonWebTokens, JwtKeyError } from './rpc/auth/jwt.ts';
import { startClientFront } from './rpc/server.ts';
import { SERVER_VERSION, VERSIONS } from './rpc/version.ts';
import { SnapshotRefusedError } from './snapshot-file/content.ts';
import { type DrillAnswer, type DrillOptions, Drills } from './start/drills.ts';
import { firstStart, goOnAlone, openMachine, StartError } from './start/first-start.ts';
import { readRestoreCommand, runRestoreCommand } from './start/restore-command.ts';
import { openTls } from './tls/open-tls.ts';
import { TlsFileError } from './tls/settings.ts';
import { askForCluster } from './transport/cluster-question.ts';
import { TcpNetwork } from './transport/tcp-network.ts';
import { WalCorruptError } from './wal/segment-reader.ts';

const READY = 'ready to serve client requests';
/** The launcher and most supervisors wait three seconds or more before SIGKILL. */
const STOP_MS_MAX = 2500;

interface Running {
  stop(): Promise<void>;
}

interface Place {
  readonly log: Log;
  readonly lock: DataDirLock;
  /** The cluster removed this member. */
  readonly onRemoved: () => void;
}

async function start(settings: MemberSettings, place: Place): Promise<Running> {
  const { dataDir, walDir } = settings;
  const { log, lock } = place;
  for (const warning of settings.warnings) log('warn', warning);
  const [clientTls, peerTls] = [openTls(settings.clientTls, log), openTls(settings.peerTls, log)];
  const jwt = openJwt(settings);
  const clock = new NodeClock();
  const disk = new SlowableDisk(new NodeDisk(), clock);
  const [walDisk, dataDisk] = [new MeteredDisk(disk, clock), new MeteredDisk(disk, clock)];
  const prng = new Prng(randomBytes(4).readUInt32BE());
  const ask: AskPeer = (url, timeoutMs) => askForCluster({ url, tls: peerTls, clock, timeoutMs });
  const fresh = hasLog(disk, walDir) ? undefined : await firstStart(settings, { disk, log, ask });
  const { wal, contents } = openLog({
    ...{ disk: walDisk, dir: walDir, log },
    fresh: () => defined(fresh, `${walDir} vanished while this member started`),
  });
  const { identity } = contents;
  const spool = new SnapshotSpool({ disk, dir: path.join(dataDir, 'member/snap'), log });
  const machine = openMachine(settings, dataDisk, { ...identity, durableAtLeast: durableAtLeast(contents, spool) });
  const fitted = fitTogether({ contents, machine, spool, log });
  const lonely = settings.forceNewCluster && fresh === undefined;
  const raftStart = lonely
    ? await goOnAlone({ self: identity.memberId, start: fitted, machine, wal, log, ask })
    : fitted;

  const peers = new TcpNetwork({ ...identity, clock, log, tls: peerTls, versions: VERSIONS });
  const network = new IsolatableNetwork(peers, clock);
  for (const address of await listenAddresses('--listen-peer-urls', settings.listenPeerUrls))
    await bind('--listen-peer-urls', address, () => peers.listen(address));

  const member = startStoreMember({
    ...settings,
    ...{ id: identity.memberId, wal, machine, spool, start: raftStart, network, clock, log },
    snapshotFiles: new SnapshotFiles({ disk, dir: path.join(dataDir, 'member/snap'), machine, clock }),
    space: new SpaceGuard({ disk, dir: dataDir, clock, log }),
    clientUrls: settings.advertiseClientUrls,
    random: () => prng.float(),
    unixSeconds: () => Math.floor(Date.now() / 1000),
    random64: () => randomBytes(8).readBigUInt64BE(),
    newRequestId: createRequestIds(randomBytes(8).readBigUInt64BE()),
    onFatal: (error) => die(log, `stopped to protect the data: ${explain(error)}`),
    onRemoved: place.onRemoved,
  });
  log('info', 'member started', { name: settings.name, id: identity.memberId, cluster: identity.clusterId, dataDir });

  const compactor = compactBySchedule(settings.autoCompaction, { member, clock, log });
  const clientUrls = [...settings.listenClientUrls, ...settings.listenClientHttpUrls];
  const listen = await listenAddresses('--listen-client-urls', clientUrls);
  const listenMetrics = await listenAddresses('--listen-metrics-urls', settings.listenMetricsUrls);
  const portFlags = `--listen-client-urls${listenMetrics.length > 0 ? ' or --listen-metrics-urls' : ''}`;
  const front = await bind(portFlags, listen[0], () =>
    startClientFront({
      ...settings,
      ...{ member, listen, listenMetrics, clock, tls: clientTls, jwt },
      disks: { wal: walDisk.meter, backend: dataDisk.meter },
      peers: () => peers.traffic(),
      onDefect: (error, where) => defect(log, error, where),
    }),
  );
  member.ready.then(
    () => {
      log('info', READY, { clients: settings.listenClientUrls.join() });
      notifyReady(process.env, log);
    },
    (error: unknown) => defect(log, error, 'announcing this member'),
  );
  const drills = obeyParent({ network, disk, clock, log });
  return {
    stop: async () => {
      drills.heal();
      compactor.stop();
      await Promise.all([front.close(), member.close()]);
      network.close();
      wal.close();
      machine.close();
      lock.release();
    },
  };
}

/** A member that a launcher started takes drills from it; the channel is the launcher's alone. */
function obeyParent(options: Omit<DrillOptions, 'onHealed'>): Drills {
  const tell = (answer: DrillAnswer): void => {
    if (process.connected) process.send?.(answer);
  };
  const drills = new Drills({ ...options, onHealed: () => tell({ drill: 'healed' }) });
  process.on('message', (message) => tell(drills.take(message)));
  return drills;
}

/** @throws StartError when the keys cannot be read or used */
function openJwt({ jwt }: MemberSettings): JsonWebTokens | undefined {
  if (jwt === undefined) return undefined;
  const { publicKeyPath, privateKeyPath } = jwt;
  try {
    const publicKey = publicKeyPath === undefined ? undefined : readFileSync(publicKeyPath);
    const privateKey = privateKeyPath === undefined ? undefined : readFileSync(privateKeyPath);
    return new JsonWebTokens({ ...jwt, publicKey, privateKey, nowMs: () => Date.now() });
  } catch (error) {
    const isFile = error instanceof Error && 'code' in error && 'path' in error;
    if (isFile || error instanceof JwtKeyError) throw new StartError(`--auth-token: ${error.message}`);
    throw error;
  }
}

async function bind<T>(flag: string, address: ListenAddress | undefined, listen: () => Promise<T>): Promise<T> {
  try {
    return await listen();
  } catch (cause) {
    const error = cause as NodeJS.ErrnoException & { readonly port?: number; readonly address?: string };
    const where = `${error.address ?? address?.host ?? ''}:${error.port ?? address?.port ?? ''}`;
    if (error.code === 'EADDRINUSE')
      throw new StartError(`${where} is taken by another process: stop it, or choose another port in ${flag}`);
    if (error.code === 'EACCES' || error.code === 'EADDRNOTAVAIL')
      throw new StartError(`cannot listen on ${where} (${error.code}): choose an address of this machine in ${flag}`);
    throw cause;
  }
}

/** A broken invariant stops the process: going on could make it worse. Anything else is logged with its stack. */
function defect(log: Log, error: unknown, where: string): void {
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  if (isDiskTrouble(error)) die(log, `stopped to protect the data: ${explainDiskTrouble(error)}`);
  if (error instanceof AssertionError) die(log, `stopped by a broken invariant in ${where}: ${detail}`);
  else log('error', `defect in ${where}`, { detail });
}

function die(log: Log, message: string): never {
  log('error', message);
  process.exit(1);
}

function explain(error: unknown): string {
  if (isDiskTrouble(error)) return explainDiskTrouble(error);
  const isExpected = [
    DataDirError,
    BootError,
    ForeignSegmentError,
    SnapshotRefusedError,
    StartError,
    TlsFileError,
    WalCorruptError,
  ].some((kind) => error instanceof kind);
  if (isExpected && error instanceof Error) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function stopOnSignals(log: Log, running: Running, removed: Promise<void>): void {
  let isStopping = false;
  const stop = (reason: string): void => {
    if (isStopping) return;
    isStopping = true;
    log('info', 'stopping', { reason });
    setTimeout(() => die(log, `could not stop within ${STOP_MS_MAX} ms`), STOP_MS_MAX).unref();
    running.stop().then(
      () => process.exit(0),
      (error: unknown) => die(log, `could not stop cleanly: ${explain(error)}`),
    );
  };
  void removed.then(() => stop('the data-dir used by this member must be removed'));
  process.on('SIGTERM', () => stop('SIGTERM'));
  process.on('SIGINT', () => stop('SIGINT'));
  // The launcher holds an IPC channel: when it closes, nobody is left to stop this member.
  process.on('disconnect', () => stop('the launcher is gone'));
}

function help(): string {
  const flags = Object.entries(FLAG_DEFAULTS).map(([name, value]) => `  --${name}${value ? ` (${value})` : ''}`);
  const restore =
    'quorate-member restore FILE --name … --data-dir …: a data directory from a snapshot, as etcdctl snapshot restore';
  return `quorate-member: a member of the bundled store, with etcd's flags and ETCD_* environment\n${restore}\n${flags.join('\n')}\n`;
}

interface Command {
  readonly settings: MemberSettings;
  readonly isRestore: boolean;
}

/** Undefined: answered already. @throws MemberSettingsError */
function readCommand(args: readonly string[]): Command | undefined {
  const restore = readRestoreCommand(args, process.cwd());
  if (restore !== undefined) return { settings: restore, isRestore: true };
  const commandLine = readCommandLine(args, process.env, openConfigFile);
  if (commandLine.kind === 'run')
    return { settings: memberSettings(commandLine.values, process.cwd()), isRestore: false };
  const version = `etcd Version: ${SERVER_VERSION}\nNode Version: ${process.versions.node}\n`;
  process.stdout.write(commandLine.kind === 'version' ? version : help());
  return undefined;
}

async function main(): Promise<void> {
  let command: Command | undefined;
  try {
    command = readCommand(process.argv.slice(2));
    if (command === undefined) return;
  } catch (error) {
    if (!(error instanceof MemberSettingsError)) throw error;
    process.stderr.write(`quorate-member: ${error.message}\n`);
    process.exitCode = 2;
    return;
  }
  const { settings, isRestore } = command;
  const log = createLog({
    level: settings.logLevel,
    now: () => new Date(),
    write: (line) => process.stderr.write(line),
  });
  process.on('uncaughtException', (error) => die(log, `stopped by a defect: ${error.stack ?? error.message}`));
  let lock: DataDirLock | undefined;
  try {
    if (isRestore) {
      runRestoreCommand(settings, log);
      return;
    }
    lock = lockDataDir(settings.dataDir);
    const removed = Promise.withResolvers<void>();
    const running = await start(settings, { log, lock, onRemoved: removed.resolve });
    stopOnSignals(log, running, removed.promise);
  } catch (error) {
    lock?.release();
    process.stderr.write(`quorate-member: ${explain(error)}\n`);
    process.exit(error instanceof MemberSettingsError || error instanceof TlsFileError ? 2 : 1);
  }
}

await main();
