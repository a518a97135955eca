/**
 * Every path of the console's HTTP API in one place, for the browser, the route handlers and the tests. How bytes travel in them: bytes-param.ts.
 */
import { API, frameRoutes, storeRoute as store } from './frame-routes.ts';

export const routes = {
  ...frameRoutes,
  health: '/api/health',
  /** Prometheus text about the console itself */
  metrics: '/metrics',
  /** GET → StoreOverview[] */
  storesHealth: `${API}/stores/health`,
  /** POST SignInBody → StoreSummary, and the cookie */
  signIn: (id: string) => `${store(id)}/sign-in`,
  /** POST → StoreSummary */
  signOut: (id: string) => `${store(id)}/sign-out`,
  cluster: (id: string) => `${store(id)}/cluster`,
  revisions: (id: string) => `${store(id)}/revisions`,
  /** GET ?time → RevisionAt */
  revisionAt: (id: string) => `${store(id)}/revisions/at`,
  /** GET ?prefix&delimiter&by&rev → SpaceView */
  space: (id: string) => `${store(id)}/space`,
  /** GET ?prefix&delimiter&span&rev → HeatView */
  heat: (id: string) => `${store(id)}/heat`,
  /** GET ?q&limit → SearchPage (substring over the key index) */
  search: (id: string) => `${store(id)}/search`,
  /** GET ?key&rev → KeyDetail · PUT PutBody → WriteResult */
  key: (id: string) => `${store(id)}/key`,
  /** GET ?key&before&limit → KeyHistory */
  history: (id: string) => `${store(id)}/history`,
  /** GET ?key|prefix → DeletePreview */
  deletePreview: (id: string) => `${store(id)}/delete-preview`,
  /** GET ?key|prefix → WatchersView */
  watchers: (id: string) => `${store(id)}/watchers`,
  /** POST DeleteBody → DeleteResult */
  delete: (id: string) => `${store(id)}/delete`,
  /** GET ?in&mode&q&prefix&rev&limit → FindLine per line */
  find: (id: string) => `${store(id)}/find`,
  /** GET ?prefix&format&rev → a file */
  exportKeys: (id: string) => `${store(id)}/export`,
  /** GET ?prefix&from&to&offset&limit → PrefixDiff */
  diff: (id: string) => `${store(id)}/diff`,
  /** GET ?prefix&before&limit → TrashPage */
  trash: (id: string) => `${store(id)}/trash`,
  /** POST BulkRequest → BulkPreview */
  bulkPreview: (id: string) => `${store(id)}/bulk-preview`,
  /** GET → JobView[] · POST BulkStart → JobView */
  jobs: (id: string) => `${store(id)}/jobs`,
  /** GET ?after → JobView, by long poll */
  job: (id: string, job: string) => `${store(id)}/jobs/${encodeURIComponent(job)}`,
  /** POST → JobView */
  jobCancel: (id: string, job: string) => `${store(id)}/jobs/${encodeURIComponent(job)}/cancel`,
  jobResume: (id: string, job: string) => `${store(id)}/jobs/${encodeURIComponent(job)}/resume`,
  /** GET LeaseListQuery → LeaseList · POST LeaseGrantBody → LeaseView */
  leases: (id: string) => `${store(id)}/leases`,
  /** GET ?ids=a,b,c → LeaseTimes */
  leaseTimes: (id: string) => `${store(id)}/leases/times`,
  /** GET → LeaseView */
  lease: (id: string, lease: string) => `${store(id)}/leases/${encodeURIComponent(lease)}`,
  /** POST LeaseRevokeBody → WriteResult */
  leaseRevoke: (id: string, lease: string) => `${store(id)}/leases/${encodeURIComponent(lease)}/revoke`,
  /** GET ?rev → CoordinationList */
  coordination: (id: string) => `${store(id)}/coordination`,
  /** GET ?key&rev → CoordinationDetail; `key` is the group's id */
  coordinationGroup: (id: string) => `${store(id)}/coordination/group`,
  /** GET ?key&before → CoordinationTerms */
  coordinationTerms: (id: string) => `${store(id)}/coordination/terms`,
  /** POST { action: ClusterAction } → ClusterPlan; changes nothing */
  clusterPlan: (id: string) => `${store(id)}/cluster/plan`,
  /** POST ClusterActionBody → ClusterActionResult */
  clusterAction: (id: string) => `${store(id)}/cluster/actions`,
  /** GET ?rev → ClusterHashes */
  clusterHashes: (id: string) => `${store(id)}/cluster/hashes`,
  /** GET ?member → the snapshot file */
  clusterSnapshot: (id: string) => `${store(id)}/cluster/snapshot`,
  /** POST DrillHealBody → DrillHealed; drills begin as ClusterActions */
  clusterHeal: (id: string) => `${store(id)}/cluster/heal`,
  /** GET ?after → HealthWindow */
  clusterHistory: (id: string) => `${store(id)}/cluster/history`,
  /** GET ?at → ElectionExplained */
  clusterElection: (id: string) => `${store(id)}/cluster/election`,
  /** GET → AccessView */
  access: (id: string) => `${store(id)}/access`,
  /** POST { action: AccessAction } → AccessPlan; changes nothing */
  accessPlan: (id: string) => `${store(id)}/access/plan`,
  /** POST AccessActionBody → AccessActionResult */
  accessAction: (id: string) => `${store(id)}/access/actions`,
  /** GET ?rev → WaitsView */
  waits: (id: string) => `${store(id)}/coordination/waits`,
  /** GET ?rev → PrimitiveList */
  primitives: (id: string) => `${store(id)}/coordination/primitives`,
  /** GET ?rev → ServiceList */
  services: (id: string) => `${store(id)}/coordination/services`,
  /** GET ?before&limit&user&q&result → AuditPage */
  audit: (id: string) => `${store(id)}/audit`,
  auditExport: (id: string) => `${store(id)}/audit/export`,
  /** POST ReleaseBody → WriteResult */
  coordinationRelease: (id: string) => `${store(id)}/coordination/release`,
  /** GET ?rev → ConfigOverview */
  config: (id: string) => `${store(id)}/config`,
  /** GET → ConfigMarks */
  configMarks: (id: string) => `${store(id)}/config/marks`,
  /** GET ?target&rev → ConfigTargetDetail · PUT TargetPutBody → ConfigWritten */
  configTarget: (id: string) => `${store(id)}/config/target`,
  /** GET ?rev → PrefixSchemaList · PUT PrefixSchemaPutBody → ConfigWritten */
  configPrefixes: (id: string) => `${store(id)}/config/prefixes`,
  /** POST PrefixSchemaCheckBody → PrefixSchemaCheck; changes nothing */
  configPrefixCheck: (id: string) => `${store(id)}/config/prefixes/check`,
  /** PUT DraftPutBody → ConfigWritten */
  configDraft: (id: string) => `${store(id)}/config/draft`,
  /** POST CheckBody → CheckAnswer; changes nothing */
  configCheck: (id: string) => `${store(id)}/config/check`,
  /** POST PublishBody → Release */
  configPublish: (id: string) => `${store(id)}/config/publish`,
  /** POST PointBody → ConfigWritten */
  configPoint: (id: string) => `${store(id)}/config/point`,
  /** GET ?target&release → Release */
  configRelease: (id: string) => `${store(id)}/config/release`,
  /** GET ?id&rev → RolloutDetail · PUT RolloutCreateBody → Rollout · POST RolloutActBody → Rollout */
  configRollout: (id: string) => `${store(id)}/config/rollout`,
  /** POST ProbeBody → ConfigWritten; instances validate and apply nothing */
  configProbe: (id: string) => `${store(id)}/config/probe`,
  /** POST EvaluateBody → EvaluatedFlag[]; changes nothing */
  configEvaluate: (id: string) => `${store(id)}/config/evaluate`,
  /** POST { user, password } → ProgramToken · DELETE with the token → 204 */
  clientToken: (id: string) => `${store(id)}/client-token`,
  /** GET ?instance&tag&app&client → EffectiveConfig, with ETag and long poll */
  clientConfig: (id: string, place: string) => `${store(id)}/client/${place}`,
  /** POST a report → 204 · DELETE → 204 */
  clientInstance: (id: string, place: string, instance: string) =>
    `${store(id)}/client/${place}/instances/${encodeURIComponent(instance)}`,
  /** The base URL for OpenFeature providers of a place. */
  flags: (id: string, place: string) => `${store(id)}/flags/${place}`,
} as const;
