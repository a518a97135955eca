import { expect, test } from 'vitest';
import { contentSecurityPolicy, newNonce, securityHeaders } from './security-headers.ts';

const live = { dev: false, isTls: false };

test('scripts run from here or under the nonce, and nothing unsafe is allowed for them', () => {
  const policy = contentSecurityPolicy('abc', live);
  const scripts = policy.split('; ').find((directive) => directive.startsWith('script-src'));
  expect(scripts).toBe("script-src 'self' 'nonce-abc'");
  expect(policy).toContain("frame-ancestors 'none'");
  expect(policy).toContain("base-uri 'none'");
});

test('every page has a nonce of its own', () => {
  const nonces = new Set(Array.from({ length: 100 }, newNonce));
  expect(nonces.size).toBe(100);
});

test('only TLS is told to stay TLS', () => {
  expect(securityHeaders('p', live)).not.toHaveProperty('strict-transport-security');
  expect(securityHeaders('p', { ...live, isTls: true })).toHaveProperty('strict-transport-security');
});
