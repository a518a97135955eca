/** Listen and advertise URLs: parsed as etcd does, and turned into addresses. */
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { MemberSettingsError } from './flag-table.ts';

export interface ListenAddress {
  readonly host: string;
  readonly port: number;
  readonly scheme: 'http' | 'https' | 'both';
}

/** Comma separated http and https URLs with host and port and nothing else. @throws MemberSettingsError naming `flag` */
export function parseUrls(flag: string, text: string): string[] {
  const urls = text.split(',').map((part) => part.trim());
  return urls.map((url) => {
    const match = /^(https?):\/\/(\[[0-9a-fA-F:.]+\]|[^/:\s]+):(\d{1,5})\/?$/.exec(url);
    const port = Number(match?.[3]);
    if (match === null || port > 65_535)
      throw new MemberSettingsError(`${flag}: "${url}" is not a URL like http://host:port or https://host:port`);
    return `${match[1]}://${match[2]}:${port}`;
  });
}

/**
 * Where to listen for `urls`. "localhost" means both families, as far as this machine has them. One address given under both
 * schemes is listened on once.
 */
export async function listenAddresses(flag: string, urls: readonly string[]): Promise<ListenAddress[]> {
  const out = new Map<string, ListenAddress>();
  for (const url of urls) {
    const { hostname, protocol, port } = new URL(url);
    const host = hostname.replace(/^\[|\]$/g, '');
    const scheme = protocol === 'https:' ? 'https' : 'http';
    // URL drops the port that is the scheme's own.
    const number = port === '' ? { http: 80, https: 443 }[scheme] : Number(port);
    const addresses = isIP(host) === 0 ? await resolve(flag, host) : [{ address: host }];
    for (const { address } of addresses) {
      const place = `${address} ${number}`;
      const other = out.get(place)?.scheme ?? scheme;
      out.set(place, { host: address, port: number, scheme: other === scheme ? scheme : 'both' });
    }
  }
  return [...out.values()];
}

async function resolve(flag: string, host: string): Promise<{ address: string }[]> {
  try {
    return await lookup(host, { all: true });
  } catch {
    throw new MemberSettingsError(`${flag}: the host "${host}" cannot be resolved: use an address of this machine`);
  }
}
