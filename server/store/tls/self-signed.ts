/** Certificates that a member makes itself (--auto-tls, --peer-auto-tls), once, below its data directory. */
import { createPrivateKey, generateKeyPairSync, randomBytes, X509Certificate } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { issueCertificate } from './issue-certificate.ts';

const YEAR_MS = 365 * 24 * 3_600_000;

export interface SelfSigned {
  readonly notAfter: Date;
  readonly isNew: boolean;
}

/** Makes the two files, or finds those made before, expired or not. @throws Error of the file system */
export function makeSelfSigned(options: {
  readonly certFile: string;
  readonly keyFile: string;
  readonly hosts: readonly string[];
  readonly years: number;
  readonly now: Date;
}): SelfSigned {
  const { certFile, keyFile, hosts, years, now } = options;
  if (existsSync(certFile) && existsSync(keyFile)) {
    const notAfter = new Date(new X509Certificate(readFileSync(certFile)).validTo);
    return { notAfter, isNew: false };
  }
  const pair = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const key = createPrivateKey(pair.privateKey);
  const subject = { organization: 'etcd' };
  const notAfter = new Date(now.getTime() + years * YEAR_MS);
  const certificate = issueCertificate({
    ...{ subject, issuer: { name: subject, privateKey: key }, key, hosts, notAfter },
    serial: BigInt(`0x${randomBytes(15).toString('hex')}`),
    notBefore: now,
    isAuthority: false,
  });
  for (const file of [keyFile, certFile]) mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  writeWhole(keyFile, pair.privateKey, 0o600);
  writeWhole(certFile, certificate, 0o644);
  return { notAfter, isNew: true };
}

/** A crash leaves the whole file or none. */
function writeWhole(file: string, text: string, mode: number): void {
  writeFileSync(`${file}.tmp`, text, { mode, flush: true });
  renameSync(`${file}.tmp`, file);
}
