/** The audit trail; shapes of lib/api/audit.ts. */
import { z } from 'zod';
import { bytes, int, named, time } from './response-parts.ts';

export const auditEntry = named('AuditEntry', {
  id: z.string(),
  at: time,
  user: z.string().nullable(),
  from: z.string(),
  action: z.string(),
  targetKind: z.enum(['key', 'prefix', 'lease', 'group', 'member', 'user', 'role', 'configuration', 'store']),
  target: bytes.nullable(),
  guard: z.string().nullable(),
  note: z.string().nullable(),
  result: z.enum(['pending', 'done', 'refused', 'failed', 'unknown']),
  revision: int.nullable(),
  revisions: z.string().exactOptional().describe('All of them, where it made several: "12-40,43".'),
  message: z.string().nullable(),
});

export const auditPage = named('AuditPage', {
  revision: int,
  entries: z.array(auditEntry),
  next: z.string().nullable().describe('`before` of the next page; null at the end.'),
  searched: z.number(),
  total: z.number(),
  unreadable: z.number(),
  kept: z.strictObject({ durable: z.boolean(), reason: z.string().nullable(), days: z.number() }),
});
