/**
 * JSON Web Tokens as etcd makes and takes them (`--auth-token jwt,…`): claims username, revision (of users, when it was given) and
 * exp. Nothing is stored; any change of users makes older tokens useless for keys, because their revision is then old.
 */
import {
  constants,
  createHmac,
  createPrivateKey,
  createPublicKey,
  type KeyObject,
  sign,
  timingSafeEqual,
  verify,
} from 'node:crypto';
import { etcdErrors } from '../../../../lib/base/etcdpb/errors.ts';
import type { Identity } from '../../auth/types.ts';

/** Keys that cannot be used. `message` says why. */
export class JwtKeyError extends Error {
  override readonly name = 'JwtKeyError';
}

export interface JwtOptions {
  /** RS256, ES384, PS512, HS256, EdDSA, … */
  readonly signMethod: string;
  /** PEM; without a private key tokens are only checked, never made. */
  readonly publicKey: Buffer | undefined;
  /** PEM, or the secret of HS*. */
  readonly privateKey: Buffer | undefined;
  readonly ttlMs: number;
  /** Wall clock: other members, and other programs, judge the same tokens. */
  readonly nowMs: () => number;
}

const SIGN_METHODS: readonly string[] = [
  ...['RS', 'PS', 'ES', 'HS'].flatMap((family) => [`${family}256`, `${family}384`, `${family}512`]),
  'EdDSA',
];

const CURVES: Readonly<Record<string, string>> = { ES256: 'prime256v1', ES384: 'secp384r1', ES512: 'secp521r1' };

interface Signer {
  /** Undefined: no private key. */
  readonly sign: ((data: Buffer) => Buffer) | undefined;
  readonly verify: (data: Buffer, signature: Buffer) => boolean;
}

export class JsonWebTokens {
  readonly #options: JwtOptions;
  readonly #signer: Signer;

  /** @throws JwtKeyError */
  constructor(options: JwtOptions) {
    this.#options = options;
    this.#signer = signerOf(options);
  }

  /** @throws EtcdError when there is no private key */
  issue({ username, revision }: Identity): string {
    if (this.#signer.sign === undefined) throw etcdErrors.verifyOnly();
    const { signMethod, ttlMs, nowMs } = this.#options;
    const exp = Math.floor((nowMs() + ttlMs) / 1000);
    const text = [
      { alg: signMethod, typ: 'JWT' },
      { exp, revision, username },
    ]
      .map(encoded)
      .join('.');
    return `${text}.${this.#signer.sign(Buffer.from(text)).toString('base64url')}`;
  }

  /** Undefined: not ours, changed, or over. */
  read(token: string): Identity | undefined {
    const [head = '', body = '', signature = '', ...rest] = token.split('.');
    if (rest.length > 0 || decoded(head)?.alg !== this.#options.signMethod) return undefined;
    if (!this.#signer.verify(Buffer.from(`${head}.${body}`), Buffer.from(signature, 'base64url'))) return undefined;
    const claims = decoded(body);
    if (claims === undefined) return undefined;
    const { username, revision, exp, nbf } = claims;
    const now = this.#options.nowMs() / 1000;
    if (exp !== undefined && !(typeof exp === 'number' && now < exp)) return undefined;
    if (nbf !== undefined && !(typeof nbf === 'number' && now >= nbf)) return undefined;
    if (typeof username !== 'string' || typeof revision !== 'number') return undefined;
    return { username, revision };
  }
}

/** What a header or body may hold; every value is checked where it is used. */
type Part = { readonly [K in 'alg' | 'username' | 'revision' | 'exp' | 'nbf']?: unknown };

const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

function decoded(part: string): Part | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    return typeof value === 'object' && value !== null ? (value as Part) : undefined;
  } catch {
    return undefined;
  }
}

function signerOf({ signMethod, publicKey, privateKey }: JwtOptions): Signer {
  if (!SIGN_METHODS.includes(signMethod)) throw new JwtKeyError(`"${signMethod}" is no sign-method of ${SIGN_METHODS}`);
  const hash = `sha${signMethod.slice(2)}`;
  if (signMethod.startsWith('HS')) return hmacSigner(hash, privateKey);
  const secret = privateKey && keyOf('priv-key', () => createPrivateKey(privateKey));
  const given = publicKey && keyOf('pub-key', () => createPublicKey(publicKey));
  const open = secret === undefined ? given : createPublicKey(secret);
  if (open === undefined) throw new JwtKeyError('neither pub-key nor priv-key is given');
  if (given !== undefined && !der(given).equals(der(open)))
    throw new JwtKeyError('pub-key and priv-key do not belong together');
  checkKind(signMethod, open);
  const algorithm = signMethod === 'EdDSA' ? null : hash;
  const form = (saltLength: number) => ({
    ...(signMethod.startsWith('PS') ? { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength } : {}),
    ...(signMethod.startsWith('ES') ? { dsaEncoding: 'ieee-p1363' as const } : {}),
  });
  return {
    sign: secret && ((data) => sign(algorithm, data, { key: secret, ...form(constants.RSA_PSS_SALTLEN_DIGEST) })),
    verify: (data, signature) =>
      verify(algorithm, data, { key: open, ...form(constants.RSA_PSS_SALTLEN_AUTO) }, signature),
  };
}

/** Compared as bytes: KeyObject.equals() of two kinds leaves an OpenSSL error behind that the next call reports as its own. */
const der = (key: KeyObject): Buffer => key.export({ type: 'spki', format: 'der' });

function hmacSigner(hash: string, secret: Buffer | undefined): Signer {
  if (secret === undefined || secret.length === 0) throw new JwtKeyError('priv-key is not given: HS* needs a secret');
  const mac = (data: Buffer) => createHmac(hash, secret).update(data).digest();
  return {
    sign: mac,
    verify: (data, signature) => {
      const expected = mac(data);
      return signature.length === expected.length && timingSafeEqual(signature, expected);
    },
  };
}

function keyOf(name: string, read: () => KeyObject): KeyObject {
  try {
    return read();
  } catch (cause) {
    throw new JwtKeyError(`${name} is no PEM key: ${cause instanceof Error ? cause.message : cause}`, { cause });
  }
}

function checkKind(signMethod: string, key: KeyObject): void {
  const family = signMethod.slice(0, 2);
  const kind = { RS: 'rsa', PS: 'rsa', ES: 'ec', Ed: 'ed25519' }[family];
  if (key.asymmetricKeyType !== kind)
    throw new JwtKeyError(`${signMethod} needs a key of kind ${kind}, this one is ${key.asymmetricKeyType}`);
  const curve = CURVES[signMethod];
  if (curve !== undefined && key.asymmetricKeyDetails?.namedCurve !== curve)
    throw new JwtKeyError(
      `${signMethod} needs the curve ${curve}, this key has ${key.asymmetricKeyDetails?.namedCurve}`,
    );
}
