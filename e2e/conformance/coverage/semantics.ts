/** Which case shows each rule of what etcd does. Names of cases as in `types.ts`. */
import type { Coverage } from './types.ts';

const compacted =
  'grpc-kv#compact keeps the revision itself readable and refuses those below, itself again, and the future';
const SEEDS = 'grpc-random#requests drawn from seeds beside the real etcd';

const transport: Coverage = {
  'gRPC and HTTP/1.1 share a port, http and https too': [
    'http#gateway: %s',
    'server/store/rpc/front/front#HTTP/1.1 and gRPC share the port',
    'e2e/launch/member#http and https are served on one port',
  ],
  'mutual TLS, revoked and renewed certificates': [
    'tls#watch',
    'tls#a renewed certificate is served without a restart',
  ],
  'answers may be larger than requests': ['grpc-revisions#an answer of many megabytes is given whole'],
  'a leader can be demanded': [
    'grpc-cluster#hasleader is satisfied while there is a leader',
    'without-quorum#an open watch that requires a leader is ended, one that does not stays',
  ],
  'the token comes as token or authorization': [
    'auth-cases/on-keys#the token may come as authorization',
    'server/store/rpc/services/auth#a token in the header authorization counts, with and without Bearer, on the gateway too',
  ],
  'the health service': [
    'grpc-cluster#health serves the server as a whole',
    'grpc-boundaries#health of a service that is none',
  ],
  'a request waits for the others as long as etcd lets it': [
    'without-quorum#a write is given up after seven seconds, and was proposed to nobody',
    'without-quorum#what one member knows by itself is answered',
  ],
};

const kv: Coverage = {
  'revisions: one for each request that writes, none for the others': [
    'grpc-revisions#a fresh store stands at revision 1',
    'grpc-revisions#what is no write keeps the revision: leases, alarms, users, reads, refusals, deletes of nothing',
    'grpc-revisions#one request is one revision, however many keys it writes',
    'grpc-kv#an identical put still makes a revision',
    'grpc-kv#delete of nothing keeps the revision',
    'grpc-revisions#a compaction keeps the revision',
    'grpc-lease#revoke without keys keeps the revision',
    SEEDS,
  ],
  'create_revision, mod_revision and version of a key': [
    'grpc-kv#versions count puts, create_revision stays, and a new life starts over',
    'grpc-revisions#a key that is deleted and written again begins at version 1 with a new creation',
  ],
  'a tombstone carries its key and revision alone': [
    'grpc-watch#history replays from the start revision, tombstones without values',
  ],
  'headers: the current revision, also of reads in the past; none for members': [
    'grpc-kv#a historic read carries the current revision in its header',
    'grpc-cluster#member list has a header without a revision',
  ],
  'ranges: one key, to an end, open, inverted, of bytes': [
    'grpc-kv#range_end "\\0" reads to the end, and key "\\0" with it reads everything',
    'grpc-kv#an inverted range is empty, not an error',
    'grpc-kv#keys order by bytes, beyond ASCII and with embedded zeros',
    'grpc-revisions#a prefix of 0xff bytes reaches to the end',
  ],
  'count ignores limit and filters; count_only': [
    'grpc-kv#limit cuts and says more, count ignores it',
    'grpc-kv#count_only gives neither keys nor more',
    'grpc-boundaries#a filter that nothing passes leaves the count',
  ],
  'limit and more': [
    'grpc-boundaries#a limit equal to the count says no more',
    'grpc-boundaries#a negative limit is no limit',
  ],
  'filters by revision, bounds included': [
    'grpc-kv#revision filters apply before the limit and never to the count',
    'grpc-boundaries#filters include their bounds',
  ],
  'sorting by every target, both ways, and without an order': [
    'grpc-boundaries#a target other than the key sorts ascending without an order',
    'grpc-kv#MOD ascending',
    'grpc-kv#CREATE descending',
    'grpc-kv#KEY descending',
    'grpc-kv#VALUE with order NONE ascends',
  ],
  'keys_only drops values alone': [
    'grpc-kv#keys_only drops values and keeps metadata',
    'grpc-revisions#keys_only keeps the lease of a key',
  ],
  'revisions of reads: negative, compacted, current, future': [
    'grpc-kv#a negative revision means the current one',
    compacted,
  ],
  'serializable and linearizable reads': [
    'grpc-kv#a serializable read answers the same',
    'members#a write through a follower is read at once through every member',
    'learner#it answers its status and reads that need no quorum',
  ],
  'put: previous pair, lease attached, moved, detached, kept': [
    'grpc-kv#put returns the previous pair when asked',
    'grpc-lease#a put without a lease detaches the key, ignore_lease keeps it',
    'grpc-lease#a put with another lease moves the key',
    'grpc-kv#ignore_value keeps the value and makes a revision',
    'grpc-boundaries#ignore_value and ignore_lease together touch the key',
  ],
  'delete: how many, which, in the order of keys': [
    'grpc-kv#delete of a range is one revision and returns pairs in key order',
    'grpc-boundaries#a delete from a key to the end of everything',
  ],
  'compaction: what stays readable, again, at 0, at the current revision, through any member': [
    compacted,
    'grpc-kv#a tombstone at the compact revision stays deleted',
    'grpc-kv#compacting at 0 before any compaction',
    'grpc-kv#compacting at the current revision is allowed',
    'members#compaction through a follower holds on every member',
  ],
};

const txn: Coverage = {
  'compares: every target and result on living and missing keys': [
    'grpc-compares#a living key: every target, every result, operands below, at and above',
    'grpc-compares#a missing key: every target, every result, operands below, at and above zero',
    'grpc-compares#a compare without its operand compares with zero or nothing, on a living and a missing key',
  ],
  'compares over ranges': [
    'grpc-compares#a range of keys: every one of them must hold, for every target and result',
    'grpc-compares#an empty, an inverted and an open range, for every target and result',
  ],
  'all compares must hold, none is true': [
    'grpc-txn#mod compares against the exact revision, all compares must hold',
    'grpc-txn#no compare at all succeeds',
  ],
  'nested compares see the state before, ranges see the writes before them': [
    'grpc-txn#a nested transaction: headers inside, compares against the state before',
    'grpc-txn#ranges see the writes before them, all at one revision',
    'grpc-txn#a deleted key is gone for the range after it',
  ],
  'duplicate keys': [
    'grpc-txn#the same key in nested then and nested else is allowed',
    'grpc-txn#two deletes of the same key are allowed',
    'grpc-txn#a put inside a deleted range',
    'grpc-txn#a deleted range after the put',
    'grpc-txn#a put in a range that is deleted from a key to the end',
  ],
  'all or nothing': [
    'grpc-txn#an unknown lease fails the whole transaction',
    'grpc-txn#ignore_value on a missing key fails the whole transaction',
  ],
  'transactions of reads stay out of the log': [
    'grpc-revisions#a linearizable and a serializable read, each in a transaction of reads alone, keep the log as it is',
    'server/store/rpc/services/services#a read-only transaction is not proposed, and waits for a barrier unless all its ranges are serializable',
  ],
  'transactions of any shape': [SEEDS],
};

const watch: Coverage = {
  'created first, with ids given or counted': [
    'grpc-watch#the first answer says created, ids count from 0',
    'grpc-watch#an own id is taken, the automatic ones go on around it',
  ],
  'creations that are refused': [
    'grpc-watch#the same own id twice is refused, the stream lives on',
    'grpc-watch#an empty range is refused',
    'grpc-watch#a negative start revision',
    'auth-cases/on-keys#a watch without a token, and with a bad one',
  ],
  'which keys': [
    'grpc-watch#an empty key with "\\0" watches everything, an empty key alone the key "\\0"',
    'grpc-watch#a watcher on one key hears only that key',
  ],
  'from when': [
    'grpc-watch#history replays from the start revision, tombstones without values',
    'grpc-watch#a start in the future delivers nothing older',
    'grpc-watch#a start below the compact revision is created, then cancelled with it; at it, it works',
  ],
  'cancel, half-close, requests of no kind': [
    'grpc-watch#cancel answers once; an unknown id is not answered',
    'grpc-watch#half-close of the stream',
    'grpc-revisions#a request of no kind is passed over',
  ],
  'a revision is never split, order within and between': [
    'grpc-revisions#a replay never splits a revision, and keeps the order of keys within it',
    'grpc-revisions#a replay of more than a thousand revisions comes complete and in order',
    'grpc-watch#events of one transaction arrive in one answer, in order',
  ],
  'headers of live answers': ['grpc-watch#live events carry their own revision in the header'],
  'filters and previous pairs': [
    'grpc-watch#NOPUT and NODELETE drop their events at the server',
    'grpc-watch#previous pairs: absent on creation, present on update and delete',
    'grpc-revisions#filters and previous pairs together, over history',
    'grpc-revisions#a previous pair that was compacted is left out',
  ],
  'progress: on request and by itself': [
    'grpc-watch#a manual progress request on a synced stream',
    'grpc-revisions#progress asked for on a stream without watchers is not answered',
    'grpc-revisions#two watchers of one stream each hear of a write, and progress is told once for both',
    'server/store/rpc/services/watch#a progress request is answered only when every watcher has everything',
    'server/store/rpc/services/watch#a watcher that starts in the future silences progress',
    'grpc-progress#an idle watcher that wants it is told how far it is, its neighbour on the stream is not',
    'grpc-progress#what happens elsewhere moves it on',
    'server/store/rpc/services/watch#progress is notified to idle watchers that asked for it, once per interval',
  ],
  fragments: ['grpc-watch#a large answer is fragmented when asked, and whole otherwise'],
  'a slow reader': [
    'server/store/rpc/services/watch#a slow reader is not buffered for: it gets every event from history, in order, once',
  ],
  'rights are asked for at the creation': [
    'auth-cases/on-keys#a watch inside and outside the permissions',
    'auth-cases/on-keys#a watch outlives the permission it was made with',
  ],
};

const lease: Coverage = {
  'grant: ids, the smallest and the longest TTL': [
    'grpc-lease#a grant without an id gets a positive one',
    'grpc-lease#a short, a zero and a negative TTL are raised to the minimum',
    'grpc-lease#the longest TTL',
    'grpc-lease#a negative id is an id',
  ],
  'keep-alive: of a lease, of none, through any member, without quorum': [
    'grpc-lease#keep-alive answers the granted TTL, and 0 for an unknown lease',
    'members#a lease lives through any member: grant, keep-alive, time to live, list, revoke',
    'without-quorum#a lease is not kept alive by a member alone',
  ],
  'expiry: at one revision, in the order of keys': [
    'grpc-lease#an expired lease deletes its keys by itself',
    'grpc-revisions#keys of an expired lease are deleted at one revision, in key order',
  ],
  'a new leader gives the whole time again': [
    'server/store/member/member#a new leader gives every lease its full time again',
    'members#a lease gets its whole time again when the leadership moves',
  ],
  'time to live, with keys and of none': ['grpc-lease#time to live of a lease and its keys, and of an unknown lease'],
  'the list, soonest first': [
    'grpc-lease#leases are listed soonest expiry first',
    'members#leases are listed soonest expiry first through a follower too',
  ],
  revoke: ['grpc-lease#revoke deletes its keys in one revision, in key order', 'grpc-boundaries#a lease revoked twice'],
  'a deleted key leaves its lease': ['grpc-lease#a deleted key no longer belongs to its lease'],
  rights: [
    'auth-cases/as-users#a lease is revoked only by who may write all of its keys',
    'auth-cases/as-users#a lease is kept alive by who may write its keys',
  ],
};

const auth: Coverage = {
  'turning on and off': [
    'auth-cases/while-off#turning on, twice',
    'auth-cases/as-users#turned off, everybody may do everything',
  ],
  'simple tokens: form, and what ends them': [
    'auth-cases/on-keys#a user with an empty password signs in with it',
    'auth-cases/as-users#a changed password ends the tokens of that user alone',
    'auth-cases/as-users#a deleted user is nobody',
  ],
  'signed tokens: claims, and what ends them': [
    'jwt#a token says who, until when and of which revision of the users',
    'jwt#any change of the users makes every token an old one',
    'jwt#reads with an old token',
  ],
  'permissions: of one kind, merged over ranges and roles, replaced, revoked exactly': [
    'auth-cases/while-off#permissions are listed by key, and the same range replaces',
    'auth-cases/on-keys#reads inside and outside the permissions',
    'server/store/auth/permissions#ranges of several roles that touch or overlap cover a range together; a gap of one key breaks it',
  ],
  'what is for root, what for everybody, what for oneself': [
    'auth-cases/as-users#users are for root to change',
    'auth-cases/as-users#a user sees himself and his roles',
    'auth-cases/as-users#what nobody may ask of a member',
    'auth-cases/as-users#compaction by a user who is not root',
    'server/store/rpc/services/auth#methods are classified, and one that nobody classified is for root',
  ],
  'the role root': ['auth-cases/as-users#the role root makes anybody root', 'auth-cases/as-users#the stored role root'],
  'users named by their certificates': [
    'server/store/rpc/services/auth-certificates#a certificate names its user, a user it does not know is denied, and a token wins over it',
  ],
  'the auth revision': [
    'server/store/auth/auth-store#every change raises the auth revision by one; a role granted twice and a refused change do not',
  ],
};

const maintenance: Coverage = {
  'status, and its errors': [
    'grpc-cluster#status says who leads and how far the log is',
    'etcd-36#status has the fields of 3.6',
  ],
  alarms: [
    'grpc-cluster#an alarm is raised, listed, blocks growth, and is taken back',
    'grpc-boundaries#an alarm that nobody raised is taken back without a word',
  ],
  'the quota': [
    'grpc-alarms#beyond the quota: refused, an alarm for this member, deletes go on, room is made, the alarm is taken back',
  ],
  'a snapshot: blobs, checksum, and tools that read it': [
    'gateway-paths#a snapshot comes as a stream of messages, the last of them its checksum',
    'etcdctl-tools#a snapshot is saved, described and restored',
    'server/store/rpc/services/snapshot#a snapshot is the database in 32 KiB blobs, counted down, and then its SHA-256',
  ],
  'HashKV is etcd’s own': [
    'grpc-cluster#the hash of a history is etcd’s own, a never compacted store says so, and a future revision is refused',
    'grpc-cluster#the hash after a compaction is etcd’s own, and one below the compact revision is refused',
    SEEDS,
  ],
  'defragment, moving the leader': [
    'grpc-cluster#defragment answers without a header',
    'members#the leadership moves, and every member says so',
  ],
  'members: added, listed, updated, removed for good': [
    'members#a voter is added through a follower, moved, known everywhere, and removed before it ever started',
    'grpc-cluster#a linearizable member list',
    'without-quorum#a linearizable list of the members needs the others too',
  ],
};

const http: Coverage = {
  'every path of the gateway': [
    'gateway-paths#%s of an empty request',
    'gateway-paths#%s is no path',
    'gateway-paths#another method than POST',
  ],
  'JSON: names, 64-bit numbers, bytes, enums, unknown fields': [
    'http#put and range',
    'http#bad JSON is the client’s fault',
  ],
  'streams, over HTTP and WebSockets': [
    'http#a watch streams created, history and live events',
    'websocket#what is no JSON is answered with an error, and the end',
  ],
  'health, with and without quorum; probes': [
    'http#health and version',
    'without-quorum#health over HTTP is bad, and says why',
    'etcd-36#probes answer with their checks',
  ],
  metrics: ['http#metrics share their names and types'],
  'the interface before': ['gateway-paths#a path of the interface before is answered alike'],
};

export const semantics = { transport, kv, txn, watch, lease, auth, maintenance, http };
