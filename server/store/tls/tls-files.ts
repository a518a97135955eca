/** Certificate, key, authorities and revocation list as flags name them: read, checked, and watched for renewal. */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Log } from '../ports/log.ts';
import { DerError } from './der.ts';
import { revokedSerials } from './revocation-list.ts';
import { TlsFileError } from './settings.ts';
import { WatchedFiles } from './watched-files.ts';

/** A file and the flag that names it. */
export interface NamedFile {
  readonly flag: string;
  readonly path: string;
}

export interface KeyPair {
  /** PEM, the chain included. */
  readonly cert: Buffer;
  readonly key: Buffer;
}

/** @throws TlsFileError */
export function watchKeyPair(files: { readonly cert: NamedFile; readonly key: NamedFile }, log: Log) {
  const { cert, key } = files;
  for (const file of [cert, key]) readNamed(file);
  return new WatchedFiles<KeyPair>({
    paths: [cert.path, key.path],
    log,
    parse: ([certificate = Buffer.alloc(0), privateKey = Buffer.alloc(0)]) => {
      const parsed = parse(cert, 'a certificate in PEM form', () => new X509Certificate(certificate));
      const secret = parse(key, 'a private key in PEM form without a passphrase', () => createPrivateKey(privateKey));
      if (!parsed.checkPrivateKey(secret))
        throw new TlsFileError(
          `--${key.flag} ${key.path} is not the key of --${cert.flag} ${cert.path}: give the two files that were issued together`,
        );
      return { cert: certificate, key: privateKey };
    },
  });
}

/** Serial numbers that are refused. @throws TlsFileError */
export function watchRevocations(file: NamedFile, log: Log) {
  readNamed(file);
  return new WatchedFiles<ReadonlySet<string>>({
    paths: [file.path],
    log,
    parse: ([content = Buffer.alloc(0)]) => {
      try {
        return revokedSerials(content);
      } catch (cause) {
        if (!(cause instanceof DerError)) throw cause;
        throw new TlsFileError(`--${file.flag} ${file.path} holds no certificate revocation list (${cause.message})`);
      }
    },
  });
}

/** Read once, as etcd does: whom to trust is not changed under a running member. @throws TlsFileError */
export function readAuthorities(file: NamedFile): Buffer {
  const content = readNamed(file);
  parse(file, 'certificates in PEM form', () => new X509Certificate(content));
  return content;
}

function readNamed({ flag, path }: NamedFile): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const remedy = code === 'EACCES' ? 'let the user of this process read it' : 'give the path of an existing file';
    throw new TlsFileError(`--${flag} ${path} cannot be read (${code}): ${remedy}`);
  }
}

function parse<T>({ flag, path }: NamedFile, what: string, attempt: () => T): T {
  try {
    return attempt();
  } catch {
    throw new TlsFileError(`--${flag} ${path} does not hold ${what}`);
  }
}
