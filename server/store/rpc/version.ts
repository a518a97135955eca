/** What this member tells clients it speaks. Clients gate features on these, so they name the etcd API we follow. */
export const SERVER_VERSION = '3.6.14';
export const CLUSTER_VERSION = '3.6.0';
export const STORAGE_VERSION = '3.6.0';
/** What /version says, on the client port and on the peer port. */
export const VERSIONS = { etcdserver: SERVER_VERSION, etcdcluster: CLUSTER_VERSION, storage: STORAGE_VERSION };
