/**
 * Who may use one store, and as whom. A store without authentication is open to whoever reaches this console, and the console
 * listens on loopback then. A store with authentication is used by its own users, who sign in; the store decides what they may do.
 *
 * The account of the settings is the console's own: it feeds background work and is lent to nobody. Requests without a user
 * go out without one, so a store that turned authentication on refuses them by itself. What this process remembers of the keys it
 * cannot take back: that is shown to nobody for at most ASK_EVERY_MS and one read after another program turned it on.
 */
import type { StoreOverview } from '../../../lib/api/store-overview.ts';
import type { StoreAccess as AccessView, StoreSummary } from '../../../lib/api/types.ts';
import { GrpcCode } from '../../../lib/base/grpc-status.ts';
import { type Credentials, type Engine, EngineError } from '../../engines/engine.ts';
import { AuditTrail } from '../audit/trail.ts';
import { storeOverview } from '../cluster/store-overview.ts';
import { RolloutController } from '../config/controller.ts';
import type { ConfigSettings } from '../config/keys.ts';
import type { ConfigState } from '../config/state.ts';
import { StoreDrills } from '../drills/store-drills.ts';
import type { DrillSupervisor } from '../drills/supervisor.ts';
import { ConsoleError } from '../errors.ts';
import { StoreHealth } from '../health/store-health.ts';
import type { StoreNumbers } from '../metrics/render.ts';
import { StoreCost } from '../metrics/store-cost.ts';
import { StoreSession } from '../store-session.ts';
import type { AccessPlace } from './access-control.ts';
import { type HeldUser, UserSessions } from './user-sessions.ts';

/** How often a store is asked whether it demands users: one read of one key at one member. */
const ASK_EVERY_MS = 1_000;
/** A request that comes before the first answer waits so long for it. */
const FIRST_ANSWER_MS = 2_000;

export interface StoreAccessOptions {
  readonly summary: Omit<StoreSummary, 'access'>;
  /** Null: without a user. */
  readonly open: (credentials: Credentials | null) => Engine;
  /** The console's own account; null: none. */
  readonly account: Credentials | null;
  /** Whether the channel itself names a user to the store (a client certificate). */
  readonly hasCertificate: boolean;
  /** Whether others than this machine reach the console: then a store must demand users. */
  readonly isExposed: boolean;
  readonly onRefused: (user: HeldUser) => void;
  /** Who runs the members; null: not us. */
  readonly supervisor: DrillSupervisor | null;
  readonly config: ConfigSettings;
}

export class StoreAccess {
  readonly #options: StoreAccessOptions;
  /** Runs as the console's own account, or as nobody. Background work hangs on it. */
  readonly service: StoreSession;
  readonly #probe: Engine;
  readonly #users: UserSessions;
  readonly #audit: AuditTrail;
  readonly #place: AccessPlace;
  readonly #health: StoreHealth;
  readonly #drills: StoreDrills;
  readonly #cost = new StoreCost();
  readonly #open: StoreAccessOptions['open'];
  /** Supervises rollouts; null where nothing may be written. */
  readonly #controller: RolloutController | null;
  readonly #timer: NodeJS.Timeout;
  /** Only where the service speaks as somebody. */
  #anonymous: StoreSession | undefined;
  #required: boolean | null = null;
  #openEnded = new AbortController();
  #asking: Promise<void> | undefined;

  constructor(options: StoreAccessOptions) {
    this.#options = options;
    const { summary, account, config } = options;
    const open: StoreAccessOptions['open'] = (credentials) => this.#cost.track(options.open(credentials));
    this.#open = open;
    this.#probe = open(null);
    const engine = open(account);
    this.#health = new StoreHealth({ metrics: engine.metrics });
    this.#drills = new StoreDrills(options.supervisor, this.#health);
    this.#audit = new AuditTrail({ engine, readOnly: summary.readOnly });
    this.#place = {
      account: account?.user ?? null,
      isExposed: options.isExposed,
      onSwitched: () => this.#askAnew(),
      openAs: open,
    };
    this.service = this.#openedBy(engine, null);
    this.#controller = summary.readOnly
      ? null
      : new RolloutController({
          engine,
          state: this.service.config.state,
          checkHosts: config.checkHosts,
          report: (line) => console.log(`console: ${line}`),
        });
    this.#users = new UserSessions({
      summary,
      open,
      config,
      shared: this.service.config.state,
      audit: this.#audit,
      place: this.#place,
      health: this.#health,
      drills: this.#drills,
      onRefused: options.onRefused,
    });
    this.#timer = setInterval(() => void this.#ask(), ASK_EVERY_MS);
    this.#timer.unref();
  }

  start(): void {
    this.#health.start();
    this.service.start();
    this.#controller?.start();
    void this.#ask();
  }

  close(): void {
    clearInterval(this.#timer);
    this.#audit.close();
    this.#health.close();
    this.#users.close();
    this.#anonymous?.close();
    // Its last act frees the leadership for another replica; the engine must still be open then.
    void (this.#controller?.close() ?? Promise.resolve()).finally(() => this.service.close());
    this.#probe.close();
  }

  /** Null: it could not be asked yet. */
  async required(): Promise<boolean | null> {
    if (this.#required === null) {
      const late = new Promise<void>((resolve) => setTimeout(resolve, FIRST_ANSWER_MS).unref());
      await Promise.race([this.#ask(), late]);
    }
    return this.#required;
  }

  /** As a browser that is signed in as `held`, or nowhere, sees it. */
  summary(held: HeldUser | undefined): StoreSummary {
    if (held !== undefined) return held.session.summary;
    const access: AccessView = this.#required === true ? { mode: 'signIn' } : { mode: 'open' };
    return { ...this.#options.summary, access };
  }

  /** How the store is, as far as whoever asks may know. Waits for nothing. */
  overview(held: HeldUser | undefined): StoreOverview {
    const isOpen = held !== undefined || (this.#required === false && !this.#options.isExposed);
    return storeOverview({
      summary: this.summary(held),
      demandsUsers: this.#required,
      view: (held?.session ?? this.service).cluster(),
      isOpen,
    });
  }

  /** What a request works with. @throws ConsoleError UNAUTHENTICATED, UNAVAILABLE, PERMISSION_DENIED */
  async session(held: HeldUser | undefined): Promise<StoreSession> {
    if (held !== undefined) return held.session;
    const { label } = this.#options.summary;
    const required = await this.required();
    if (required === true) {
      throw new ConsoleError(GrpcCode.UNAUTHENTICATED, signInTo(label));
    }
    if (required === null && (this.#options.hasCertificate || this.#options.isExposed)) {
      throw new ConsoleError(GrpcCode.UNAVAILABLE, `${label} has not said yet whether it demands users`);
    }
    if (this.#options.isExposed) {
      throw new ConsoleError(
        GrpcCode.PERMISSION_DENIED,
        `${label} has no authentication, and this console can be reached from other machines: turn authentication on, or listen on loopback`,
      );
    }
    return this.#openSession();
  }

  /** Aborts when what is open to anybody is no longer. */
  get openEnded(): AbortSignal {
    return this.#openEnded.signal;
  }

  /** @throws EngineError UNAUTHENTICATED when the store does not accept them; ConsoleError FAILED_PRECONDITION when it asks nobody */
  async signIn(credentials: Credentials): Promise<HeldUser> {
    const { access } = this.#probe;
    // Somebody who wants to sign in knows more than an answer from before it was turned on.
    if (this.#required === false) await this.#askAnew();
    if (access === null || (await this.required()) === false) {
      throw new ConsoleError(
        GrpcCode.FAILED_PRECONDITION,
        `${this.#options.summary.label} has no authentication: there is nobody to sign in as`,
      );
    }
    await access.check(credentials);
    return this.#users.hold(credentials);
  }

  /** Whether this browser may use the store, as far as that is known by now. */
  isOpenTo(held: HeldUser | undefined): boolean {
    return held !== undefined || (this.#required === false && !this.#options.isExposed);
  }

  numbers(): StoreNumbers {
    const anonymous = this.#anonymous === undefined ? [] : [this.#anonymous];
    const sessions = [this.service, ...anonymous, ...this.#users.sessions()];
    // The one that speaks as somebody sees the members of a store with users.
    const witness = sessions.find((session) => session.cluster().reachable) ?? this.service;
    return {
      id: this.#options.summary.id,
      cost: this.#cost.total(),
      sessions: sessions.map((session) => session.numbers()),
      cluster: witness.cluster(),
    };
  }

  /** Null: a store that demands users and refuses a nobody answers, and that is healthy. */
  health(signal: AbortSignal): Promise<string | null> {
    return this.service.health(signal);
  }

  #openSession(): StoreSession {
    if (this.#options.account === null) return this.service;
    if (this.#anonymous === undefined) {
      this.#anonymous = this.#openedBy(this.#open(null), this.service.config.state);
      this.#anonymous.start();
    }
    return this.#anonymous;
  }

  /** A session for a store that demands nobody. */
  #openedBy(engine: Engine, shared: ConfigState | null): StoreSession {
    const { summary, config } = this.#options;
    return new StoreSession({
      summary: { ...summary, access: { mode: 'open' } },
      engine,
      audit: this.#audit,
      config,
      shared,
      place: this.#place,
      health: this.#health,
      drills: this.#drills,
    });
  }

  /** What is being asked may have been answered before the change. */
  async #askAnew(): Promise<void> {
    await this.#asking;
    await this.#ask();
  }

  #ask(): Promise<void> {
    const { access } = this.#probe;
    if (access === null) return Promise.resolve();
    this.#asking ??= access
      .required()
      .then((required) => {
        if (required && this.#required !== true) this.#closeOpen();
        // Signed in to what no longer asks who one is: from now on as everybody.
        if (!required && this.#required === true) this.#users.endAll();
        this.#required = required;
      })
      .catch((error: unknown) => {
        // Unreachable: what was known last stays true until somebody says otherwise.
        if (!(error instanceof EngineError)) throw error;
      })
      .finally(() => {
        this.#asking = undefined;
      });
    return this.#asking;
  }

  /** From now on the store is for its users: whoever looks without being one is told so. */
  #closeOpen(): void {
    this.#openEnded.abort();
    this.#openEnded = new AbortController();
    const { label } = this.#options.summary;
    this.#anonymous?.close(new EngineError(GrpcCode.UNAUTHENTICATED, signInTo(label)));
    this.#anonymous = undefined;
  }
}

const signInTo = (label: string): string => `sign in to ${label}: it is for its own users only`;
