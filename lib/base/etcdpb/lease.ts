/** package etcdserverpb, service Lease. TTLs are whole seconds. */
import {
  bool,
  bytes,
  int64,
  type MessageType,
  message,
  nested,
  nestedList,
  ordinal,
  string,
} from '../protobuf/schema.ts';
import { ResponseHeader } from './kv.ts';

const id = (number: number) => int64(number, { json: 'ID' });
const ttl = (number: number) => ordinal(number, { json: 'TTL' });

export const LeaseGrantRequest = message('etcdserverpb.LeaseGrantRequest', { ttl: ttl(1), id: id(2) });
export type LeaseGrantRequest = MessageType<typeof LeaseGrantRequest>;

export const LeaseGrantResponse = message('etcdserverpb.LeaseGrantResponse', {
  header: nested(1, () => ResponseHeader),
  id: id(2),
  ttl: ttl(3),
  error: string(4),
});
export type LeaseGrantResponse = MessageType<typeof LeaseGrantResponse>;

export const LeaseRevokeRequest = message('etcdserverpb.LeaseRevokeRequest', { id: id(1) });
export type LeaseRevokeRequest = MessageType<typeof LeaseRevokeRequest>;

export const LeaseKeepAliveRequest = message('etcdserverpb.LeaseKeepAliveRequest', { id: id(1) });
export const LeaseKeepAliveResponse = message('etcdserverpb.LeaseKeepAliveResponse', {
  header: nested(1, () => ResponseHeader),
  id: id(2),
  ttl: ttl(3),
});
export type LeaseKeepAliveResponse = MessageType<typeof LeaseKeepAliveResponse>;

export const LeaseTimeToLiveRequest = message('etcdserverpb.LeaseTimeToLiveRequest', { id: id(1), keys: bool(2) });
export type LeaseTimeToLiveRequest = MessageType<typeof LeaseTimeToLiveRequest>;

export const LeaseTimeToLiveResponse = message('etcdserverpb.LeaseTimeToLiveResponse', {
  header: nested(1, () => ResponseHeader),
  id: id(2),
  ttl: ttl(3),
  grantedTtl: ordinal(4, { json: 'grantedTTL' }),
  keys: bytes.repeated(5),
});
export type LeaseTimeToLiveResponse = MessageType<typeof LeaseTimeToLiveResponse>;

export const LeaseLeasesRequest = message('etcdserverpb.LeaseLeasesRequest', {});
export const LeaseStatus = message('etcdserverpb.LeaseStatus', { id: id(1) });
export const LeaseLeasesResponse = message('etcdserverpb.LeaseLeasesResponse', {
  header: nested(1, () => ResponseHeader),
  leases: nestedList(2, () => LeaseStatus),
});
export type LeaseLeasesResponse = MessageType<typeof LeaseLeasesResponse>;

export const LeaseCheckpoint = message('etcdserverpb.LeaseCheckpoint', {
  id: id(1),
  remainingTtl: ordinal(2, { json: 'remaining_TTL' }),
});
export const LeaseCheckpointRequest = message('etcdserverpb.LeaseCheckpointRequest', {
  checkpoints: nestedList(1, () => LeaseCheckpoint),
});
