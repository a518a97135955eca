/** What the TLS flags of one side mean together, with etcd's rules. Pure: files are looked at when the member starts. */
import path from 'node:path';
import type { TlsSettings, TlsVersion } from '../tls/settings.ts';
import { FLAG_DEFAULTS, type FlagName, type FlagValues, isSet, MemberSettingsError } from './flag-table.ts';

interface TlsInput {
  readonly values: FlagValues;
  readonly cwd: string;
  readonly dataDir: string;
  /** What this side listens on. */
  readonly urls: readonly string[];
  readonly warn: (sentence: string) => void;
}

/** The flags of one side by what they mean. */
interface SideFlags {
  readonly prefix: TlsSettings['prefix'];
  readonly listen: FlagName;
  readonly cert: FlagName;
  readonly key: FlagName;
  readonly certAuth: FlagName;
  readonly trustedCa: FlagName;
  readonly crl: FlagName;
  readonly auto: FlagName;
  /** Below the data directory, where etcd keeps them too. */
  readonly autoDir: string;
}

const CLIENT: SideFlags = {
  prefix: '',
  listen: 'listen-client-urls',
  cert: 'cert-file',
  key: 'key-file',
  certAuth: 'client-cert-auth',
  trustedCa: 'trusted-ca-file',
  crl: 'client-crl-file',
  auto: 'auto-tls',
  autoDir: 'fixtures/client',
};
const PEER: SideFlags = {
  prefix: 'peer-',
  listen: 'listen-peer-urls',
  cert: 'peer-cert-file',
  key: 'peer-key-file',
  certAuth: 'peer-client-cert-auth',
  trustedCa: 'peer-trusted-ca-file',
  crl: 'peer-crl-file',
  auto: 'peer-auto-tls',
  autoDir: 'fixtures/peer',
};

const SELF_SIGNED_YEARS_MAX = 100;
const VERSIONS: Readonly<Record<string, TlsVersion>> = { 'TLS1.2': 'TLSv1.2', 'TLS1.3': 'TLSv1.3' };
/** Go's names of TLS 1.2 suites, which etcd takes, and OpenSSL's. Those of TLS 1.3 cannot be chosen in either. */
const CIPHER_SUITES: Readonly<Record<string, string>> = {
  TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256: 'ECDHE-ECDSA-AES128-GCM-SHA256',
  TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384: 'ECDHE-ECDSA-AES256-GCM-SHA384',
  TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305: 'ECDHE-ECDSA-CHACHA20-POLY1305',
  TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256: 'ECDHE-ECDSA-CHACHA20-POLY1305',
  TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA: 'ECDHE-ECDSA-AES128-SHA',
  TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA: 'ECDHE-ECDSA-AES256-SHA',
  TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256: 'ECDHE-RSA-AES128-GCM-SHA256',
  TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384: 'ECDHE-RSA-AES256-GCM-SHA384',
  TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305: 'ECDHE-RSA-CHACHA20-POLY1305',
  TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256: 'ECDHE-RSA-CHACHA20-POLY1305',
  TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA: 'ECDHE-RSA-AES128-SHA',
  TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA: 'ECDHE-RSA-AES256-SHA',
  TLS_RSA_WITH_AES_128_GCM_SHA256: 'AES128-GCM-SHA256',
  TLS_RSA_WITH_AES_256_GCM_SHA384: 'AES256-GCM-SHA384',
};

/** @throws MemberSettingsError */
export function clientTls(input: TlsInput): TlsSettings | undefined {
  const base = sideOf(CLIENT, input);
  if (base === undefined) return undefined;
  return { ...base, allowedHostnames: listOf(input.values, 'client-cert-allowed-hostname') };
}

/** @throws MemberSettingsError */
export function peerTls(input: TlsInput): TlsSettings | undefined {
  const { values, cwd } = input;
  const base = sideOf(PEER, input);
  if (base === undefined) return undefined;
  const own = { cert: fileOf(values, cwd, 'peer-client-cert-file'), key: fileOf(values, cwd, 'peer-client-key-file') };
  if ((own.cert === undefined) !== (own.key === undefined))
    throw new MemberSettingsError(
      '--peer-client-cert-file and --peer-client-key-file belong together: give both or neither',
    );
  const allowedCommonNames = listOf(values, 'peer-cert-allowed-cn');
  const allowedHostnames = listOf(values, 'peer-cert-allowed-hostname');
  if (allowedCommonNames.length > 0 && allowedHostnames.length > 0)
    throw new MemberSettingsError(
      '--peer-cert-allowed-cn and --peer-cert-allowed-hostname exclude each other: give one',
    );
  return {
    ...base,
    ...{ allowedCommonNames, allowedHostnames, clientCertFile: own.cert, clientKeyFile: own.key },
    checksOrigin: base.requiresClientCert && !isSet(values, 'peer-skip-client-san-verification'),
  };
}

function sideOf(side: SideFlags, { values, cwd, dataDir, urls, warn }: TlsInput): TlsSettings | undefined {
  const file = (flag: FlagName) => fileOf(values, cwd, flag);
  const [certFile, keyFile, trustedCaFile] = [file(side.cert), file(side.key), file(side.trustedCa)];
  if ((certFile === undefined) !== (keyFile === undefined))
    throw new MemberSettingsError(`--${side.cert} and --${side.key} belong together: give both or neither`);
  const isAuto = isSet(values, side.auto);
  const secure = urls.filter((url) => url.startsWith('https://'));
  const plain = urls.filter((url) => url.startsWith('http://'));
  const requiresClientCert = isSet(values, side.certAuth) || trustedCaFile !== undefined;
  if (secure.length > 0 && certFile === undefined && !isAuto)
    throw new MemberSettingsError(
      `--${side.listen}: ${secure[0]} needs a certificate: give --${side.cert} and --${side.key}, or --${side.auto}`,
    );
  if (certFile !== undefined && secure.length === 0)
    warn(`--${side.cert} has no effect on listening: no URL in --${side.listen} is https://`);
  if (certFile !== undefined && isAuto) warn(`--${side.auto} has no effect beside --${side.cert}`);
  if (requiresClientCert && plain.length > 0)
    warn(`certificates are not asked for on ${plain.join()}: it is not https://`);
  const pair = { certFile, keyFile };
  if (certFile === undefined && isAuto) {
    pair.certFile = path.join(dataDir, side.autoDir, 'cert.pem');
    pair.keyFile = path.join(dataDir, side.autoDir, 'key.pem');
  }
  if (pair.certFile === undefined || pair.keyFile === undefined) return undefined;
  return {
    prefix: side.prefix,
    ...{ certFile: pair.certFile, keyFile: pair.keyFile, clientCertFile: undefined, clientKeyFile: undefined },
    ...{ trustedCaFile, requiresClientCert, crlFile: file(side.crl) },
    ...{ allowedCommonNames: [], allowedHostnames: [], checksOrigin: false },
    selfSigned: certFile === undefined ? { hosts: hostsOf(secure), years: years(values) } : undefined,
    minVersion: version(values, 'tls-min-version') ?? 'TLSv1.2',
    maxVersion: version(values, 'tls-max-version'),
    cipherSuites: cipherSuites(values),
  };
}

function fileOf(values: FlagValues, cwd: string, flag: FlagName): string | undefined {
  const value = values.get(flag) ?? '';
  return value === '' ? undefined : path.resolve(cwd, value);
}

function listOf(values: FlagValues, flag: FlagName): string[] {
  const parts = (values.get(flag) ?? '').split(',');
  return parts.map((part) => part.trim()).filter((part) => part !== '');
}

function hostsOf(urls: readonly string[]): string[] {
  return [...new Set(urls.map((url) => new URL(url).hostname.replace(/^\[|\]$/g, '')))];
}

function years(values: FlagValues): number {
  const text = values.get('self-signed-cert-validity') ?? FLAG_DEFAULTS['self-signed-cert-validity'];
  const value = /^\d+$/.test(text) ? Number(text) : 0;
  if (value < 1 || value > SELF_SIGNED_YEARS_MAX)
    throw new MemberSettingsError(
      `--self-signed-cert-validity: "${text}" is not a number of years from 1 to ${SELF_SIGNED_YEARS_MAX}`,
    );
  return value;
}

function version(values: FlagValues, flag: 'tls-min-version' | 'tls-max-version'): TlsVersion | undefined {
  const text = values.get(flag) ?? FLAG_DEFAULTS[flag] ?? '';
  if (text === '') return undefined;
  const found = VERSIONS[text];
  if (found === undefined)
    throw new MemberSettingsError(`--${flag}: "${text}" is not one of ${Object.keys(VERSIONS).join(', ')}`);
  return found;
}

function cipherSuites(values: FlagValues): string[] {
  return listOf(values, 'cipher-suites').map((name) => {
    const suite = CIPHER_SUITES[name];
    if (suite === undefined)
      throw new MemberSettingsError(
        `--cipher-suites: "${name}" is not one of ${Object.keys(CIPHER_SUITES).join(', ')}`,
      );
    return suite;
  });
}
