/** One entry of the audit trail, as it stands in the store: JSON under a key that sorts by time. Never a value, never a secret. */
import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { AuditEntry } from '../../../lib/api/audit.ts';
import type { WireBytes } from '../../../lib/api/types.ts';
import { utf8Decode, utf8Encode } from '../../../lib/base/bytes.ts';
import { GrpcCode } from '../../../lib/base/grpc-status.ts';
import { ConsoleError } from '../errors.ts';
import { auditEntry } from '../http/audit-response-schemas.ts';

export const AUDIT_PREFIX = '/quorate/audit/';
/** Enough until the year 5138. */
const TIME_DIGITS = 14;

const stored = z.strictObject({ version: z.literal(1), entry: auditEntry });

/** Sorts by time; the rest keeps entries of one millisecond apart, from whichever console. */
export const newAuditId = (at: number): string =>
  `${String(at).padStart(TIME_DIGITS, '0')}-${randomBytes(4).toString('hex')}`;

/** The smallest id of a moment. */
export const firstIdAt = (at: number): string => String(Math.max(0, Math.floor(at))).padStart(TIME_DIGITS, '0');

export const auditKey = (id: string): Uint8Array => utf8Encode(AUDIT_PREFIX + id);

export const encodeEntry = (entry: AuditEntry): Uint8Array => utf8Encode(JSON.stringify({ version: 1, entry }));

/** Null: not one of ours, or of a version this console does not know. */
export function decodeEntry(value: Uint8Array): AuditEntry | null {
  const text = utf8Decode(value);
  if (text === undefined) return null;
  try {
    const result = stored.safeParse(JSON.parse(text));
    return result.success ? result.data.entry : null;
  } catch {
    return null;
  }
}

/**
 * @param target a key, or all keys with a prefix
 * @throws ConsoleError FAILED_PRECONDITION: the trail ages out by itself, nobody shortens it here
 */
export function requireNoAudit(target: { readonly key?: WireBytes; readonly prefix?: WireBytes }): void {
  const { key, prefix = '' } = target;
  const covers = typeof prefix === 'string' && (AUDIT_PREFIX.startsWith(prefix) || prefix.startsWith(AUDIT_PREFIX));
  if (key === undefined ? !covers : !(typeof key === 'string' && key.startsWith(AUDIT_PREFIX))) return;
  throw new ConsoleError(
    GrpcCode.FAILED_PRECONDITION,
    `this would delete the audit trail under ${AUDIT_PREFIX}, which only ages out: choose the prefixes beside it`,
  );
}
