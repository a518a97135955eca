/**
 * What every answer tells the browser about trust. Scripts run from this console or under the nonce of their page, nothing is
 * loaded from elsewhere, nobody frames a page, nothing leaks in a referrer.
 */
import { randomBytes } from 'node:crypto';

const NONCE_BYTES = 16;
/** A year; only ever said over TLS, where the console is reached by certificate. */
const HSTS = 'max-age=31536000';

export interface SecurityOptions {
  /** Pages under development are compiled with eval. */
  readonly dev: boolean;
  readonly isTls: boolean;
}

export const newNonce = (): string => randomBytes(NONCE_BYTES).toString('base64');

/** Next puts the nonce of this policy, which it finds in the request, on every script of the page. */
export function contentSecurityPolicy(nonce: string, { dev }: SecurityOptions): string {
  return [
    "default-src 'self'",
    `script-src 'self' 'nonce-${nonce}'${dev ? " 'unsafe-eval'" : ''}`,
    // Editors and measured rows set styles from script; styles run nothing.
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    "connect-src 'self'",
    "worker-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');
}

export function securityHeaders(policy: string, { isTls }: SecurityOptions): Readonly<Record<string, string>> {
  return {
    'content-security-policy': policy,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
    ...(isTls ? { 'strict-transport-security': HSTS } : {}),
  };
}
