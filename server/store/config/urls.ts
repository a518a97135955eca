/** Listen and advertise URLs: parsed as etcd does, and turned into addresses. */
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { MemberSettingsError } from './flag-table.ts';

export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/** Comma separated http URLs with host and port and nothing else. @throws MemberSettingsError naming `flag` */
export function parseUrls(flag: string, text: string): string[] {
  const urls = text.split(',').map((part) => part.trim());
  return urls.map((url) => {
    if (url.startsWith('https://'))
      throw new MemberSettingsError(`${flag}: ${url} asks for TLS, which this store does not serve: use http://`);
    const match = /^http:\/\/(\[[0-9a-fA-F:.]+\]|[^/:\s]+):(\d{1,5})\/?$/.exec(url);
    const port = Number(match?.[2]);
    if (match === null || port > 65_535)
      throw new MemberSettingsError(`${flag}: "${url}" is not a URL like http://host:port`);
    return `http://${match[1]}:${port}`;
  });
}

/** Where to listen for `urls`. "localhost" means both families, as far as this machine has them. */
export async function listenAddresses(flag: string, urls: readonly string[]): Promise<ListenAddress[]> {
  const out: ListenAddress[] = [];
  for (const url of urls) {
    const { hostname, port } = new URL(url);
    const host = hostname.replace(/^\[|\]$/g, '');
    // URL drops the port that is http's own.
    const number = port === '' ? 80 : Number(port);
    if (isIP(host) !== 0) out.push({ host, port: number });
    else for (const { address } of await resolve(flag, host)) out.push({ host: address, port: number });
  }
  return out;
}

async function resolve(flag: string, host: string): Promise<{ address: string }[]> {
  try {
    return await lookup(host, { all: true });
  } catch {
    throw new MemberSettingsError(`${flag}: the host "${host}" cannot be resolved: use an address of this machine`);
  }
}
