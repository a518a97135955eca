/** The settings of one member, checked against each other. Pure. */
import path from 'node:path';
import { parseDurationMs } from '../../../lib/base/duration.ts';
import type { AutoCompaction } from '../member/auto-compaction.ts';
import type { TlsSettings } from '../tls/settings.ts';
import { type JwtSettings, parseAuthToken } from './auth-token.ts';
import { FLAG_DEFAULTS, type FlagName, type FlagValues, isSet, MemberSettingsError } from './flag-table.ts';
import { duration, type PortSettings, portSettings, wholeNumber } from './port-flags.ts';
import { clientTls, peerTls } from './tls-flags.ts';
import { parseUrls } from './urls.ts';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

export interface InitialMember {
  readonly name: string;
  readonly peerUrls: readonly string[];
}

export interface SnapshotSettings {
  readonly path: string;
  readonly skipHashCheck: boolean;
  readonly dropAuth: boolean;
}

export interface MemberSettings extends PortSettings {
  readonly name: string;
  readonly dataDir: string;
  readonly walDir: string;
  readonly listenClientUrls: readonly string[];
  readonly listenPeerUrls: readonly string[];
  readonly advertiseClientUrls: readonly string[];
  readonly advertisePeerUrls: readonly string[];
  /** Counts for a member without data only, as do the three behind it. */
  readonly initialCluster: readonly InitialMember[];
  readonly initialClusterState: 'new' | 'existing';
  readonly initialClusterToken: string;
  /** Go on alone with what is here: the majority is lost. */
  readonly forceNewCluster: boolean;
  /** What a member without data starts from. */
  readonly fromSnapshot: SnapshotSettings | undefined;
  readonly heartbeatMs: number;
  readonly electionTimeoutMs: number;
  readonly snapshotCount: number;
  readonly quotaBytes: number;
  readonly txnOpsMax: number;
  readonly requestBytesMax: number;
  /** Refuse membership changes that could cost the quorum. */
  readonly strictReconfigCheck: boolean;
  readonly autoCompaction: AutoCompaction;
  readonly progressNotifyIntervalMs: number;
  /** A request that takes longer to apply is slow. */
  readonly slowApplyMs: number;
  readonly logLevel: LogLevel;
  /** Undefined: no https:// URL is listened on. */
  readonly clientTls: TlsSettings | undefined;
  /** A verified client certificate stands for the user it names. Not by --trusted-ca-file alone, as in etcd. */
  readonly clientCertAuth: boolean;
  /** Also for dialling: undefined only when no peer flag asks for anything. */
  readonly peerTls: TlsSettings | undefined;
  /** Settings that were given and have no effect, a sentence each. */
  readonly warnings: readonly string[];
  /** `--auth-token jwt,…`; undefined: simple tokens. */
  readonly jwt: JwtSettings | undefined;
  /** `--auth-token-ttl`: how long a simple token lives after its last use. */
  readonly tokenTtlMs: number;
  readonly bcryptCost: number;
  /** `--experimental-front`: who speaks HTTP/2 on the client port, our own framing or node:http2. */
  readonly framing: 'own' | 'node';
}

const AUTH_TOKEN_TTL_SECONDS_MAX = 10 * 365 * 24 * 3600;
const ELECTION_TIMEOUT_MS_MAX = 50_000;
const HOUR_MS = 3_600_000;
const RETENTION_MS_MIN = 1000;
/** etcd's least; the most is, with its jitter, below what a timer can wait. */
const PROGRESS_INTERVAL = { minMs: 100, maxMs: 500 * HOUR_MS, words: 'from 100ms to 500h: give a duration like 10m' };
const SLOW_APPLY = { minMs: 1, maxMs: HOUR_MS, words: 'from 1ms to 1h: give a duration like 100ms' };
const RETENTION_MS_MAX = 10 * 365 * 24 * HOUR_MS;
const LOG_LEVELS: Readonly<Record<string, LogLevel>> = {
  debug: 'debug',
  info: 'info',
  warn: 'warn',
  error: 'error',
  panic: 'error',
  fatal: 'error',
};

/** @param cwd what relative directories are relative to. @throws MemberSettingsError */
export function memberSettings(values: FlagValues, cwd: string): MemberSettings {
  const text = (flag: FlagName): string => values.get(flag) ?? FLAG_DEFAULTS[flag] ?? '';
  const whole = (flag: FlagName, range: { readonly min: number; readonly max: number }): number =>
    wholeNumber(flag, values, range);
  const urls = (flag: FlagName) => parseUrls(`--${flag}`, text(flag));

  const name = text('name');
  const dataDir = path.resolve(cwd, values.get('data-dir') ?? `${name}.etcd`);
  const advertisePeerUrls = urls('initial-advertise-peer-urls');
  const initialCluster = parseCluster(
    values.get('initial-cluster') ?? advertisePeerUrls.map((url) => `${name}=${url}`).join(','),
  );
  const heartbeatMs = whole('heartbeat-interval', { min: 1, max: ELECTION_TIMEOUT_MS_MAX });
  const electionTimeoutMs = whole('election-timeout', { min: 1, max: ELECTION_TIMEOUT_MS_MAX });
  if (electionTimeoutMs < 5 * heartbeatMs)
    throw new MemberSettingsError(
      `--election-timeout (${electionTimeoutMs} ms) must be at least five times --heartbeat-interval (${heartbeatMs} ms)`,
    );
  const most = Number.MAX_SAFE_INTEGER;
  const listenClientUrls = urls('listen-client-urls');
  const listenPeerUrls = urls('listen-peer-urls');
  const port = portSettings(values);
  const warnings: string[] = [];
  const tlsInput = { values, cwd, dataDir, warn: (sentence: string) => void warnings.push(sentence) };
  return {
    name,
    dataDir,
    walDir: values.get('wal-dir') === undefined ? path.join(dataDir, 'member/wal') : path.resolve(cwd, text('wal-dir')),
    listenClientUrls,
    listenPeerUrls,
    advertiseClientUrls: urls('advertise-client-urls'),
    advertisePeerUrls,
    initialCluster,
    initialClusterState: clusterState(text('initial-cluster-state')),
    initialClusterToken: text('initial-cluster-token'),
    forceNewCluster: isSet(values, 'force-new-cluster'),
    fromSnapshot: snapshotSettings(values, cwd),
    heartbeatMs,
    electionTimeoutMs,
    snapshotCount: whole('snapshot-count', { min: 1, max: most }),
    quotaBytes: whole('quota-backend-bytes', { min: -most, max: most }),
    txnOpsMax: whole('max-txn-ops', { min: 1, max: 1_000_000 }),
    requestBytesMax: whole('max-request-bytes', { min: 1, max: 100 * 1024 * 1024 }),
    strictReconfigCheck: isSet(values, 'strict-reconfig-check'),
    progressNotifyIntervalMs: duration('watch-progress-notify-interval', values, PROGRESS_INTERVAL),
    slowApplyMs: duration('warning-apply-duration', values, SLOW_APPLY),
    ...port,
    autoCompaction: autoCompaction(text('auto-compaction-mode'), text('auto-compaction-retention')),
    logLevel: logLevel(text('log-level')),
    clientTls: clientTls({
      ...tlsInput,
      urls: [...listenClientUrls, ...port.listenClientHttpUrls, ...port.listenMetricsUrls],
    }),
    clientCertAuth: isSet(values, 'client-cert-auth'),
    peerTls: peerTls({ ...tlsInput, urls: listenPeerUrls }),
    warnings,
    jwt: parseAuthToken(text('auth-token'), cwd),
    tokenTtlMs: 1000 * whole('auth-token-ttl', { min: 1, max: AUTH_TOKEN_TTL_SECONDS_MAX }),
    bcryptCost: whole('bcrypt-cost', { min: 4, max: 31 }),
    framing: framing(text('experimental-front')),
  };
}

function parseCluster(text: string): InitialMember[] {
  const byName = new Map<string, string[]>();
  for (const part of text.split(',')) {
    const at = part.indexOf('=');
    const name = part.slice(0, Math.max(0, at)).trim();
    if (name === '') throw new MemberSettingsError(`--initial-cluster: "${part}" is not name=http://host:port`);
    const [url = ''] = parseUrls('--initial-cluster', part.slice(at + 1));
    byName.set(name, [...(byName.get(name) ?? []), url]);
  }
  const all = [...byName.values()].flat();
  const twice = all.find((url, i) => all.indexOf(url) !== i);
  if (twice !== undefined)
    throw new MemberSettingsError(
      `--initial-cluster: ${twice} is given twice: each member needs a peer URL of its own`,
    );
  return [...byName].map(([name, peerUrls]) => ({ name, peerUrls }));
}

/** What only a member without data needs: its own place in --initial-cluster. @throws MemberSettingsError */
export function checkFirstStart({ name, advertisePeerUrls: advertised, initialCluster }: MemberSettings): void {
  const self = initialCluster.find((member) => member.name === name);
  if (self === undefined)
    throw new MemberSettingsError(`--initial-cluster does not name this member: add ${name}=${advertised[0] ?? ''}`);
  if ([...self.peerUrls].sort().join() !== [...advertised].sort().join())
    throw new MemberSettingsError(
      `--initial-cluster says ${name}=${self.peerUrls.join()}, --initial-advertise-peer-urls says ` +
        `${advertised.join()}: they must be the same`,
    );
}

function snapshotSettings(values: FlagValues, cwd: string): SnapshotSettings | undefined {
  const options = { skipHashCheck: isSet(values, 'skip-hash-check'), dropAuth: isSet(values, 'drop-auth') };
  const file = values.get('from-snapshot');
  return file === undefined ? undefined : { path: path.resolve(cwd, file), ...options };
}

function autoCompaction(mode: string, retention: string): AutoCompaction {
  const isWhole = /^\d+$/.test(retention);
  if (mode !== 'periodic' && mode !== 'revision')
    throw new MemberSettingsError(`--auto-compaction-mode: "${mode}" is neither "periodic" nor "revision"`);
  if (isWhole && Number(retention) === 0) return { mode: 'off' };
  if (mode === 'revision') {
    if (!isWhole || !Number.isSafeInteger(Number(retention)))
      throw new MemberSettingsError(`--auto-compaction-retention: "${retention}" is not a number of revisions`);
    return { mode, revisions: Number(retention) };
  }
  // A bare number is hours.
  const retentionMs = isWhole ? Number(retention) * HOUR_MS : (parseDurationMs(retention) ?? 0);
  if (retentionMs < RETENTION_MS_MIN || retentionMs > RETENTION_MS_MAX)
    throw new MemberSettingsError(
      `--auto-compaction-retention: "${retention}" is not a time from 1s to 10 years: give a duration like 30m, or hours like 8`,
    );
  return { mode, retentionMs };
}

function clusterState(text: string): 'new' | 'existing' {
  if (text === 'new' || text === 'existing') return text;
  throw new MemberSettingsError(`--initial-cluster-state: "${text}" is neither "new" nor "existing"`);
}

function logLevel(text: string): LogLevel {
  const level = LOG_LEVELS[text];
  if (level === undefined)
    throw new MemberSettingsError(`--log-level: "${text}" is not one of ${Object.keys(LOG_LEVELS).join(', ')}`);
  return level;
}

function framing(text: string): 'own' | 'node' {
  if (text === 'own' || text === 'node') return text;
  throw new MemberSettingsError(`--experimental-front: "${text}" is neither "own" nor "node"`);
}
