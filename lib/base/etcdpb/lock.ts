/** package v3lockpb. */
import { bytes, int64, message, nested } from '../protobuf/schema.ts';
import { ResponseHeader } from './kv.ts';

export const LockRequest = message('v3lockpb.LockRequest', { name: bytes(1), lease: int64(2) });
export const LockResponse = message('v3lockpb.LockResponse', {
  header: nested(1, () => ResponseHeader),
  key: bytes(2),
});
export const UnlockRequest = message('v3lockpb.UnlockRequest', { key: bytes(1) });
export const UnlockResponse = message('v3lockpb.UnlockResponse', { header: nested(1, () => ResponseHeader) });
