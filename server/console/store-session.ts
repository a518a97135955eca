/** One store as one caller sees it: what follows it, what may change it, and the operations the routes call. */
import type { AccessAction, AccessActionBody } from '../../lib/api/access-types.ts';
import type { AuditPage } from '../../lib/api/audit.ts';
import type { BulkRequest, BulkStart } from '../../lib/api/bulk-types.ts';
import type { ClusterAction, ClusterActionBody, ClusterPlan } from '../../lib/api/cluster-types.ts';
import type { ReleaseBody } from '../../lib/api/coordination-types.ts';
import type { DrillHealBody } from '../../lib/api/drill-types.ts';
import type {
  ClusterView,
  DeleteBody,
  DeleteTarget,
  LeaseGrantBody,
  LeaseRevokeBody,
  PutBody,
  RevisionView,
  StoreSummary,
  WireHexId,
} from '../../lib/api/types.ts';
import { EMPTY_BYTES, utf8Encode } from '../../lib/base/bytes.ts';
import { GrpcCode } from '../../lib/base/grpc-status.ts';
import { type Engine, EngineError } from '../engines/engine.ts';
import { AccessControl, type AccessPlace } from './access/access-control.ts';
import { mayReadAll } from './access/readable.ts';
import { bulkAct, deleteAct, grantAct, putAct, releaseAct, revokeAct } from './audit/acts.ts';
import { Authors } from './audit/authors.ts';
import { type AuditExportQuery, type AuditFile, exportAudit } from './audit/export.ts';
import { type AuditQuery, readAudit } from './audit/read.ts';
import type { AuditTrail } from './audit/trail.ts';
import { BulkChanges } from './bulk/bulk-changes.ts';
import { exportKeys } from './bulk/export.ts';
import type { Jobs } from './bulk/jobs.ts';
import { Changes } from './changes.ts';
import { ClusterActions } from './cluster/actions.ts';
import { Maintenance, snapshotAct } from './cluster/maintenance.ts';
import { ConfigConsole } from './config/config-console.ts';
import { guardedEngine } from './config/key-policy.ts';
import type { ConfigSettings } from './config/keys.ts';
import type { ConfigState } from './config/state.ts';
import type { StoreConsole } from './console.ts';
import { Coordination } from './coordination/coordination.ts';
import { Primitives } from './coordination/primitives.ts';
import type { StoreDrills } from './drills/store-drills.ts';
import { find } from './find/find.ts';
import type { StoreHealth } from './health/store-health.ts';
import { leaseFromHex } from './ids.ts';
import { Leases } from './leases/leases.ts';
import type { Broadcaster } from './live/broadcaster.ts';
import type { SessionNumbers } from './metrics/render.ts';
import { children, search } from './operations/browse.ts';
import type { StoreContext } from './operations/context.ts';
import { deleteKeys, previewDelete } from './operations/delete-keys.ts';
import { heat } from './operations/heat.ts';
import { keyHistory } from './operations/key-history.ts';
import { grantLease, revokeLease } from './operations/leases.ts';
import { THIS_CONSOLE } from './operations/own-writes.ts';
import { pastChanges, revisionAt } from './operations/past-changes.ts';
import { prefixDiff } from './operations/prefix-diff.ts';
import { readKey } from './operations/read-key.ts';
import { space } from './operations/space.ts';
import { trash } from './operations/trash.ts';
import { watchersOf } from './operations/watchers.ts';
import { putKey } from './operations/write-key.ts';
import { StoreFollower } from './store-follower.ts';

export interface StoreSessionOptions {
  readonly summary: StoreSummary;
  readonly engine: Engine;
  readonly audit: AuditTrail;
  readonly config: ConfigSettings;
  /** The console's own view of configuration; null: this session is the console itself. */
  readonly shared: ConfigState | null;
  readonly place: AccessPlace;
  /** Of the store, shared by all its sessions. */
  readonly health: StoreHealth;
  readonly drills: StoreDrills;
  /** Of the session whose place this one takes. */
  readonly jobs?: Jobs;
}

export class StoreSession implements StoreConsole {
  readonly summary: StoreSummary;
  readonly config: ConfigConsole;
  readonly memberHealth: StoreHealth;
  readonly #engine: Engine;
  readonly #follower: StoreFollower;
  readonly #audit: AuditTrail;
  readonly #changes: Changes;
  readonly #user: string | null;
  readonly #context: StoreContext;
  readonly #coordination: Coordination;
  readonly #leases: Leases;
  readonly #maintenance: Maintenance;
  readonly #access: AccessControl;
  readonly #place: AccessPlace;
  readonly #clusterActions: ClusterActions;
  readonly #primitives: Primitives;
  readonly #bulk: BulkChanges;

  constructor({ summary, engine, audit, config, shared, place, health, drills, jobs }: StoreSessionOptions) {
    this.summary = summary;
    this.#engine = engine;
    this.#audit = audit;
    this.#place = place;
    this.memberHealth = health;
    const driller = { readOnly: summary.readOnly, isRoot: summary.access.mode !== 'user' || summary.access.isRoot };
    this.#user = summary.access.mode === 'user' ? summary.access.user : null;
    const follower = new StoreFollower({
      ...{ summary, engine, health },
      drills: (members) => drills.view(driller, members),
    });
    this.#follower = follower;
    this.config = new ConfigConsole({
      ...{ engine, taps: follower.hub.taps },
      ...config,
      readOnly: summary.readOnly,
      user: this.#user,
      shared,
      mayRead: mayReadAll(summary.access, config.prefix),
      change: (act, body, change) => this.#changes.run(act, body, change),
    });
    this.#context = {
      // Whatever writes keys for an operator writes through here.
      engine: guardedEngine(engine, this.config.keyPolicy),
      hub: follower.hub,
      past: follower.past,
      authors: new Authors(engine),
      author: this.#user ?? THIS_CONSOLE,
      readOnly: summary.readOnly,
      compacted: () => follower.compacted.value,
      refreshCompacted: () => follower.compacted.refresh(),
      now: () => Date.now(),
    };
    this.#changes = new Changes({ context: this.#context, audit, user: this.#user });
    this.#coordination = new Coordination(this.#context);
    const { access } = summary;
    this.#leases = new Leases({ context: this.#context, readable: access.mode === 'user' ? access.readable : null });
    this.#maintenance = new Maintenance({
      ...{ maintenance: engine.maintenance, extras: engine.extras },
      endpoints: engine.endpoints,
      readOnly: summary.readOnly,
      view: () => this.cluster(),
      revision: () => follower.hub.revision,
      ...{ compacted: this.#context.compacted, refreshCompacted: this.#context.refreshCompacted },
      underWay: () => ({ rollouts: this.config.rolloutsUnderWay(), jobs: this.#bulk.titlesUnderWay() }),
      drills: {
        refusalOf: (action, member) => drills.refusalOf(action, member, driller),
        begin: (action, member) => drills.begin(action, member, driller),
      },
    });
    this.#clusterActions = new ClusterActions({
      ...{ maintenance: this.#maintenance, changes: this.#changes, drills, driller, health },
      view: () => this.cluster(),
    });
    this.#access = new AccessControl({
      ...place,
      access: engine.access,
      endpoints: engine.endpoints,
      readOnly: summary.readOnly,
      configPrefix: config.prefix,
      user: this.#user,
      isRoot: summary.access.mode === 'user' && summary.access.isRoot,
    });
    this.#primitives = new Primitives(this.#context);
    this.#bulk = new BulkChanges(
      this.#context,
      (plan, change) => this.#audit.run(this.#user, bulkAct(plan), change),
      this.config.keyPolicy,
      jobs,
    );
  }

  start(): void {
    this.#follower.start([this.#coordination, this.#leases, this.#primitives]);
  }

  /** @param why told to whoever is being answered, or still asks; default: the console is closing */
  close(why?: EngineError): void {
    this.#bulk.close();
    this.#end(why);
  }

  /** Holds jobs between two transactions: until `giveUp`, or `close`. */
  pauseJobs(): Promise<void> {
    return this.#bulk.jobs.pause();
  }

  /** Closes it, but for its jobs, which are for the session that takes its place. */
  giveUp(why: EngineError): Jobs {
    this.#end(why);
    return this.#bulk.jobs;
  }

  #end(why: EngineError | undefined): void {
    this.config.close(why);
    this.#leases.close();
    this.#follower.close(why);
    this.#engine.close(why);
  }

  /** A linearizable read, as etcdctl endpoint health does it: refused for lack of permission or user still means it answers. */
  async health(signal: AbortSignal): Promise<string | null> {
    try {
      await this.#engine.kv.list({ key: utf8Encode('health'), end: EMPTY_BYTES, keysOnly: true, signal });
      return null;
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      return isRefusal(error) ? null : error.message;
    }
  }

  numbers(): SessionNumbers {
    return { ...this.#follower.numbers(), rollouts: this.config.numbers() };
  }

  cluster(): ClusterView {
    return this.#follower.cluster();
  }

  revisions(): RevisionView {
    return this.#follower.revisions();
  }

  revisionAt(time: number) {
    return revisionAt(this.#context, time);
  }

  changes(query: Parameters<StoreConsole['changes']>[0]) {
    return pastChanges(this.#context, query);
  }

  children(query: Parameters<StoreConsole['children']>[0]) {
    return children(this.#context, query);
  }

  space(query: Parameters<StoreConsole['space']>[0]) {
    return space(this.#context, query);
  }

  heat(query: Parameters<StoreConsole['heat']>[0]) {
    return heat(this.#context, query);
  }

  search(query: Parameters<StoreConsole['search']>[0]) {
    return search(this.#context, query);
  }

  key(query: Parameters<StoreConsole['key']>[0]) {
    return readKey(this.#context, query);
  }

  history(query: Parameters<StoreConsole['history']>[0]) {
    return keyHistory(this.#context, query);
  }

  put(body: PutBody) {
    return this.#changes.run(putAct(body), body, () => putKey(this.#context, body));
  }

  deletePreview(target: DeleteTarget) {
    return previewDelete(this.#context, target);
  }

  watchers(target: DeleteTarget) {
    return watchersOf(
      this.#engine,
      this.cluster().members.map(({ endpoint }) => endpoint),
      target,
    );
  }

  delete(body: DeleteBody) {
    return this.#changes.run(deleteAct(body), body, () => deleteKeys(this.#context, body));
  }

  find(options: Parameters<StoreConsole['find']>[0]) {
    return find(this.#context, options);
  }

  exportKeys(query: Parameters<StoreConsole['exportKeys']>[0]) {
    return exportKeys(this.#context, query);
  }

  prefixDiff(query: Parameters<StoreConsole['prefixDiff']>[0]) {
    return prefixDiff(this.#context, query);
  }

  trash(query: Parameters<StoreConsole['trash']>[0]) {
    return trash(this.#context, query);
  }

  bulkPreview(request: BulkRequest) {
    return this.#bulk.preview(request);
  }

  bulkStart(body: BulkStart) {
    return this.#changes.once(body.idempotencyKey, `bulk ${JSON.stringify(body)}`, () => this.#bulk.start(body));
  }

  jobs() {
    return this.#bulk.jobs.list();
  }

  job(id: string, after: number) {
    return this.#bulk.read(id, after);
  }

  jobAct(id: string, act: 'cancel' | 'resume') {
    return this.#bulk.act(id, act);
  }

  leases(query: Parameters<StoreConsole['leases']>[0]) {
    return this.#leases.list(query);
  }

  leaseTimes(ids: readonly WireHexId[]) {
    return this.#leases.times(ids);
  }

  lease(id: string) {
    return this.#leases.view(leaseFromHex(id));
  }

  grantLease(body: LeaseGrantBody) {
    return this.#changes.run(grantAct(body), body, () => this.#leases.changing(grantLease(this.#context, body)));
  }

  revokeLease(id: string, body: LeaseRevokeBody) {
    return this.#changes.run(revokeAct(id, body), body, () =>
      this.#leases.changing(revokeLease(this.#context, id, body)),
    );
  }

  coordination(query: Parameters<StoreConsole['coordination']>[0]) {
    return this.#coordination.list(query);
  }

  coordinationGroup(query: Parameters<StoreConsole['coordinationGroup']>[0]) {
    return this.#coordination.detail(query);
  }

  coordinationTerms(query: Parameters<StoreConsole['coordinationTerms']>[0]) {
    return this.#coordination.terms(query);
  }

  waits(query: Parameters<StoreConsole['waits']>[0]) {
    return this.#coordination.waits(query);
  }

  primitives(query: Parameters<StoreConsole['primitives']>[0]) {
    return this.#primitives.primitives(query);
  }

  services(query: Parameters<StoreConsole['services']>[0]) {
    return this.#primitives.services(query);
  }

  release(body: ReleaseBody) {
    return this.#changes.run(releaseAct(body), body, () => this.#coordination.release(body));
  }

  clusterPlan(action: ClusterAction): Promise<ClusterPlan> {
    return this.#maintenance.plan(action);
  }

  clusterAction(body: ClusterActionBody) {
    return this.#clusterActions.run(body);
  }

  healDrills(body: DrillHealBody) {
    return this.#clusterActions.heal(body);
  }

  clusterHashes(revision: number | undefined) {
    return this.#maintenance.hashes(revision);
  }

  /** Everything leaves with it, so the trail has it though nothing changes. */
  clusterSnapshot(member: WireHexId, signal: AbortSignal) {
    const download = () => this.#maintenance.snapshot(member, signal);
    return this.summary.readOnly ? download() : this.#audit.run(this.#user, snapshotAct(member), download);
  }

  access() {
    return this.#access.view();
  }

  accessPlan(action: AccessAction) {
    return this.#access.plan(action);
  }

  accessAction(body: AccessActionBody) {
    return this.#changes.access(body, this.#access, this.#place);
  }

  async audit(query: AuditQuery): Promise<AuditPage> {
    return { ...(await readAudit(this.#engine, query)), kept: this.#audit.kept() };
  }

  auditExport(query: AuditExportQuery): Promise<AuditFile> {
    return exportAudit(this.#engine, query);
  }

  /** See Console.live. */
  live(options: Parameters<Broadcaster['join']>[0]) {
    return this.#follower.live.join(options);
  }
}

const isRefusal = ({ code, message }: EngineError): boolean =>
  code === GrpcCode.PERMISSION_DENIED || code === GrpcCode.UNAUTHENTICATED || message.includes('user name is empty');
