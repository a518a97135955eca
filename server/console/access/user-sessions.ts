/**
 * The users of one store that are signed in here, each with a session of their own: its engine speaks as the user, its hub
 * holds what the user may read. Browsers of the same user share it. What a user may do is asked again every while: roles change.
 */
import type { StoreSummary, WireRange } from '../../../lib/api/types.ts';
import { GrpcCode } from '../../../lib/base/grpc-status.ts';
import type { KeyRange } from '../../../lib/keys/ranges.ts';
import { toWire } from '../../../lib/keys/wire-bytes.ts';
import { type Credentials, type Engine, EngineError, type Grants } from '../../engines/engine.ts';
import { scopeEngine } from '../../engines/scoped.ts';
import type { AuditTrail } from '../audit/trail.ts';
import type { Jobs } from '../bulk/jobs.ts';
import type { ConfigSettings } from '../config/keys.ts';
import type { ConfigState } from '../config/state.ts';
import type { StoreDrills } from '../drills/store-drills.ts';
import { ConsoleError } from '../errors.ts';
import type { StoreHealth } from '../health/store-health.ts';
import { StoreSession } from '../store-session.ts';
import type { AccessPlace } from './access-control.ts';
import { readableRanges } from './readable.ts';
import type { Held } from './sign-ins.ts';

/** Each holds an index of its own. */
const USERS_MAX = 50;
const GRANTS_EVERY_MS = 15_000;

export interface UserSessionsOptions {
  readonly config: ConfigSettings;
  /** The console's own view of configuration. */
  readonly shared: ConfigState;
  readonly summary: Omit<StoreSummary, 'access'>;
  /** Opens an engine that speaks as this user. */
  readonly open: (credentials: Credentials) => Engine;
  readonly audit: AuditTrail;
  readonly place: AccessPlace;
  readonly health: StoreHealth;
  readonly drills: StoreDrills;
  /** The store refuses the user from now on: whoever is signed in as such is no longer. */
  readonly onRefused: (user: HeldUser) => void;
}

export interface HeldUser extends Held {
  readonly user: string;
  readonly session: StoreSession;
}

interface Entry {
  readonly credentials: Credentials;
  engine: Engine;
  /** What its session hangs on. */
  standing: string;
  session: StoreSession;
  readonly holders: Set<HeldUser>;
  readonly timer: NodeJS.Timeout;
}

export class UserSessions {
  readonly #options: UserSessionsOptions;
  readonly #entries = new Map<string, Entry>();

  constructor(options: UserSessionsOptions) {
    this.#options = options;
  }

  /** For credentials that the store has accepted just now. @throws EngineError, ConsoleError RESOURCE_EXHAUSTED */
  async hold(credentials: Credentials): Promise<HeldUser> {
    const known = this.#entries.get(credentials.user);
    // A password that fits now while the old one differs: it was changed, and the old session cannot go on.
    if (known !== undefined && known.credentials.password !== credentials.password) this.#refused(credentials.user);
    const entry = this.#entries.get(credentials.user) ?? (await this.#open(credentials));
    const held: HeldUser = {
      user: credentials.user,
      get session() {
        return entry.session;
      },
      release: () => {
        entry.holders.delete(held);
        if (entry.holders.size === 0 && this.#entries.get(credentials.user) === entry)
          this.#drop(credentials.user, signedOut(credentials.user));
      },
    };
    entry.holders.add(held);
    return held;
  }

  sessions(): readonly StoreSession[] {
    return [...this.#entries.values()].map(({ session }) => session);
  }

  /** Whoever is signed in is so no longer. */
  endAll(): void {
    for (const user of [...this.#entries.keys()]) this.#refused(user);
  }

  close(): void {
    for (const user of [...this.#entries.keys()]) this.#drop(user);
  }

  async #open(credentials: Credentials): Promise<Entry> {
    if (this.#entries.size >= USERS_MAX) {
      throw new ConsoleError(GrpcCode.RESOURCE_EXHAUSTED, `${USERS_MAX} users are signed in to this store already`);
    }
    const { user } = credentials;
    const engine = this.#options.open(credentials);
    let grants: Grants;
    try {
      grants = await grantsOf(engine, user);
    } catch (error) {
      engine.close();
      throw error;
    }
    const concurrent = this.#entries.get(user);
    if (concurrent !== undefined) {
      engine.close();
      return concurrent;
    }
    const timer = setInterval(() => void this.refresh(user), GRANTS_EVERY_MS);
    timer.unref();
    const session = this.#start(engine, user, grants);
    const entry: Entry = { credentials, engine, standing: standingOf(grants), session, holders: new Set(), timer };
    this.#entries.set(user, entry);
    return entry;
  }

  #start(engine: Engine, user: string, grants: Grants, jobs?: Jobs): StoreSession {
    const readable = readableRanges(grants);
    // Nothing to read: the store itself says so, to whatever is asked.
    const scoped = readable === null || readable.length === 0 ? engine : scopeEngine(engine, readable);
    const access = { mode: 'user', user, isRoot: grants.isRoot, readable: readable?.map(toWireRange) ?? null } as const;
    const { summary, audit, config, shared, place, health, drills } = this.#options;
    const session = new StoreSession({
      summary: { ...summary, access },
      engine: scoped,
      audit,
      config,
      shared,
      place,
      health,
      drills,
      ...(jobs === undefined ? {} : { jobs }),
    });
    session.start();
    return session;
  }

  /** Asks what the user may do now. A session that showed more or less than that is replaced; its jobs go on in the new one. */
  async refresh(user: string): Promise<void> {
    const entry = this.#entries.get(user);
    if (entry === undefined) return;
    let grants: Grants;
    try {
      grants = await grantsOf(entry.engine, user);
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      if (isRefusal(error)) this.#refused(user);
      return;
    }
    const standing = standingOf(grants);
    if (this.#entries.get(user) !== entry || standing === entry.standing) return;
    entry.standing = standing;
    await entry.session.pauseJobs();
    if (this.#entries.get(user) !== entry) return;
    // Browsers reconnect to a session that holds what may be read now.
    const jobs = entry.session.giveUp(rolesChanged(user));
    entry.engine = this.#options.open(entry.credentials);
    entry.session = this.#start(entry.engine, user, grants, jobs);
  }

  #refused(user: string): void {
    for (const held of [...(this.#entries.get(user)?.holders ?? [])]) this.#options.onRefused(held);
    this.#drop(user, signedOut(user));
  }

  #drop(user: string, why?: EngineError): void {
    const entry = this.#entries.get(user);
    if (entry === undefined) return;
    this.#entries.delete(user);
    clearInterval(entry.timer);
    entry.session.close(why);
  }
}

function grantsOf(engine: Engine, user: string): Promise<Grants> {
  const { access } = engine;
  if (access === null) throw new ConsoleError(GrpcCode.UNIMPLEMENTED, 'this store has no users');
  return access.grantsOf(user);
}

/** To whoever was being answered at that moment; the next request is answered by the session that follows. */
export const rolesChanged = (user: string): EngineError =>
  new EngineError(GrpcCode.UNAVAILABLE, `what ${user} may do was changed while this was asked: ask again`);

const signedOut = (user: string): EngineError =>
  new EngineError(GrpcCode.UNAUTHENTICATED, `${user} is not signed in here any more: sign in again`);

const isRefusal = ({ code, message }: EngineError): boolean =>
  code === GrpcCode.UNAUTHENTICATED ||
  code === GrpcCode.PERMISSION_DENIED ||
  message.includes('user name not found') ||
  message.includes('invalid user ID or password');

/**
 * What of the grants a session is made of, as text, to see that it changed: what may be read. Each write is judged by the store itself,
 * so what may be written can change under a session, and roles that give nothing new change nothing here.
 */
const standingOf = (grants: Grants): string =>
  JSON.stringify([grants.isRoot, readableRanges(grants)?.map(toWireRange) ?? null]);

const toWireRange = ({ key, end }: KeyRange): WireRange => ({ key: toWire(key), end: toWire(end) });
