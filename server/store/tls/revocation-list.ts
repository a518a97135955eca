/** The serial numbers in a certificate revocation list (RFC 5280 §5.1). Like etcd, nothing else of it is looked at. Pure. */
import { DerError, DerTag, type DerValue, derValues } from './der.ts';

/** @param file PEM or DER. @returns serials as X509Certificate.serialNumber writes them. @throws DerError */
export function revokedSerials(file: Buffer): Set<string> {
  const [list] = derValues(contentOf(file));
  const [body] = childrenOf(list, 'a revocation list');
  const fields = childrenOf(body, 'the body of a revocation list');
  const isTime = ({ tag }: DerValue) => tag === DerTag.UTC_TIME || tag === DerTag.GENERALIZED_TIME;
  const lastTime = fields.findLastIndex(isTime);
  if (lastTime === -1) throw new DerError('a revocation list without a date');
  const revoked = fields[lastTime + 1];
  if (revoked?.tag !== DerTag.SEQUENCE) return new Set();
  return new Set(derValues(revoked.body).map((entry) => serialOf(childrenOf(entry, 'a revoked certificate')[0])));
}

function contentOf(file: Buffer): Uint8Array {
  const text = file.toString('latin1');
  const match = /-----BEGIN X509 CRL-----([^-]*)-----END X509 CRL-----/.exec(text);
  return match === null ? file : Buffer.from(match[1] ?? '', 'base64');
}

function childrenOf(value: DerValue | undefined, what: string): DerValue[] {
  if (value?.tag !== DerTag.SEQUENCE) throw new DerError(`not ${what}`);
  return derValues(value.body);
}

function serialOf(value: DerValue | undefined): string {
  if (value?.tag !== DerTag.INTEGER) throw new DerError('a revoked certificate without its serial number');
  const hex = Buffer.from(value.body).toString('hex').toUpperCase();
  return hex.replace(/^(00)+(?=..)/, '');
}
