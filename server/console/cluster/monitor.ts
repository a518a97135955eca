/**
 * Asks every member for its Status, all at once, about every POLL_MS, and at once when a connection is lost or a term turned;
 * for a while after a change of leaders, every POLL_ALERT_MS. Publishes a ClusterView when something an operator must
 * see changed, else at most once a second.
 *
 * A bundled member tells changes of leaders by itself, at once; then no change falls between two questions.
 *
 * Alarms come from Status, because asking for them would put an entry into the Raft log each time.
 */
import type { ClusterView } from '../../../lib/api/types.ts';
import { GrpcCode } from '../../../lib/base/grpc-status.ts';
import { type ClusterCapability, EngineError, type LeaderNews, type Member } from '../../engines/engine.ts';
import type { HealthFeed, StoreHealth } from '../health/store-health.ts';
import { judgeLeader, standingOf } from './leader.ts';
import { LeaderFollowers } from './leader-followers.ts';
import { addressOf, endpointsToAsk, NOT_ASKED, type Observation } from './observation.ts';
import { OwnDelay } from './own-delay.ts';
import { type ClusterState, clusterView } from './view.ts';

const POLL_MS = 400;
/** Leaders follow each other quickly then: none must be missed. */
const POLL_ALERT_MS = 100;
const ALERT_MS = 15_000;
/** POLL_MS + this stays below the second within which a dead leader must be visible. */
const STATUS_TIMEOUT_MS = 500;
const MEMBERS_EVERY_MS = 5_000;
const PUBLISH_EVERY_MS = 1_000;
/** When this process stood still so long during a call, its missed deadline says nothing about the member. */
const OWN_DELAY_MAX_MS = 150;

export interface MonitorOptions {
  readonly cluster: ClusterCapability;
  readonly endpoints: readonly string[];
  readonly cost: () => ClusterView['cost'];
  readonly onView: (view: ClusterView) => void;
  /** The newest revision any member reports. */
  readonly onRevision: (revision: number) => void;
  /** The endpoints answer for another cluster than before. */
  readonly onClusterReplaced: () => void;
  /** Remembers for all monitors of the store; this one may be the one that tells. */
  readonly health: StoreHealth;
  readonly drills: (members: readonly Member[]) => ClusterView['drills'];
  readonly now?: () => number;
}

export class ClusterMonitor {
  readonly #options: MonitorOptions;
  readonly #now: () => number;
  readonly #observations = new Map<string, Observation>();
  readonly #asking = new Set<string>();
  readonly #leaders: LeaderFollowers;
  readonly #watchingSince: number;
  readonly #ownDelay: OwnDelay;
  #members: readonly Member[] = [];
  #membersAt = Number.NEGATIVE_INFINITY;
  #clusterId: bigint | null = null;
  #revision = 0;
  #term = 0;
  #alertUntil = 0;
  /** Whether the store answers this monitor at all. */
  #mayTell = false;
  #published = '';
  #publishedAt = 0;
  #timer: NodeJS.Timeout | undefined;
  #unsubscribe: (() => void) | undefined;
  #closed = false;

  constructor(options: MonitorOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#watchingSince = this.#now();
    this.#ownDelay = new OwnDelay(this.#now);
    this.#leaders = new LeaderFollowers(options.cluster, this.#now, (endpoint, news) => this.#onNews(endpoint, news));
  }

  start(): void {
    this.#unsubscribe = this.#options.cluster.onConnectionChange((endpoint) => void this.#ask(endpoint));
    this.#ownDelay.start();
    this.#tick();
  }

  close(): void {
    this.#closed = true;
    this.#ownDelay.close();
    this.#leaders.close();
    this.#options.health.release(this);
    clearTimeout(this.#timer);
    this.#unsubscribe?.();
  }

  view(): ClusterView {
    return clusterView(this.#state());
  }

  /** The newest that any member reported; 0: none yet. */
  get revision(): number {
    return this.#revision;
  }

  /** Names members in messages: "m2", or the id where it has no name. */
  get members(): readonly Member[] {
    return this.#members;
  }

  #tick(): void {
    if (this.#now() - this.#membersAt >= MEMBERS_EVERY_MS) void this.#readMembers();
    this.#askAll();
    this.#publish();
    clearTimeout(this.#timer);
    const wait = this.#now() < this.#alertUntil ? POLL_ALERT_MS : POLL_MS;
    this.#timer = setTimeout(() => this.#tick(), wait);
    this.#timer.unref();
  }

  #askAll(): void {
    for (const endpoint of endpointsToAsk(this.#members, this.#observations, this.#options.endpoints)) {
      void this.#ask(endpoint);
    }
  }

  /** Something turned: what is known of the others may be old by now, and the next tick is too far off. */
  #alert(): void {
    const isNew = this.#now() >= this.#alertUntil;
    this.#alertUntil = this.#now() + ALERT_MS;
    if (!isNew || this.#closed) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#tick(), POLL_ALERT_MS);
    this.#timer.unref();
  }

  async #ask(endpoint: string): Promise<void> {
    if (this.#closed || this.#asking.has(endpoint)) return;
    this.#asking.add(endpoint);
    const before = this.#observations.get(endpoint) ?? NOT_ASKED;
    const askedAt = this.#now();
    try {
      const status = this.#leaders.newest(
        endpoint,
        await this.#options.cluster.status(endpoint, STATUS_TIMEOUT_MS),
        askedAt,
      );
      const lastSeenAt = this.#now();
      const leaderlessSince = status.leader === 0n ? (before.leaderlessSince ?? lastSeenAt) : null;
      const seen = { status, error: null, lastSeenAt, downSince: null, leaderlessSince, memberId: status.memberId };
      this.#onStatus(endpoint, seen);
    } catch (cause) {
      if (!(cause instanceof EngineError)) throw cause;
      const isOwnFault = this.#ownDelay.since(askedAt) > OWN_DELAY_MAX_MS;
      if (cause.code === GrpcCode.DEADLINE_EXCEEDED && isOwnFault) return;
      const downSince = before.downSince ?? this.#now();
      this.#observations.set(endpoint, {
        ...before,
        status: null,
        error: cause.message,
        downSince,
        leaderlessSince: null,
      });
      if (isRefusal(cause)) {
        this.#mayTell = false;
        this.#options.health.release(this);
      } else {
        this.#options.cluster.setStanding(endpoint, 'silent');
        this.#feed()?.silent(before.memberId, cause);
      }
    } finally {
      this.#asking.delete(endpoint);
    }
    this.#publish();
  }

  #onStatus(endpoint: string, seen: Observation & { readonly status: NonNullable<Observation['status']> }): void {
    const { status } = seen;
    this.#observations.set(endpoint, seen);
    this.#leaders.follow(endpoint);
    this.#mayTell = true;
    this.#feed()?.answered(endpoint, status);
    this.#noteTerm(status.raftTerm);
    if (!this.#members.some((member) => member.id === status.memberId)) this.#membersAt = Number.NEGATIVE_INFINITY;
    if (this.#clusterId !== null && this.#clusterId !== status.clusterId) {
      this.#revision = 0;
      this.#term = status.raftTerm;
      this.#feed()?.clusterReplaced();
      this.#options.onClusterReplaced();
    }
    this.#clusterId = status.clusterId;
    this.#revision = Math.max(this.#revision, status.revision);
    this.#options.onRevision(this.#revision);
  }

  /** A term that turned is news: the others know of it by now, or will at once. */
  #noteTerm(term: number): void {
    const isFirst = this.#term === 0;
    if (term <= this.#term) return;
    this.#term = term;
    if (isFirst) return;
    this.#alert();
    this.#askAll();
  }

  #onNews(endpoint: string, news: LeaderNews): void {
    const seen = this.#observations.get(endpoint);
    // Of a member that has not answered yet, or no longer does, too little else is known.
    if (this.#closed || seen?.status?.memberId !== news.memberId) return;
    const { leader, raftTerm } = news;
    const lastSeenAt = this.#now();
    const leaderlessSince = leader === 0n ? (seen.leaderlessSince ?? lastSeenAt) : null;
    const status = { ...seen.status, leader, raftTerm };
    this.#observations.set(endpoint, { ...seen, lastSeenAt, leaderlessSince, status });
    this.#noteTerm(raftTerm);
    this.#publish();
  }

  async #readMembers(): Promise<void> {
    this.#membersAt = this.#now();
    try {
      const members = await this.#options.cluster.members();
      // Servers list them in any order; rows must not jump.
      this.#members = members.toSorted((a, b) => compare(sortName(a), sortName(b)) || compare(a.id, b.id));
      this.#feed()?.members(this.#members);
      this.#forgetStrangers();
    } catch (cause) {
      // The last known list stays: it is what quorum is counted against while nobody answers.
      if (!(cause instanceof EngineError)) throw cause;
    }
    this.#publish();
  }

  /** Removed members are not asked any more and must not count as silent leaders. */
  #forgetStrangers(): void {
    const ours = new Set([...this.#options.endpoints, ...this.#members.flatMap((m) => m.clientUrls.map(addressOf))]);
    for (const endpoint of this.#observations.keys()) if (!ours.has(endpoint)) this.#observations.delete(endpoint);
    this.#leaders.keepOnly(ours);
  }

  /** Null while another monitor speaks for the store. */
  #feed(): HealthFeed | null {
    return this.#mayTell ? this.#options.health.claim(this) : null;
  }

  #state(): ClusterState {
    const configured = this.#options.endpoints;
    const now = this.#now();
    const judgement = judgeLeader({
      members: this.#members,
      observations: this.#observations,
      configured,
      now,
    });
    return {
      members: this.#members,
      observations: this.#observations,
      configured,
      judgement,
      log: this.#options.health.log,
      watchingSince: this.#options.health.watchingSince ?? this.#watchingSince,
      drills: this.#options.drills(this.#members),
      cost: this.#options.cost(),
      now,
    };
  }

  #tellStandings({ observations, judgement }: ClusterState): void {
    for (const [endpoint, { status }] of observations) {
      if (status !== null) this.#options.cluster.setStanding(endpoint, standingOf(status, judgement));
    }
  }

  #publish(): void {
    if (this.#closed) return;
    const state = this.#state();
    this.#tellStandings(state);
    const isNews = this.#feed()?.log.note({ ...state.judgement, revision: this.#revision }, state.now) === true;
    // The leader found at the start is no change.
    if (isNews && state.log.changes.length > 1) this.#alert();
    const view = clusterView(state);
    const headline = JSON.stringify([
      view.reachable,
      view.leaderId,
      view.term,
      view.members.map((member) => [member.id, member.name, member.health, member.isLearner]),
      view.risks.map((risk) => risk.title),
      view.drills.running.map((drill) => [drill.memberName, drill.startedAt]),
    ]);
    if (headline === this.#published && state.now - this.#publishedAt < PUBLISH_EVERY_MS) return;
    this.#published = headline;
    this.#publishedAt = state.now;
    this.#options.onView(view);
  }
}

/** The store wants to know who asks, and this monitor is nobody: its silence says nothing about the members. */
const isRefusal = ({ code, message }: EngineError): boolean =>
  code === GrpcCode.UNAUTHENTICATED || code === GrpcCode.PERMISSION_DENIED || message.includes('user name is empty');

const compare = <T extends string | bigint>(a: T, b: T): number => (a < b ? -1 : a > b ? 1 : 0);

/** Those never started, without a name, come last. */
const sortName = (member: Member): string => (member.name === '' ? '\uffff' : member.name);
