import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { expect, test } from 'vitest';
import { JsonWebTokens, type JwtOptions } from './jwt.ts';

const pem = (key: KeyObject): Buffer =>
  Buffer.from(key.export({ type: key.type === 'private' ? 'pkcs8' : 'spki', format: 'pem' }));
const pairOf = ({ publicKey, privateKey }: { publicKey: KeyObject; privateKey: KeyObject }) => ({
  publicKey: pem(publicKey),
  privateKey: pem(privateKey),
});

const RSA = pairOf(generateKeyPairSync('rsa', { modulusLength: 2048 }));
const EC = pairOf(generateKeyPairSync('ec', { namedCurve: 'P-256' }));
const ED = pairOf(generateKeyPairSync('ed25519'));
const SECRET = { publicKey: undefined, privateKey: Buffer.from('a shared secret') };

const tokens = (options: Partial<JwtOptions>): JsonWebTokens =>
  new JsonWebTokens({ signMethod: 'RS256', ...RSA, ttlMs: 60_000, nowMs: () => 1_000_000, ...options });

test.each([
  ['RS256', RSA],
  ['RS512', RSA],
  ['PS256', RSA],
  ['ES256', EC],
  ['HS256', SECRET],
  ['EdDSA', ED],
])('%s: a token says who and at which revision, and cannot be changed', (signMethod, keys) => {
  const jwt = tokens({ signMethod, ...keys });
  const token = jwt.issue({ username: 'alice', revision: 7 });
  expect(jwt.read(token)).toEqual({ username: 'alice', revision: 7 });
  const [head = '', , signature = ''] = token.split('.');
  const forged = Buffer.from(JSON.stringify({ username: 'root', revision: 7, exp: 9_999_999_999 })).toString(
    'base64url',
  );
  expect(jwt.read(`${head}.${forged}.${signature}`)).toBeUndefined();
});

test('a token ends with its time, is taken from no other key, and needs its own algorithm', () => {
  const token = tokens({}).issue({ username: 'alice', revision: 7 });
  expect(tokens({ nowMs: () => 1_059_000 }).read(token)).toBeDefined();
  expect(tokens({ nowMs: () => 1_060_000 }).read(token)).toBeUndefined();
  const other = pairOf(generateKeyPairSync('rsa', { modulusLength: 2048 }));
  expect(tokens(other).read(token)).toBeUndefined();
  expect(tokens({ signMethod: 'PS256' }).read(token)).toBeUndefined();
  // The public key as the secret of an HMAC, the oldest trick there is.
  const tricked = tokens({ signMethod: 'HS256', publicKey: undefined, privateKey: RSA.publicKey });
  expect(tokens({}).read(tricked.issue({ username: 'root', revision: 7 }))).toBeUndefined();
});

test('text that is no token, and claims of the wrong kind, name nobody', () => {
  const jwt = tokens({ signMethod: 'HS256', ...SECRET });
  for (const text of ['', '.', '..', 'a.b.c', 'a.b.c.d', '\0']) expect(jwt.read(text)).toBeUndefined();
  const odd = jwt.issue({ username: 7 as unknown as string, revision: 1 });
  expect(jwt.read(odd)).toBeUndefined();
});

test('without a private key tokens are checked and never made', () => {
  const checking = tokens({ privateKey: undefined });
  expect(checking.read(tokens({}).issue({ username: 'alice', revision: 7 }))).toBeDefined();
  expect(() => checking.issue({ username: 'alice', revision: 7 })).toThrow(
    'auth: token signing attempted with verify-only key',
  );
});

test('keys that are missing, broken, of the wrong kind or not a pair are named', () => {
  expect(() => tokens({ signMethod: 'none' })).toThrow('"none" is no sign-method');
  expect(() => tokens({ publicKey: undefined, privateKey: undefined })).toThrow('neither pub-key nor priv-key');
  expect(() => tokens({ signMethod: 'HS256', privateKey: undefined })).toThrow('HS* needs a secret');
  expect(() => tokens({ privateKey: Buffer.from('nonsense') })).toThrow('priv-key is no PEM key');
  expect(() => tokens({ publicKey: EC.publicKey })).toThrow('do not belong together');
  expect(() => tokens(EC)).toThrow('RS256 needs a key of kind rsa');
  expect(() => tokens({ signMethod: 'ES384', ...EC })).toThrow('ES384 needs the curve secp384r1');
});
