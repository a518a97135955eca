/**
 * Whether a peer connects from where its certificate says it lives, so that a stolen certificate is of use on its own machine
 * only. As etcd: an IP address in the certificate must be the remote one, else a DNS name must lead to it, either way round.
 */
import type { X509Certificate } from 'node:crypto';
import { lookup, reverse } from 'node:dns/promises';
import { isIPv6 } from 'node:net';

/** @returns undefined when it does, or names no host at all. */
export async function whyNotFromItsHost(certificate: X509Certificate, remote: string): Promise<string | undefined> {
  const address = remote.replace(/^::ffff:(?=\d+\.)/, '');
  const names = namesIn(certificate.subjectAltName ?? '');
  if (names.dns.length === 0 && !names.hasAddress) return undefined;
  if (certificate.checkIP(address) !== undefined) return undefined;
  if (await leadTo(names.dns, address)) return undefined;
  return `the certificate is for ${certificate.subjectAltName}, the connection comes from ${address}`;
}

function namesIn(text: string): { readonly dns: string[]; readonly hasAddress: boolean } {
  const entries = text.split(', ');
  const dns = entries.filter((entry) => entry.startsWith('DNS:')).map((entry) => entry.slice(4));
  return { dns, hasAddress: entries.some((entry) => entry.startsWith('IP Address:')) };
}

async function leadTo(names: readonly string[], address: string): Promise<boolean> {
  if (names.length === 0) return false;
  const found = await orNothing(reverse(address));
  const isNamed = (name: string): boolean =>
    names.some((wanted) => (wanted.startsWith('*.') ? name.endsWith(wanted.slice(1)) : name === wanted));
  if (found.some((name) => isNamed(name.replace(/\.$/, '')))) return true;
  for (const name of names.filter((one) => !one.startsWith('*.'))) {
    const addresses = await orNothing(lookup(name, { all: true }));
    if (addresses.some((one) => sameAddress(one.address, address))) return true;
  }
  return false;
}

/** A name that cannot be resolved leads nowhere. */
const orNothing = <T>(answer: Promise<T[]>): Promise<T[]> => answer.catch(() => []);

function sameAddress(one: string, other: string): boolean {
  return (
    one === other ||
    (isIPv6(one) && isIPv6(other) && new URL(`http://[${one}]`).host === new URL(`http://[${other}]`).host)
  );
}
