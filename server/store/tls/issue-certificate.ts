/**
 * Issues X.509 v3 certificates (RFC 5280), which node:crypto cannot: for --auto-tls and for tests. Signatures are ECDSA with
 * SHA-256, so issuers' keys are EC keys.
 */
import { createPublicKey, type KeyObject, sign } from 'node:crypto';
import { isIP } from 'node:net';
import { DerTag, der, integer, oid, sequence, time } from './der.ts';

export interface DistinguishedName {
  readonly commonName?: string;
  readonly organization?: string;
}

export interface CertificateRequest {
  readonly subject: DistinguishedName;
  /** Private or public: only its public half is used. */
  readonly key: KeyObject;
  readonly issuer: Issuer;
  /** Not negative, at most 20 octets. */
  readonly serial: bigint;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly isAuthority: boolean;
  /** IP addresses and DNS names it is valid for. */
  readonly hosts: readonly string[];
}

export interface Issuer {
  readonly name: DistinguishedName;
  readonly privateKey: KeyObject;
}

const OID = {
  COMMON_NAME: '2.5.4.3',
  ORGANIZATION: '2.5.4.10',
  KEY_USAGE: '2.5.29.15',
  ALTERNATIVE_NAME: '2.5.29.17',
  BASIC_CONSTRAINTS: '2.5.29.19',
  EXTENDED_KEY_USAGE: '2.5.29.37',
  SERVER_AUTH: '1.3.6.1.5.5.7.3.1',
  CLIENT_AUTH: '1.3.6.1.5.5.7.3.2',
  ECDSA_SHA256: '1.2.840.10045.4.3.2',
} as const;
const TRUE = Buffer.of(0x01, 0x01, 0xff);
const VERSION_3 = der(0xa0, integer(2n));

/** In PEM. */
export function issueCertificate(request: CertificateRequest): string {
  const body = sequence(
    VERSION_3,
    integer(request.serial),
    SIGNATURE_ALGORITHM,
    nameOf(request.issuer.name),
    sequence(time(request.notBefore), time(request.notAfter)),
    nameOf(request.subject),
    createPublicKey(request.key).export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(...extensionsOf(request))),
  );
  return pem('CERTIFICATE', signed(body, request.issuer.privateKey));
}

/** What an issuer vouches for: `body`, the algorithm, and the signature. */
export function signed(body: Uint8Array, privateKey: KeyObject): Buffer {
  return sequence(body, SIGNATURE_ALGORITHM, bits(sign('sha256', body, privateKey)));
}

export function pem(label: string, bytes: Buffer): string {
  const lines = bytes.toString('base64').replaceAll(/.{64}/g, '$&\n').trimEnd();
  return `-----BEGIN ${label}-----\n${lines}\n-----END ${label}-----\n`;
}

export const SIGNATURE_ALGORITHM = sequence(oid(OID.ECDSA_SHA256));

export function nameOf(name: DistinguishedName): Buffer {
  const attribute = (type: string, value: string | undefined): Buffer[] =>
    value === undefined ? [] : [der(DerTag.SET, sequence(oid(type), der(DerTag.UTF8, Buffer.from(value))))];
  return sequence(...attribute(OID.ORGANIZATION, name.organization), ...attribute(OID.COMMON_NAME, name.commonName));
}

function extensionsOf({ isAuthority, hosts }: CertificateRequest): Buffer[] {
  const critical = (id: string, value: Buffer) => sequence(oid(id), TRUE, der(DerTag.OCTET_STRING, value));
  const extension = (id: string, value: Buffer) => sequence(oid(id), der(DerTag.OCTET_STRING, value));
  // Bits of KeyUsage: an authority signs certificates and revocation lists, all others sign and encipher keys.
  const keyUsage = der(DerTag.BIT_STRING, isAuthority ? Buffer.of(1, 0x06) : Buffer.of(5, 0xa0));
  return [
    critical(OID.KEY_USAGE, keyUsage),
    critical(OID.BASIC_CONSTRAINTS, isAuthority ? sequence(TRUE) : sequence()),
    ...(isAuthority ? [] : [extension(OID.EXTENDED_KEY_USAGE, sequence(oid(OID.SERVER_AUTH), oid(OID.CLIENT_AUTH)))]),
    ...(hosts.length === 0 ? [] : [extension(OID.ALTERNATIVE_NAME, sequence(...hosts.map(generalName)))]),
  ];
}

function generalName(host: string): Buffer {
  return isIP(host) === 0 ? der(0x82, Buffer.from(host)) : der(0x87, addressBytes(host));
}

function addressBytes(address: string): Buffer {
  if (isIP(address) === 4) return Buffer.from(address.split('.').map(Number));
  // The URL parser writes every IPv6 address in one form: lower case, the longest run of zeros as "::".
  const [head = '', tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::');
  const groupsOf = (text: string | undefined): number[] =>
    text === undefined || text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16));
  const [first, last] = [groupsOf(head), groupsOf(tail)];
  const groups = [...first, ...new Array<number>(8 - first.length - last.length).fill(0), ...last];
  return Buffer.from(groups.flatMap((group) => [group >> 8, group & 0xff]));
}

const bits = (bytes: Uint8Array): Buffer => der(DerTag.BIT_STRING, Buffer.of(0), bytes);
