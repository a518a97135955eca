import { expect, test } from 'vitest';
import { parseAuthToken } from './auth-token.ts';

test('simple tokens need nothing, JSON Web Tokens a sign-method and keys', () => {
  expect(parseAuthToken('simple', '/etc/op')).toBeUndefined();
  expect(parseAuthToken('jwt,pub-key=a.pem,priv-key=/b.pem,sign-method=RS256,ttl=10m', '/etc/op')).toEqual({
    signMethod: 'RS256',
    publicKeyPath: '/etc/op/a.pem',
    privateKeyPath: '/b.pem',
    ttlMs: 600_000,
  });
  expect(parseAuthToken('jwt,sign-method=HS256,priv-key=s', '/')).toMatchObject({ ttlMs: 300_000 });
});

test.each([
  ['', '"" is neither "simple" nor "jwt"'],
  ['paseto', '"paseto" is neither'],
  ['jwt', 'jwt needs sign-method'],
  ['jwt,sign-method', '"sign-method" is not name=value'],
  ['jwt,sign-method=RS256,sign-method=RS512', 'sign-method is given twice'],
  ['jwt,sign-method=RS256,key=a', '"key" is none of pub-key'],
  ['jwt,sign-method=RS256,ttl=soon', 'ttl=soon is no duration'],
])('"%s" is refused: %s', (text, message) => {
  expect(() => parseAuthToken(text, '/')).toThrow(message);
});
