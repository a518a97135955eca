/** Which case shows each refusal of etcd: code, text and what brings it about. Names of cases as in `types.ts`. */
import type { Coverage } from './types.ts';

export const errors: Coverage = {
  'InvalidArgument: key is not provided': [
    'grpc-kv#range without a key',
    'grpc-kv#put without a key',
    'grpc-kv#delete without a key',
    'grpc-txn#an empty key in a compare',
    'grpc-txn#an empty key in a put',
    'grpc-txn#an empty key in a range of the other branch',
  ],
  'InvalidArgument: key not found': [
    'grpc-kv#ignore_value on a missing key',
    'grpc-kv#ignore_lease on a missing key',
    'grpc-txn#an operation of no kind',
  ],
  'InvalidArgument: value is provided, lease is provided': [
    'grpc-kv#put with a value and ignore_value',
    'grpc-kv#put with a lease and ignore_lease',
  ],
  'InvalidArgument: too many operations in txn request': [
    'grpc-txn#129 operations',
    'grpc-txn#128 operations are allowed',
    'grpc-alarms#of compares, of successes and of failures, 4 are allowed and 5 are not',
    'grpc-alarms#a nested transaction has what the lists around it leave over',
  ],
  'InvalidArgument: duplicate key given in txn request': [
    'grpc-txn#the same key put twice',
    'grpc-txn#two sibling nested transactions may not put the same key',
    'grpc-txn#a key put nested and deleted by a later sibling',
  ],
  'InvalidArgument: invalid sort option': ['grpc-kv#an unknown sort order'],
  'InvalidArgument: request is too large': [
    'grpc-kv#a put above max-request-bytes',
    'grpc-txn#a transaction above max-request-bytes',
    'grpc-alarms#a request of 64 KiB is too large where that is the bound',
  ],
  'InvalidArgument: given member URLs are invalid': ['grpc-cluster#peer URLs that are none cannot be added'],
  'InvalidArgument: user name is empty, role name is empty': [
    'auth-cases/while-off#a user without a name',
    'auth-cases/while-off#a role without a name',
    'auth-cases/on-keys#keys without a token',
  ],
  'InvalidArgument: authentication failed': ['auth-cases/on-keys#who signs in with what'],
  'InvalidArgument: permission not given': ['gateway-paths#%s of an empty request'],
  'InvalidArgument: invalid auth management': [
    'auth-cases/as-users#root stays root',
    'auth-cases/while-off#a range that ends before it begins',
  ],
  'InvalidArgument: revision of auth store is old': ['jwt#any change of the users makes every token an old one'],
  'InvalidArgument: targets of a downgrade': ['gateway-paths#%s of an empty request', 'etcd-36#downgrade targets'],
  'OutOfRange: required revision has been compacted': [
    'grpc-kv#compact keeps the revision itself readable and refuses those below, itself again, and the future',
    'grpc-boundaries#a negative compaction',
  ],
  'OutOfRange: required revision is a future revision': [
    'grpc-kv#a future revision is refused',
    'grpc-txn#a future revision in a range fails the whole transaction',
    'grpc-cluster#the hash of a history is etcd’s own, a never compacted store says so, and a future revision is refused',
  ],
  'OutOfRange: too large lease TTL': ['grpc-lease#a TTL beyond the longest'],
  'ResourceExhausted: database space exceeded': [
    'grpc-alarms#beyond the quota: refused, an alarm for this member, deletes go on, room is made, the alarm is taken back',
    'grpc-alarms#under NOSPACE: what is refused, what is allowed, how it is listed and taken back',
  ],
  'ResourceExhausted: a message larger than the server receives': ['grpc-kv#a message above what the server receives'],
  'NotFound: requested lease not found': [
    'grpc-kv#put with an unknown lease',
    'grpc-kv#put with an unknown negative lease',
    'grpc-txn#an unknown lease fails the whole transaction',
    'grpc-boundaries#a lease revoked twice',
  ],
  'NotFound: member not found': ['grpc-cluster#nobody there can be removed, updated or promoted'],
  'FailedPrecondition: lease already exists': ['grpc-lease#the same id twice'],
  'FailedPrecondition: Peer URLs already exists': [
    'grpc-cluster#a peer URL that a member has cannot be added, as voter or learner',
  ],
  're-configuration failed due to not enough started members': [
    'grpc-cluster#the last member cannot be removed, and a voter not be promoted',
  ],
  'FailedPrecondition: learners that are none, not in sync, too many': [
    'grpc-cluster#the last member cannot be removed, and a voter not be promoted',
    'grpc-cluster#a learner is added without a name, one at a time, is not promoted before it is in sync, and is removed for good',
    'learner#it cannot be given the leadership, and is promoted once it is in sync',
  ],
  'FailedPrecondition: rpc not supported for learner': ['learner#everything else it refuses, each with the same words'],
  'FailedPrecondition: root user does not exist, or is not root': [
    'auth-cases/while-off#turning on without root',
    'auth-cases/while-off#turning on with a root who is not root',
  ],
  'FailedPrecondition: users and roles that exist, are not found, are not granted': [
    'auth-cases/while-off#the same user twice',
    'auth-cases/while-off#the same role twice',
    'auth-cases/while-off#an unknown user',
    'auth-cases/while-off#an unknown role',
    'auth-cases/while-off#roles granted to and revoked from whom there is not, or that there are not',
    'auth-cases/while-off#permissions that cannot be granted or revoked',
  ],
  'FailedPrecondition: authentication is not enabled': ['auth-cases/while-off#nobody can sign in while it is off'],
  'FailedPrecondition: not leader, bad leader transferee': [
    'members#refusals are the same through a follower',
    'grpc-cluster#moving the leader to nobody is refused',
  ],
  'FailedPrecondition: no inflight downgrade job': ['etcd-36#downgrade targets'],
  'PermissionDenied: permission denied': [
    'auth-cases/on-keys#writes inside and outside the permissions',
    'auth-cases/on-keys#of a transaction everything is checked, whichever branch runs',
  ],
  'Unauthenticated: invalid auth token': [
    'auth-cases/on-keys#keys with a token that there is not',
    'jwt#a token that was changed in one letter, cut, or made up',
  ],
  'Unavailable: no leader': [
    'without-quorum#who requires a leader is told at once that there is none',
    'without-quorum#a write is given up after seven seconds, and was proposed to nobody',
  ],
  'Unavailable: request timed out': ['without-quorum#a linearizable read is given up as "request timed out"'],
  'Unavailable: unhealthy cluster': [
    'members#a voter is added through a follower, moved, known everywhere, and removed before it ever started',
  ],
  'Unavailable: server stopped': [
    'server/store/rpc/front/front#close ends open streams with "server stopped" and leaves within a second',
  ],
  'Unavailable: a write whose leader was lost': [
    'server/store/member/member#a write that was lost with the old leader is settled when the new one has begun',
    'server/store/member/member#without a majority a write waits, then fails as never proposed or as unknown, never as success',
  ],
  'DataLoss: corrupt cluster': [
    'grpc-alarms#under CORRUPT: everything that is applied is refused, until it is taken back',
  ],
  'Unknown: texts of the packages beneath': [
    'grpc-recipes#the leader field is required',
    'grpc-recipes#a lock under an unknown lease',
    'grpc-recipes#an election: campaign, leader, proclaim, resign',
    'auth-cases/as-users#what a user may ask of a member',
    'gateway-paths#%s of an empty request',
  ],
  'Unimplemented: methods and services that are none, reflection among them': [
    'grpc-kv#an unknown method and an unknown service',
    'etcd-36#server reflection is not served',
  ],
};
