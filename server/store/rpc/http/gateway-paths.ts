/** The JSON gateway's paths (all POST, below /v3) and the gRPC methods behind them. */

const PATHS: Readonly<Record<string, string>> = {
  'kv/range': 'KV/Range',
  'kv/put': 'KV/Put',
  'kv/deleterange': 'KV/DeleteRange',
  'kv/txn': 'KV/Txn',
  'kv/compaction': 'KV/Compact',
  watch: 'Watch/Watch',
  'lease/grant': 'Lease/LeaseGrant',
  'lease/revoke': 'Lease/LeaseRevoke',
  'kv/lease/revoke': 'Lease/LeaseRevoke',
  'lease/keepalive': 'Lease/LeaseKeepAlive',
  'lease/timetolive': 'Lease/LeaseTimeToLive',
  'kv/lease/timetolive': 'Lease/LeaseTimeToLive',
  'lease/leases': 'Lease/LeaseLeases',
  'kv/lease/leases': 'Lease/LeaseLeases',
  'cluster/member/add': 'Cluster/MemberAdd',
  'cluster/member/remove': 'Cluster/MemberRemove',
  'cluster/member/update': 'Cluster/MemberUpdate',
  'cluster/member/list': 'Cluster/MemberList',
  'cluster/member/promote': 'Cluster/MemberPromote',
  'maintenance/alarm': 'Maintenance/Alarm',
  'maintenance/status': 'Maintenance/Status',
  'maintenance/defragment': 'Maintenance/Defragment',
  'maintenance/hash': 'Maintenance/Hash',
  'maintenance/hashkv': 'Maintenance/HashKV',
  'maintenance/snapshot': 'Maintenance/Snapshot',
  'maintenance/transfer-leadership': 'Maintenance/MoveLeader',
};

const OTHER_PACKAGES: Readonly<Record<string, string>> = {
  'lock/lock': '/v3lockpb.Lock/Lock',
  'lock/unlock': '/v3lockpb.Lock/Unlock',
  'election/campaign': '/v3electionpb.Election/Campaign',
  'election/proclaim': '/v3electionpb.Election/Proclaim',
  'election/leader': '/v3electionpb.Election/Leader',
  'election/observe': '/v3electionpb.Election/Observe',
  'election/resign': '/v3electionpb.Election/Resign',
};

/** "/v3/kv/range" → "/etcdserverpb.KV/Range". */
export const GATEWAY_PATHS: ReadonlyMap<string, string> = new Map([
  ...Object.entries(PATHS).map(([path, rpc]) => [`/v3/${path}`, `/etcdserverpb.${rpc}`] as const),
  ...Object.entries(OTHER_PACKAGES).map(([path, rpc]) => [`/v3/${path}`, rpc] as const),
]);
