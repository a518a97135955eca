/** Every bound of the client port, in one place. Where etcd has the same bound, the number is etcd's default. */

/** `--max-request-bytes`: a proposal's marshalled size. */
export const REQUEST_BYTES_MAX = 1_572_864;
/** A received gRPC message may exceed max-request-bytes by this much before it is refused unread. */
export const RECEIVE_OVERHEAD_BYTES = 512 * 1024;
/** What `--quota-backend-bytes 0` means. */
export const QUOTA_BYTES_DEFAULT = 2 * 1024 ** 3;
/** `--max-txn-ops`: the length of each of the three lists of a transaction. */
export const TXN_OPS_MAX = 128;

/** Bytes waiting in one stream's output before its producer must hold back. */
export const STREAM_OUTPUT_BYTES_MAX = 1024 * 1024;
/** Connections of one listener; further ones are dropped as they come. */
export const CONNECTIONS_MAX = 20_000;
/** Streams of one connection. A connection of clientv3 holds one per lock waiter and keep-alive loop. */
export const CONNECTION_STREAMS_MAX = 100_000;
/** Memory one connection may hold in the HTTP/2 layer, in MiB (node:http2 `maxSessionMemory`; own framing: unread requests, and answers its peer does not take). */
export const CONNECTION_MEMORY_MIB_MAX = 256;
/** What a peer may send on one stream, and on all, before we have taken it. */
export const STREAM_WINDOW_BYTES = 256 * 1024;
export const CONNECTION_WINDOW_BYTES = 4 * 1024 * 1024;
export const HEADER_LIST_BYTES_MAX = 16 * 1024;
export const HEADER_PAIRS_MAX = 64;
/** Streams a peer may reset: this many at once, then this many a second (CVE-2023-44487). */
export const RESET_BURST_MAX = 10_000;
export const RESETS_PER_SECOND_MAX = 1000;
/** A peer that says nothing after connecting is dropped. */
export const FIRST_BYTE_TIMEOUT_MS = 60_000;
/** How long close() lets running unary calls finish before it cuts the connections. */
export const CLOSE_GRACE_MS = 500;

/** Watchers on one gRPC stream. */
export const STREAM_WATCHERS_MAX = 100_000;
/** Keep-alive requests waiting on one stream before its reading pauses. */
export const KEEPALIVE_QUEUE_MAX = 64;
/** `--watch-progress-notify-interval`; up to a tenth more is added at random per stream. */
export const PROGRESS_NOTIFY_INTERVAL_MS = 600_000;
/** Children and watched ranges in one answer of the extras: when the request does not say, and at most. */
export const CHILDREN_DEFAULT = 1000;
export const CHILDREN_MAX = 10_000;
export const WATCHED_RANGES_DEFAULT = 100;
export const WATCHED_RANGES_MAX = 1000;
/** Keys a listing looks at before others get their turn, and listings at work at once; further ones are "too many requests". */
export const CHILD_SLICE_KEYS = 5_000;
export const CHILD_SCANS_MAX = 8;
/** A delimiter longer than this separates nothing. */
export const DELIMITER_BYTES_MAX = 64;
/** Versions of clients counted by name in /metrics, and how long such a name may be; others are "other". */
export const CLIENT_VERSIONS_MAX = 100;
export const CLIENT_VERSION_BYTES_MAX = 64;
/** TTLs above this are refused (etcd: lease.MaxLeaseTTL, seconds). */
export const LEASE_TTL_SECONDS_MAX = 9_000_000_000;
/** A stream opened with `hasleader` dies after this many election timeouts without a leader. */
export const LEADERLESS_ELECTION_TIMEOUTS = 3;
/** Body of one JSON gateway request: base64 makes bytes a third longer. */
export const GATEWAY_BODY_BYTES_MAX = 3 * 1024 * 1024;

/** Threads that hash and check passwords, one password each; also bounded by the processors there are. */
export const PASSWORD_WORKERS_MAX = 2;
/** Passwords waiting for one of them; further sign-ins are refused with "too many requests". */
export const PASSWORD_JOBS_MAX = 128;
/** bcrypt looks at no more; etcd refuses longer ones. */
export const PASSWORD_BYTES_MAX = 72;
