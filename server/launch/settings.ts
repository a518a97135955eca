/**
 * Settings of `npm start`, parsed once from environment, `quorate.config.json` and flags. Every bad or unknown setting is
 * one clear line naming it and the remedy; nothing is started then (exit code 2).
 */
import { existsSync } from 'node:fs';
import { isIP } from 'node:net';
import path from 'node:path';
import { parseArgs } from 'node:util';
import {
  parseEndpoints,
  parseMetricsUrls,
  parsePort,
  SettingsError,
  type StoreSettings,
  tlsOf,
} from './store-settings.ts';
import { STORES_FILE, storesFromFile } from './stores-file.ts';

export interface MemberPorts {
  readonly name: string;
  readonly client: number;
  readonly peer: number;
}

export interface Settings {
  readonly dev: boolean;
  readonly host: string;
  readonly port: number;
  /** PEM files of the console's own certificate; null: plain HTTP. */
  readonly tls: { readonly certFile: string; readonly keyFile: string } | null;
  readonly dataDir: string;
  /** Members of the bundled store to start; empty when the console manages external stores only. */
  readonly members: readonly MemberPorts[];
  /** etcd snapshot that a bundled store without data starts from; null: from nothing. */
  readonly fromSnapshot: string | null;
  readonly stores: readonly StoreSettings[];
  /** Where configuration lies in every store; undefined: where the console keeps it by default. */
  readonly configPrefix: string | undefined;
  /** host:port each, lower case: whom metric gates and webhooks of rollouts may ask. */
  /** Whoever sends it as a bearer may read /metrics of the console; null: nobody may by that. */
  readonly metricsToken: string | null;
  readonly checkHosts: readonly string[];
  /** Origins whose pages may evaluate flags. */
  readonly flagOrigins: readonly string[];
}

const DEFAULT_STORE_PORTS = '2379,2380,22379,22380,32379,32380';
const KNOWN = [
  'QUORATE_PORT',
  'QUORATE_HOST',
  'QUORATE_DATA_DIR',
  'QUORATE_ENDPOINTS',
  'QUORATE_CACERT',
  'QUORATE_CERT',
  'QUORATE_KEY',
  'QUORATE_USER',
  'QUORATE_PASSWORD',
  'QUORATE_STORE_PORTS',
  'QUORATE_READ_ONLY',
  'QUORATE_CONFIG_PREFIX',
  'QUORATE_CHECK_HOSTS',
  'QUORATE_OFREP_ORIGINS',
  'QUORATE_TLS_CERT',
  'QUORATE_TLS_KEY',
  'QUORATE_METRICS_URLS',
  'QUORATE_METRICS_TOKEN',
] as const;
type Name = (typeof KNOWN)[number];
type Environment = Readonly<Record<string, string | undefined>>;

/**
 * @param cwd folder that relative paths and quorate.config.json are looked up in.
 * @throws SettingsError
 */
export function parseSettings(args: readonly string[], env: Environment, cwd: string): Settings {
  const { dev, fromSnapshot } = parseFlags(args, cwd);
  refuseUnknown(env);
  const readOnly = parseBoolean(env, 'QUORATE_READ_ONLY');
  const stores = parseStores(env, cwd, readOnly);
  const members = stores.some(({ kind }) => kind === 'bundled') ? parseMembers(env) : [];
  if (members.length === 0 && fromSnapshot !== null) {
    throw new SettingsError('--from-snapshot fills the bundled store, which is not started: external stores are set');
  }
  return {
    dev,
    host: parseHost(env),
    port: parsePort('QUORATE_PORT', env.QUORATE_PORT ?? '8379'),
    tls: parseTls(env),
    dataDir: path.resolve(cwd, env.QUORATE_DATA_DIR ?? '.quorate'),
    members,
    fromSnapshot,
    stores,
    configPrefix: parseConfigPrefix(env),
    checkHosts: parseCheckHosts(env),
    metricsToken: parseMetricsToken(env),
    flagOrigins: parseOrigins(env),
  };
}

function parseFlags(args: readonly string[], cwd: string): { dev: boolean; fromSnapshot: string | null } {
  let values: { dev?: boolean; 'from-snapshot'?: string };
  try {
    ({ values } = parseArgs({
      args: [...args],
      options: { dev: { type: 'boolean' }, 'from-snapshot': { type: 'string' } },
    }));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.split('. ')[0] : String(cause);
    throw new SettingsError(
      `${reason}; known: --dev, --from-snapshot FILE (settings are QUORATE_… environment variables)`,
    );
  }
  const file = values['from-snapshot'];
  const fromSnapshot = file === undefined ? null : path.resolve(cwd, file);
  if (fromSnapshot !== null && !existsSync(fromSnapshot)) {
    throw new SettingsError(`--from-snapshot ${fromSnapshot} does not exist`);
  }
  return { dev: values.dev ?? false, fromSnapshot };
}

function refuseUnknown(env: Environment): void {
  for (const name of Object.keys(env)) {
    if (name.startsWith('QUORATE_') && !(KNOWN as readonly string[]).includes(name)) {
      throw new SettingsError(`unknown setting ${name}; known: ${KNOWN.join(', ')}`);
    }
  }
}

function parseBoolean(env: Environment, name: Name): boolean {
  const text = env[name] ?? 'false';
  if (text === 'true' || text === '1') return true;
  if (text === 'false' || text === '0' || text === '') return false;
  throw new SettingsError(`${name} must be true or false, got "${text}"`);
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

/** A name or address to listen on; beyond loopback the stores must demand users (main.ts asks them). */
function parseHost(env: Environment): string {
  const host = env.QUORATE_HOST ?? '127.0.0.1';
  if (!/^[A-Za-z0-9._:-]+$/.test(host))
    throw new SettingsError(`QUORATE_HOST must be a host name or address, got "${host}"`);
  return host;
}

function parseTls(env: Environment): Settings['tls'] {
  const { QUORATE_TLS_CERT: certFile, QUORATE_TLS_KEY: keyFile } = env;
  if (certFile === undefined && keyFile === undefined) return null;
  if (certFile === undefined || keyFile === undefined) {
    throw new SettingsError('QUORATE_TLS_CERT and QUORATE_TLS_KEY belong together: set both or neither');
  }
  for (const [name, file] of [
    ['QUORATE_TLS_CERT', certFile],
    ['QUORATE_TLS_KEY', keyFile],
  ]) {
    if (!existsSync(file ?? '')) throw new SettingsError(`${name} ${file} does not exist`);
  }
  return { certFile, keyFile };
}

function parseMembers(env: Environment): MemberPorts[] {
  const text = env.QUORATE_STORE_PORTS ?? DEFAULT_STORE_PORTS;
  const ports = text.split(',').map((part) => parsePort('QUORATE_STORE_PORTS', part.trim()));
  if (ports.length % 2 !== 0) {
    throw new SettingsError(
      `QUORATE_STORE_PORTS must list pairs "client,peer,client,peer,…", got ${ports.length} ports`,
    );
  }
  if (new Set(ports).size !== ports.length) throw new SettingsError('QUORATE_STORE_PORTS names a port twice');
  const members: MemberPorts[] = [];
  for (let i = 0; i < ports.length; i += 2) {
    members.push({ name: `m${i / 2 + 1}`, client: ports[i] as number, peer: ports[i + 1] as number });
  }
  if (members.length > 7) throw new SettingsError(`QUORATE_STORE_PORTS asks for ${members.length} members; at most 7`);
  return members;
}

function parseConfigPrefix(env: Environment): string | undefined {
  const prefix = env.QUORATE_CONFIG_PREFIX;
  if (prefix === undefined || prefix === '') return undefined;
  if (prefix.endsWith('/') && prefix !== '/') return prefix;
  throw new SettingsError(`QUORATE_CONFIG_PREFIX must be a folder of keys that ends with a slash, got "${prefix}"`);
}

function parseCheckHosts({ QUORATE_CHECK_HOSTS: text = '' }: Environment): readonly string[] {
  if (text === '') return [];
  return text.split(',').map((part) => {
    const host = part.trim().toLowerCase();
    const match = /^(?:\[[0-9a-f:]+\]|[a-z0-9._-]+):(\d{1,5})$/.exec(host);
    if (match === null) throw new SettingsError(`QUORATE_CHECK_HOSTS: "${host}" is not host:port`);
    parsePort('QUORATE_CHECK_HOSTS:', match[1] ?? '');
    return host;
  });
}

const METRICS_TOKEN_MIN = 16;

function parseMetricsToken(env: Environment): string | null {
  const token = env.QUORATE_METRICS_TOKEN;
  if (token === undefined || token === '') return null;
  if (token.length >= METRICS_TOKEN_MIN && /^[\x21-\x7e]+$/.test(token)) return token;
  throw new SettingsError(
    `QUORATE_METRICS_TOKEN must be ${METRICS_TOKEN_MIN} or more printable characters without spaces`,
  );
}

const EXTERNAL_ONLY = ['QUORATE_CACERT', 'QUORATE_CERT', 'QUORATE_KEY', 'QUORATE_METRICS_URLS'] as const;

/** Named one by one: a wildcard would let every page on the web ask. */
function parseOrigins(env: Environment): string[] {
  const text = env.QUORATE_OFREP_ORIGINS ?? '';
  return text === '' ? [] : text.split(',').map((part) => parseOrigin(part.trim()));
}

function parseOrigin(text: string): string {
  const isOrigin = /^https?:\/\//.test(text) && URL.canParse(text) && new URL(text).origin === text;
  if (isOrigin) return text;
  throw new SettingsError(
    `QUORATE_OFREP_ORIGINS lists origins as browsers write them (https://shop.example), got "${text}"`,
  );
}

function parseStores(env: Environment, cwd: string, readOnly: boolean): StoreSettings[] {
  if (env.QUORATE_ENDPOINTS !== undefined && env.QUORATE_ENDPOINTS !== '') return [storeFromEnvironment(env, readOnly)];
  for (const name of EXTERNAL_ONLY) {
    if (env[name] !== undefined)
      throw new SettingsError(`${name} is set but QUORATE_ENDPOINTS is not: it applies to external stores`);
  }
  const bundledEndpoints = () => parseMembers(env).map(({ client }) => `127.0.0.1:${client}`);
  const file = path.join(cwd, STORES_FILE);
  if (existsSync(file)) {
    for (const name of ['QUORATE_USER', 'QUORATE_PASSWORD'] as const) {
      if (env[name] !== undefined)
        throw new SettingsError(`${name} is set, but ${STORES_FILE} names the stores: give each its user there`);
    }
    return storesFromFile(file, { cwd, readOnly, bundledEndpoints });
  }
  const endpoints = bundledEndpoints();
  const own = { id: 'local', label: 'local', colour: null, kind: 'bundled', tls: null } as const;
  return [{ ...own, auth: accountFromEnvironment(env), endpoints, readOnly, metricsUrls: {} }];
}

function accountFromEnvironment({
  QUORATE_USER: user,
  QUORATE_PASSWORD: password,
}: Environment): StoreSettings['auth'] {
  if (user === undefined && password === undefined) return null;
  if (user === undefined || password === undefined) {
    throw new SettingsError('QUORATE_USER and QUORATE_PASSWORD belong together: set both or neither');
  }
  return { user, password };
}

const FILE_SETTINGS = { caFile: 'QUORATE_CACERT', certFile: 'QUORATE_CERT', keyFile: 'QUORATE_KEY' } as const;

function storeFromEnvironment(env: Environment, readOnly: boolean): StoreSettings {
  const parsed = parseEndpoints((env.QUORATE_ENDPOINTS ?? '').split(','), () => 'QUORATE_ENDPOINTS');
  const files = {
    ...(env.QUORATE_CACERT === undefined ? {} : { caFile: env.QUORATE_CACERT }),
    ...(env.QUORATE_CERT === undefined ? {} : { certFile: env.QUORATE_CERT }),
    ...(env.QUORATE_KEY === undefined ? {} : { keyFile: env.QUORATE_KEY }),
  };
  return {
    id: 'etcd',
    label: 'etcd',
    colour: null,
    kind: 'external',
    endpoints: parsed.endpoints,
    tls: tlsOf(files, parsed.isSecure, (file) => FILE_SETTINGS[file]),
    auth: accountFromEnvironment(env),
    readOnly,
    metricsUrls:
      env.QUORATE_METRICS_URLS === undefined
        ? {}
        : parseMetricsUrls(env.QUORATE_METRICS_URLS.split(','), parsed.endpoints, 'QUORATE_METRICS_URLS'),
  };
}
