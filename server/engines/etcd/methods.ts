/** The RPCs this engine calls: path, codec, and whether repeating one can do harm. */
import { MemberListRequest, MembersResponse, StatusRequest, StatusResponse } from '../../../lib/base/etcdpb/cluster.ts';
import {
  HeaderResponse,
  RangeRequest,
  RangeResponse,
  ResponseHeader,
  TxnRequest,
  TxnResponse,
} from '../../../lib/base/etcdpb/kv.ts';
import {
  LeaseGrantRequest,
  LeaseGrantResponse,
  LeaseLeasesRequest,
  LeaseLeasesResponse,
  LeaseRevokeRequest,
  LeaseTimeToLiveRequest,
  LeaseTimeToLiveResponse,
} from '../../../lib/base/etcdpb/lease.ts';
import { type Message, message, nested, string } from '../../../lib/base/protobuf/schema.ts';

const AuthenticateRequest = message('etcdserverpb.AuthenticateRequest', { name: string(1), password: string(2) });
const AuthenticateResponse = message('etcdserverpb.AuthenticateResponse', {
  header: nested(1, () => ResponseHeader),
  token: string(2),
});

export interface Method<Q extends object, A extends object> {
  readonly path: string;
  readonly request: Message<Q>;
  readonly response: Message<A>;
  /** False: sent at most once. */
  readonly repeatable: boolean;
}

function method<Q extends object, A extends object>(
  path: string,
  request: Message<Q>,
  response: Message<A>,
  repeatable: boolean,
): Method<Q, A> {
  return { path: `/etcdserverpb.${path}`, request, response, repeatable };
}

export const methods = {
  range: method('KV/Range', RangeRequest, RangeResponse, true),
  txn: method('KV/Txn', TxnRequest, TxnResponse, false),
  leaseLeases: method('Lease/LeaseLeases', LeaseLeasesRequest, LeaseLeasesResponse, true),
  leaseTimeToLive: method('Lease/LeaseTimeToLive', LeaseTimeToLiveRequest, LeaseTimeToLiveResponse, true),
  leaseGrant: method('Lease/LeaseGrant', LeaseGrantRequest, LeaseGrantResponse, false),
  leaseRevoke: method('Lease/LeaseRevoke', LeaseRevokeRequest, HeaderResponse, false),
  memberList: method('Cluster/MemberList', MemberListRequest, MembersResponse, true),
  status: method('Maintenance/Status', StatusRequest, StatusResponse, true),
  authenticate: method('Auth/Authenticate', AuthenticateRequest, AuthenticateResponse, true),
} as const;

export const WATCH_PATH = '/etcdserverpb.Watch/Watch';
