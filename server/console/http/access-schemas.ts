/** Users, roles and permissions over HTTP; shapes of lib/api/access-types.ts. */
import { z } from 'zod';
import { named, range, bytes as wireBytes } from './response-parts.ts';
import { bytes, idempotencyKey, key, PASSWORD_MAX, text } from './schemas.ts';

const NAME_MAX = 200;

const name = text
  .min(1, 'is missing')
  .max(NAME_MAX, `is longer than ${NAME_MAX} characters`)
  .refine((value) => !/\p{C}/u.test(value), 'holds a character that cannot be seen')
  .refine((value) => value.trim() === value, 'begins or ends with a space');

const type = z.enum(['read', 'write', 'readwrite']);

const action = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('addUser'), user: name, withPassword: z.boolean() }),
  z.strictObject({ type: z.literal('setPassword'), user: text.min(1) }),
  z.strictObject({ type: z.literal('deleteUser'), user: text.min(1) }),
  z.strictObject({ type: z.literal('grantRole'), user: text.min(1), role: text.min(1) }),
  z.strictObject({ type: z.literal('revokeRole'), user: text.min(1), role: text.min(1) }),
  z.strictObject({ type: z.literal('addRole'), role: name }),
  z.strictObject({ type: z.literal('deleteRole'), role: text.min(1) }),
  z.strictObject({
    type: z.literal('grantPermission'),
    role: text.min(1),
    permission: z.strictObject({ type, key, end: bytes }),
  }),
  // Also one with an empty key, which older stores took.
  z.strictObject({ type: z.literal('revokePermission'), role: text.min(1), key: bytes, end: bytes }),
  z.strictObject({ type: z.literal('enable') }),
  z.strictObject({ type: z.literal('disable') }),
]);

export const planBody = z.strictObject({ action });
export const actionBody = z.strictObject({
  action,
  state: z.string().min(1).max(100),
  password: z.string().max(PASSWORD_MAX, `is longer than ${PASSWORD_MAX} characters`).exactOptional(),
  idempotencyKey,
});

const permission = named('AccessPermission', { type, key: wireBytes, end: wireBytes });
const reach = named('AccessReach', { read: z.array(range), write: z.array(range) });

export const view = named('Access', {
  enabled: z.boolean().describe('Whether the store demands users.'),
  you: z.string().nullable(),
  complete: z.boolean().describe('False: only the user who asks and that user’s roles.'),
  users: z.array(z.strictObject({ name: z.string(), roles: z.array(z.string()) })),
  roles: z.array(z.strictObject({ name: z.string(), permissions: z.array(permission) })),
  account: z.string().nullable().describe('As whom this console works for itself; null: as nobody.'),
});

export const plan = named('AccessPlan', {
  title: z.string(),
  effects: z.array(z.string()),
  changes: z.array(
    z.strictObject({
      user: z.string().nullable().describe('Null: whoever reaches the store without being a user.'),
      before: reach,
      after: reach,
    }),
  ),
  refusal: z.string().nullable().describe('Why it is not done here; null: it may be.'),
  confirm: z.string().describe('What the operator types to mean it; empty: nothing.'),
  state: z.string().describe('The users and roles this was reckoned on; send it back with the action.'),
  command: z.string(),
});

export const actionResult = named('AccessActionResult', { done: z.string(), next: z.string().nullable() });
