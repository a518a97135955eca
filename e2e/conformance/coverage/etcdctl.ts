/** Which case runs each command of etcdctl. Names of cases as in `types.ts`; a test asks etcdctl which commands there are. */
import type { Coverage } from './types.ts';

const users = 'etcdctl-auth#users and roles while authentication is off';
const permissions = 'etcdctl-auth#permissions and how they are shown';
const maintenance = 'etcdctl#health, alarms and members';
const members = 'etcdctl-tools#a member is added as a learner, moved, not promoted, and removed';
const aSnapshot = 'etcdctl-tools#a snapshot is saved, described and restored';
const root = 'etcdctl-auth#root stays root, and passwords change';
const cluster = 'etcdctl#every endpoint is healthy and has the same shape of status';

export const etcdctlCommands: Coverage = {
  'alarm disarm': [maintenance],
  'alarm list': [maintenance],
  'auth disable': ['etcdctl-auth#turning off'],
  'auth enable': ['etcdctl-auth#turning on, and what users may do'],
  'check datascale': ['etcdctl-tools#the data scale check passes and cleans up behind itself'],
  'check perf': ['etcdctl-tools#the performance check passes wherever etcd passes it, and cleans up behind itself'],
  compaction: ['etcdctl#compaction and reads below it'],
  defrag: [maintenance],
  del: ['etcdctl#delete'],
  elect: ['etcdctl#elect prints the leader key, a listener sees it'],
  'endpoint hashkv': [maintenance],
  'endpoint health': [cluster, 'etcdctl-urls#endpoint health --cluster'],
  'endpoint status': [cluster, 'etcdctl-urls#endpoint status --cluster'],
  get: ['etcdctl#get by prefix, range, limit and order', 'etcdctl#history by revision'],
  'lease grant': ['etcdctl#the life of a lease'],
  'lease keep-alive': ['etcdctl-tools#a lease is kept alive beyond its time'],
  'lease list': ['etcdctl#the life of a lease'],
  'lease revoke': ['etcdctl#the life of a lease'],
  'lease timetolive': ['etcdctl#the life of a lease'],
  lock: ['etcdctl#lock runs a command and lets go'],
  'make-mirror': ['etcdctl-tools#ours to etcd', 'etcdctl-tools#etcd to ours'],
  'member add': [members],
  'member list': [maintenance, 'etcdctl-urls#member list'],
  'member promote': [members],
  'member remove': [members],
  'member update': [members],
  'move-leader': ['etcdctl#moving the leader: by itself, from a follower, and to a member that is none'],
  put: ['etcdctl#put and get', 'etcdctl#put with options'],
  'role add': [users],
  'role delete': [root],
  'role get': [permissions],
  'role grant-permission': [permissions],
  'role list': [users],
  'role revoke-permission': [permissions],
  'snapshot restore': [aSnapshot],
  'snapshot save': [aSnapshot],
  'snapshot status': [aSnapshot],
  txn: ['etcdctl#transactions'],
  'user add': [users],
  'user delete': [root],
  'user get': [users],
  'user grant-role': [users],
  'user list': [users],
  'user passwd': [root],
  'user revoke-role': [root],
  watch: [
    'etcdctl#history with previous pairs, from a revision',
    'etcdctl-tools#a watch runs a program for each event',
  ],
};

/** What asks no server. */
export const COMMANDS_WITHOUT_SERVER = ['completion', 'help', 'migrate', 'version'];
