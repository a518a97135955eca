/** What the settings say of one store, and the parts that environment and configuration file share. */
import { existsSync } from 'node:fs';
import type { StoreColour } from '../../lib/base/store-colour.ts';

/** A setting the operator must correct. `message` is the one line to print. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
}

export interface StoreSettings {
  readonly id: string;
  readonly label: string;
  /** By which operators tell this store from others at a glance; null: none. */
  readonly colour: StoreColour | null;
  readonly kind: 'bundled' | 'external';
  /** host:port each. */
  readonly endpoints: readonly string[];
  readonly tls: TlsFiles | null;
  readonly auth: { readonly user: string; readonly password: string } | null;
  readonly readOnly: boolean;
  /** Where members offer their metrics, by endpoint; one that is missing: at /metrics of the endpoint. Null: nobody is asked. */
  readonly metricsUrls: Readonly<Record<string, string>> | null;
}

export interface TlsFiles {
  readonly caFile?: string;
  readonly certFile?: string;
  readonly keyFile?: string;
}

/** @throws SettingsError naming `setting` */
export function parsePort(setting: string, text: string): number {
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port < 1 || port > 65_535) {
    throw new SettingsError(`${setting} must be a port number 1-65535, got "${text}"`);
  }
  return port;
}

/**
 * @param name of the entry at an index, for errors
 * @throws SettingsError
 */
export function parseEndpoints(
  list: readonly string[],
  name: (index: number) => string,
): { readonly endpoints: readonly string[]; readonly isSecure: boolean } {
  const schemes = new Set<string>();
  const endpoints: string[] = [];
  for (const [index, raw] of list.entries()) {
    const text = raw.trim();
    const match = /^(?:(https?):\/\/)?(\[[0-9a-fA-F:]+\]|[A-Za-z0-9._-]+):(\d{1,5})\/?$/.exec(text);
    if (match === null)
      throw new SettingsError(`${name(index)}: "${text}" is not host:port, http://host:port or https://host:port`);
    parsePort(`${name(index)}:`, match[3] ?? '');
    const endpoint = `${match[2]}:${match[3]}`;
    if (endpoints.includes(endpoint)) throw new SettingsError(`${name(index)}: "${text}" is named twice`);
    schemes.add(match[1] ?? 'http');
    if (schemes.size > 1)
      throw new SettingsError(`${name(index)}: mix of http and https endpoints; use one scheme for a store`);
    endpoints.push(endpoint);
  }
  return { endpoints, isSecure: schemes.has('https') };
}

/** @param name of a file's setting, for errors. @throws SettingsError */
export function tlsOf(
  files: TlsFiles,
  isSecure: boolean,
  name: (file: keyof TlsFiles) => string,
): StoreSettings['tls'] {
  for (const file of ['caFile', 'certFile', 'keyFile'] as const) {
    const path = files[file];
    if (path === undefined) continue;
    if (!existsSync(path)) throw new SettingsError(`${name(file)}: ${path} does not exist`);
    if (!isSecure) throw new SettingsError(`${name(file)}: certificates are set but the endpoints are not https://`);
  }
  if ((files.certFile === undefined) !== (files.keyFile === undefined)) {
    const present = files.certFile === undefined ? 'keyFile' : 'certFile';
    throw new SettingsError(`${name(present)}: client certificate and key belong together: set both or neither`);
  }
  return isSecure ? files : null;
}

/**
 * @param list a URL per endpoint, in their order; "off" alone: members are not asked for metrics
 * @throws SettingsError naming `setting`
 */
export function parseMetricsUrls(
  list: readonly string[],
  endpoints: readonly string[],
  setting: string,
): StoreSettings['metricsUrls'] {
  if (list.length === 1 && list[0] === 'off') return null;
  if (list.length !== endpoints.length) {
    const counted = `${list.length} ${list.length === 1 ? 'URL' : 'URLs'} for ${endpoints.length} endpoints`;
    throw new SettingsError(`${setting}: ${counted}; name one for each in the same order, or "off"`);
  }
  const urls: Record<string, string> = {};
  for (const [index, text] of list.entries()) {
    const url = URL.canParse(text) ? new URL(text) : null;
    if (url === null || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') {
      throw new SettingsError(`${setting}: "${text.replace(/\/\/.*@/, '//…@')}" is not http://host:port/path`);
    }
    urls[endpoints[index] ?? ''] = url.pathname === '/' ? new URL('/metrics', url).href : url.href;
  }
  return urls;
}
