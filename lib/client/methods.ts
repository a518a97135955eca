/** The RPCs this client calls: path, codecs, and whether repeating one after an unclear failure can do harm. */
import * as kv from '../base/etcdpb/kv.ts';
import * as lease from '../base/etcdpb/lease.ts';
import * as watch from '../base/etcdpb/watch.ts';
import type { Message } from '../base/protobuf/schema.ts';

export interface Method<Request extends object, Response extends object> {
  readonly path: string;
  readonly request: Message<Request>;
  readonly response: Message<Response>;
  readonly repeatable: boolean;
}

function method<Request extends object, Response extends object>(
  path: string,
  request: Message<Request>,
  response: Message<Response>,
  repeatable: boolean,
): Method<Request, Response> {
  return { path: `/etcdserverpb.${path}`, request, response, repeatable };
}

export const methods = {
  range: method('KV/Range', kv.RangeRequest, kv.RangeResponse, true),
  put: method('KV/Put', kv.PutRequest, kv.PutResponse, false),
  deleteRange: method('KV/DeleteRange', kv.DeleteRangeRequest, kv.DeleteRangeResponse, false),
  txn: method('KV/Txn', kv.TxnRequest, kv.TxnResponse, false),
  compact: method('KV/Compact', kv.CompactionRequest, kv.HeaderResponse, false),
  /** Repeating a grant may leave an unused lease behind, which ends by itself. */
  leaseGrant: method('Lease/LeaseGrant', lease.LeaseGrantRequest, lease.LeaseGrantResponse, true),
  leaseRevoke: method('Lease/LeaseRevoke', lease.LeaseRevokeRequest, kv.HeaderResponse, true),
  leaseKeepAlive: method('Lease/LeaseKeepAlive', lease.LeaseKeepAliveRequest, lease.LeaseKeepAliveResponse, true),
  watch: method('Watch/Watch', watch.WatchRequest, watch.WatchResponse, true),
} as const;
