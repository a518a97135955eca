/** A certificate authority of a test, and the files that members and clients are given. */
import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { integer, sequence, time } from '../der.ts';
import {
  type DistinguishedName,
  issueCertificate,
  nameOf,
  pem,
  SIGNATURE_ALGORITHM,
  signed,
} from '../issue-certificate.ts';

const DAY_MS = 86_400_000;
const LOOPBACK = ['127.0.0.1', '::1', 'localhost'];

export interface CertificateFiles {
  readonly cert: string;
  readonly key: string;
  readonly serial: bigint;
}

interface Wish {
  readonly commonName?: string;
  readonly hosts?: readonly string[];
  /** Its last day was yesterday. */
  readonly isExpired?: boolean;
}

export class TestAuthority {
  readonly dir = mkdtempSync(path.join(tmpdir(), 'quorate-tls-'));
  /** The authority's own certificate. */
  readonly caFile = path.join(this.dir, 'ca.pem');
  readonly #name: DistinguishedName;
  readonly #privateKey: KeyObject = newKey();
  #serial = 1n;

  constructor(name = 'test authority') {
    this.#name = { commonName: name };
    writeFileSync(
      this.caFile,
      issueCertificate({
        ...validity(false),
        subject: this.#name,
        issuer: { name: this.#name, privateKey: this.#privateKey },
        key: this.#privateKey,
        serial: this.#serial++,
        isAuthority: true,
        hosts: [],
      }),
    );
  }

  /** Writes `<name>.pem` and `<name>.key`, over what was there. Valid for loopback addresses unless told otherwise. */
  issue(name: string, { commonName = name, hosts = LOOPBACK, isExpired = false }: Wish = {}): CertificateFiles {
    const key = newKey();
    const serial = this.#serial++;
    const files = { cert: path.join(this.dir, `${name}.pem`), key: path.join(this.dir, `${name}.key`), serial };
    const issuer = { name: this.#name, privateKey: this.#privateKey };
    const certificate = issueCertificate({
      ...validity(isExpired),
      ...{ subject: { commonName }, issuer, key, serial, hosts, isAuthority: false },
    });
    writeFileSync(files.cert, certificate);
    writeFileSync(files.key, key.export({ type: 'pkcs8', format: 'pem' }));
    return files;
  }

  /** A revocation list of these certificates. */
  revoke(certificates: readonly CertificateFiles[]): string {
    const file = path.join(this.dir, 'crl.pem');
    const now = new Date();
    const entries = certificates.map(({ serial }) => sequence(integer(serial), time(now)));
    const body = sequence(
      integer(1n),
      SIGNATURE_ALGORITHM,
      nameOf(this.#name),
      time(now),
      time(new Date(now.getTime() + DAY_MS)),
      ...(entries.length === 0 ? [] : [sequence(...entries)]),
    );
    writeFileSync(file, pem('X509 CRL', signed(body, this.#privateKey)));
    return file;
  }

  remove(): void {
    rmSync(this.dir, { recursive: true, force: true });
  }
}

function newKey(): KeyObject {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  // A key straight from the generator cannot be exported in every Node; one that was read can.
  return createPrivateKey(privateKey.export({ type: 'pkcs8', format: 'pem' }));
}

function validity(isExpired: boolean): { readonly notBefore: Date; readonly notAfter: Date } {
  const now = Date.now();
  return { notBefore: new Date(now - 10 * DAY_MS), notAfter: new Date(isExpired ? now - DAY_MS : now + 10 * DAY_MS) };
}
