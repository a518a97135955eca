/**
 * etcd's errors, exact in code and text, because clients match on both (reference: etcd rpctypes; 3.6 codes).
 * Inside the process an error is the `EtcdError` object; the text matters only on the wire.
 */
import { GrpcCode } from '../grpc-status.ts';

export class EtcdError extends Error {
  override readonly name = 'EtcdError';
  readonly code: GrpcCode;

  constructor(code: GrpcCode, message: string) {
    super(message);
    this.code = code;
  }
}

const invalid = (text: string) => () => new EtcdError(GrpcCode.INVALID_ARGUMENT, `etcdserver: ${text}`);
const outOfRange = (text: string) => () => new EtcdError(GrpcCode.OUT_OF_RANGE, `etcdserver: ${text}`);
const exhausted = (text: string) => () => new EtcdError(GrpcCode.RESOURCE_EXHAUSTED, `etcdserver: ${text}`);
const notFound = (text: string) => () => new EtcdError(GrpcCode.NOT_FOUND, `etcdserver: ${text}`);
const precondition = (text: string) => () => new EtcdError(GrpcCode.FAILED_PRECONDITION, `etcdserver: ${text}`);
const unauthenticated = (text: string) => () => new EtcdError(GrpcCode.UNAUTHENTICATED, `etcdserver: ${text}`);
const denied = (text: string) => () => new EtcdError(GrpcCode.PERMISSION_DENIED, `etcdserver: ${text}`);
/** Not in etcd's own table of errors: they arrive as Unknown with the text of the package. */
const unknownAuth = (text: string) => () => new EtcdError(GrpcCode.UNKNOWN, `auth: ${text}`);
const unavailable = (text: string) => () => new EtcdError(GrpcCode.UNAVAILABLE, `etcdserver: ${text}`);

/** Factories, so that every throw has its own stack. */
export const etcdErrors = {
  emptyKey: invalid('key is not provided'),
  keyNotFound: invalid('key not found'),
  valueProvided: invalid('value is provided'),
  leaseProvided: invalid('lease is provided'),
  tooManyOps: invalid('too many operations in txn request'),
  duplicateKey: invalid('duplicate key given in txn request'),
  invalidClientApiVersion: invalid('invalid client api version'),
  invalidSortOption: invalid('invalid sort option'),
  requestTooLarge: invalid('request is too large'),
  compacted: outOfRange('mvcc: required revision has been compacted'),
  futureRevision: outOfRange('mvcc: required revision is a future revision'),
  leaseTtlTooLarge: outOfRange('too large lease TTL'),
  noSpace: exhausted('mvcc: database space exceeded'),
  tooManyRequests: exhausted('too many requests'),
  leaseNotFound: notFound('requested lease not found'),
  memberNotFound: notFound('member not found'),
  memberBadUrls: invalid('given member URLs are invalid'),
  memberExists: precondition('member ID already exist'),
  peerUrlExists: precondition('Peer URLs already exists'),
  /** Unknown on the wire, up to 3.6.14 at least: the server maps it to the client's error value, which carries no gRPC status. */
  tooFewStarted: () =>
    new EtcdError(GrpcCode.UNKNOWN, 'etcdserver: re-configuration failed due to not enough started members'),
  notLearner: precondition('can only promote a learner member'),
  learnerNotReady: precondition('can only promote a learner member which is in sync with leader'),
  tooManyLearners: precondition('too many learner members in cluster'),
  learnerRefuses: precondition('rpc not supported for learner'),
  leaseExists: precondition('lease already exists'),
  notLeader: precondition('not leader'),
  badLeaderTransferee: precondition('bad leader transferee'),
  authNotEnabled: precondition('authentication is not enabled'),
  rootUserMissing: precondition('root user does not exist'),
  rootRoleMissing: precondition('root user does not have root role'),
  userExists: precondition('user name already exists'),
  userNotFound: precondition('user name not found'),
  roleExists: precondition('role name already exists'),
  roleNotFound: precondition('role name not found'),
  roleNotGranted: precondition('role is not granted to the user'),
  permissionNotGranted: precondition('permission is not granted to the role'),
  userEmpty: invalid('user name is empty'),
  roleEmpty: invalid('role name is empty'),
  authFailed: invalid('authentication failed, invalid user ID or password'),
  permissionNotGiven: invalid('permission not given'),
  invalidAuthManagement: invalid('invalid auth management'),
  authOldRevision: invalid('revision of auth store is old'),
  permissionDenied: denied('permission denied'),
  invalidAuthToken: unauthenticated('invalid auth token'),
  noPasswordUser: unknownAuth('authentication failed, password was given for no password user'),
  verifyOnly: unknownAuth('token signing attempted with verify-only key'),
  downgradeVersionMalformed: invalid('wrong downgrade target version format'),
  downgradeVersionInvalid: invalid('invalid downgrade target version'),
  noDowngrade: precondition('no inflight downgrade job'),
  noLeader: unavailable('no leader'),
  leaderChanged: unavailable('leader changed'),
  stopped: unavailable('server stopped'),
  timeout: unavailable('request timed out'),
  timeoutLeaderLost: unavailable('request timed out, possibly due to previous leader failure'),
  timeoutConnectionLost: unavailable('request timed out, possibly due to connection lost'),
  unhealthy: unavailable('unhealthy cluster'),
  corrupt: () => new EtcdError(GrpcCode.DATA_LOSS, 'etcdserver: corrupt cluster'),
} as const;
