/**
 * The command line of etcd as we read it: `--x y`, `--x=y`, `-x y`, bare booleans, and ETCD_X in the environment, which a
 * flag overrides. Pure.
 */

/** A setting the operator must correct. `message` is the one line to print. */
export class MemberSettingsError extends Error {
  override readonly name = 'MemberSettingsError';
}

/** Flags with a meaning here, with etcd's defaults. `undefined`: derived from others (member-settings.ts). */
export const FLAG_DEFAULTS = {
  name: 'default',
  'data-dir': undefined,
  'wal-dir': undefined,
  'listen-client-urls': 'http://localhost:2379',
  'listen-peer-urls': 'http://localhost:2380',
  'advertise-client-urls': 'http://localhost:2379',
  'initial-advertise-peer-urls': 'http://localhost:2380',
  'initial-cluster': undefined,
  'initial-cluster-state': 'new',
  'initial-cluster-token': 'etcd-cluster',
  'force-new-cluster': 'false',
  // Not etcd's: there "etcdutl snapshot restore" does this beforehand.
  'from-snapshot': undefined,
  'skip-hash-check': 'false',
  'drop-auth': 'false',
  'heartbeat-interval': '100',
  'election-timeout': '1000',
  'snapshot-count': '10000',
  'quota-backend-bytes': '0',
  'max-txn-ops': '128',
  'max-request-bytes': '1572864',
  'strict-reconfig-check': 'true',
  'watch-progress-notify-interval': '10m',
  'auto-compaction-mode': 'periodic',
  'auto-compaction-retention': '0',
  'log-level': 'info',
  metrics: 'basic',
  'listen-metrics-urls': '',
  'listen-client-http-urls': '',
  'max-concurrent-streams': '4294967295',
  // etcd cuts off clients that ping more often than every 5s; we do so only when told to.
  'grpc-keepalive-min-time': '0',
  'grpc-keepalive-interval': '2h',
  'grpc-keepalive-timeout': '20s',
  'warning-apply-duration': '100ms',
  'auth-token': 'simple',
  'auth-token-ttl': '300',
  'bcrypt-cost': '10',
  'cert-file': undefined,
  'key-file': undefined,
  'client-cert-auth': 'false',
  'trusted-ca-file': undefined,
  'client-crl-file': undefined,
  'client-cert-allowed-hostname': undefined,
  'auto-tls': 'false',
  'peer-cert-file': undefined,
  'peer-key-file': undefined,
  'peer-client-cert-file': undefined,
  'peer-client-key-file': undefined,
  'peer-client-cert-auth': 'false',
  'peer-trusted-ca-file': undefined,
  'peer-crl-file': undefined,
  'peer-cert-allowed-cn': undefined,
  'peer-cert-allowed-hostname': undefined,
  'peer-auto-tls': 'false',
  'peer-skip-client-san-verification': 'false',
  'self-signed-cert-validity': '1',
  'cipher-suites': undefined,
  'tls-min-version': 'TLS1.2',
  'tls-max-version': undefined,
  'experimental-front': 'own',
} as const satisfies Readonly<Record<string, string | undefined>>;
export type FlagName = keyof typeof FLAG_DEFAULTS;

/** Switches of etcd that change nothing a client could see here: accepted so that existing unit files work. */
const IGNORED: ReadonlySet<string> = new Set([
  ...['logger', 'log-outputs', 'log-format', 'enable-log-rotation', 'log-rotation-config-json', 'enable-grpc-gateway'],
  ...['enable-pprof', 'max-snapshots', 'max-wals', 'pre-vote'],
  ...[
    'enable-v2',
    'proxy',
    'proxy-failure-wait',
    'proxy-refresh-interval',
    'proxy-dial-timeout',
    'proxy-write-timeout',
  ],
  ...['proxy-read-timeout', 'initial-election-tick-advance', 'backend-batch-limit', 'backend-batch-interval', 'cors'],
  ...['host-whitelist', 'socket-reuse-port', 'socket-reuse-address'],
  ...['unsafe-no-fsync', 'raft-read-timeout'],
  ...['raft-write-timeout', 'compaction-batch-limit', 'feature-gates'],
  ...['snapshot-catchup-entries', 'corrupt-check-time', 'compact-hash-check-enabled'],
  ...['backend-bbolt-freelist-type', 'bootstrap-defrag-threshold-megabytes', 'memory-mlock', 'v2-deprecation'],
  ...['compact-hash-check-time', 'compaction-sleep-interval', 'downgrade-check-time'],
  ...['warning-unary-request-duration', 'debug', 'log-package-levels'],
  // Without --discovery and --enable-distributed-tracing these say nothing.
  ...['discovery-fallback', 'discovery-proxy', 'discovery-srv-name', 'discovery-dial-timeout'],
  ...['discovery-request-timeout', 'discovery-keepalive-time', 'discovery-keepalive-timeout', 'discovery-cacert'],
  ...['discovery-insecure-transport', 'discovery-insecure-skip-tls-verify', 'discovery-cert', 'discovery-key'],
  ...['discovery-user', 'discovery-password', 'distributed-tracing-address', 'distributed-tracing-service-name'],
  ...['distributed-tracing-instance-id', 'distributed-tracing-sampling-rate'],
  // What etcd's gateway shows when it dials its own member; ours calls it directly.
  ...['client-cert-file', 'client-key-file'],
]);
const IGNORED_PREFIXES = ['experimental-'];

/** Flags whose silent disregard would be a lie (security, retention), with the only values that ask for nothing. */
const UNSUPPORTED: Readonly<Record<string, readonly string[]>> = {
  'max-learners': ['1', ''],
  discovery: [''],
  'discovery-srv': [''],
  'discovery-token': [''],
  'discovery-endpoints': [''],
  'enable-distributed-tracing': ['false'],
  'set-member-localaddr': ['false'],
};
const BOOLEANS: ReadonlySet<string> = new Set([
  ...['client-cert-auth', 'auto-tls', 'peer-client-cert-auth', 'peer-auto-tls', 'peer-skip-client-san-verification'],
  ...['force-new-cluster', 'version', 'help'],
  ...['enable-log-rotation', 'enable-grpc-gateway', 'enable-pprof', 'strict-reconfig-check', 'pre-vote', 'enable-v2'],
  ...['initial-election-tick-advance', 'socket-reuse-port', 'socket-reuse-address', 'unsafe-no-fsync'],
  ...['compact-hash-check-enabled', 'skip-hash-check', 'drop-auth', 'memory-mlock', 'debug'],
  ...['discovery-insecure-transport', 'discovery-insecure-skip-tls-verify'],
  ...['enable-distributed-tracing', 'set-member-localaddr'],
]);

export type FlagValues = ReadonlyMap<FlagName, string>;

/** A switch. @throws MemberSettingsError */
export function isSet(values: FlagValues, flag: FlagName): boolean {
  const value = values.get(flag) ?? FLAG_DEFAULTS[flag] ?? 'false';
  if (value !== 'true' && value !== 'false')
    throw new MemberSettingsError(`--${flag}: "${value}" is neither "true" nor "false"`);
  return value === 'true';
}

export type CommandLine =
  | { readonly kind: 'version' }
  | { readonly kind: 'help' }
  | { readonly kind: 'run'; readonly values: FlagValues };

/** Names that etcd has changed: both mean the same. */
const RENAMED: Readonly<Record<string, FlagName>> = {
  'experimental-peer-skip-client-san-verification': 'peer-skip-client-san-verification',
  'experimental-warning-apply-duration': 'warning-apply-duration',
  'experimental-watch-progress-notify-interval': 'watch-progress-notify-interval',
};

const isKnown = (name: string): name is FlagName => name in FLAG_DEFAULTS;
const isIgnored = (name: string): boolean =>
  IGNORED.has(name) || IGNORED_PREFIXES.some((prefix) => name.startsWith(prefix));

/** The file that holds all other settings: flags and environment beside it do not count, as in etcd. */
const CONFIG_FILE = 'config-file';

/**
 * @param readFile the flags in a configuration file; throws MemberSettingsError
 * @throws MemberSettingsError
 */
export function readCommandLine(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
  readFile: (path: string) => ReadonlyMap<string, string>,
): CommandLine {
  const line = readFlags(args, environment);
  if (line.kind !== 'run' || line.configFile === undefined) return line;
  const values = new Map<FlagName, string>();
  for (const [name, value] of readFile(line.configFile))
    take(values, { name, value, shown: `"${name}" in ${line.configFile}` });
  return { kind: 'run', values };
}

type Flags = Exclude<CommandLine, { kind: 'run' }> | (CommandLine & { kind: 'run'; configFile: string | undefined });

function readFlags(args: readonly string[], environment: Readonly<Record<string, string | undefined>>): Flags {
  const values = new Map<FlagName, string>();
  let configFile = environment.ETCD_CONFIG_FILE === '' ? undefined : environment.ETCD_CONFIG_FILE;
  for (const [variable, value] of Object.entries(environment)) {
    if (!variable.startsWith('ETCD_') || value === undefined || value === '') continue;
    if (variable === 'ETCD_CONFIG_FILE') continue;
    take(values, { name: variable.slice(5).toLowerCase().replaceAll('_', '-'), value, shown: variable });
  }
  for (let at = 0; at < args.length; ) {
    const { name, value, used } = readFlag(args, at);
    if (name === 'version' || name === 'help' || name === 'h') return { kind: name === 'version' ? 'version' : 'help' };
    if (name === CONFIG_FILE) configFile = value === '' ? undefined : value;
    else take(values, { name, value, shown: `--${name}` });
    at += used;
  }
  return { kind: 'run', values, configFile };
}

function readFlag(args: readonly string[], at: number): { name: string; value: string; used: number } {
  const argument = args[at] ?? '';
  const match = /^--?([a-z0-9][a-z0-9-]*)(?:=(.*))?$/s.exec(argument);
  if (match === null)
    throw new MemberSettingsError(`"${argument}" is not a flag: flags are --name value or --name=value`);
  const name = match[1] ?? '';
  if (match[2] !== undefined) return { name, value: match[2], used: 1 };
  const next = args[at + 1];
  // Experimental flags may be switches or take a value: what follows tells.
  const takesNone =
    BOOLEANS.has(name) || (name.startsWith('experimental-') && (next === undefined || next.startsWith('-')));
  if (takesNone) return { name, value: 'true', used: 1 };
  if (name === 'h') return { name, value: '', used: 1 };
  if (next === undefined) throw new MemberSettingsError(`flag --${name} needs a value`);
  return { name, value: next, used: 2 };
}

function take(values: Map<FlagName, string>, flag: { name: string; value: string; shown: string }): void {
  const { value, shown } = flag;
  const name = RENAMED[flag.name] ?? flag.name;
  if (isKnown(name)) {
    values.set(name, value);
    return;
  }
  if (isIgnored(name)) return;
  const harmless = UNSUPPORTED[name];
  if (harmless?.includes(value) === true) return;
  if (harmless !== undefined)
    throw new MemberSettingsError(`${shown} is not supported by this store: leave it out (it was "${value}")`);
  throw new MemberSettingsError(`unknown setting ${shown}: see quorate-member --help for those that exist`);
}
