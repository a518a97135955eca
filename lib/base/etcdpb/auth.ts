/** package etcdserverpb, service Auth: what a client needs to sign in. The rest joins with the auth service. */
import { type MessageType, message, nested, string } from '../protobuf/schema.ts';
import { ResponseHeader } from './kv.ts';

export const AuthenticateRequest = message('etcdserverpb.AuthenticateRequest', {
  name: string(1),
  password: string(2),
});
export const AuthenticateResponse = message('etcdserverpb.AuthenticateResponse', {
  header: nested(1, () => ResponseHeader),
  token: string(2),
});
export type AuthenticateResponse = MessageType<typeof AuthenticateResponse>;
