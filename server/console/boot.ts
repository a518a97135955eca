/**
 * Starts the console's core in this process and makes it reachable for route handlers (current.ts). Called by
 * server/main.ts before Next serves; waits for no store.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { StoreOverview } from '../../lib/api/store-overview.ts';
import type { StoreSummary } from '../../lib/api/types.ts';
import { GrpcCode } from '../../lib/base/grpc-status.ts';
import type { Credentials } from '../engines/engine.ts';
import { type EtcdEngineOptions, openEtcdEngine } from '../engines/etcd/engine.ts';
import type { EndpointStandings } from '../engines/etcd/pool.ts';
import { type Attempt, Attempts } from './access/attempts.ts';
import { Programs, TOKEN_LIFE_MS } from './access/programs.ts';
import { SignIns } from './access/sign-ins.ts';
import { StoreAccess } from './access/store-access.ts';
import type { HeldUser } from './access/user-sessions.ts';
import { DEFAULT_CONFIG_PREFIX } from './config/keys.ts';
import type { Console, Health, ProgramAccess, ProgramCredentials, SignInRequest } from './console.ts';
import { setCurrentConsole } from './current.ts';
import type { DrillSupervisor } from './drills/supervisor.ts';
import { ConsoleError, isRefusedLogin } from './errors.ts';

import { operations } from './http/openapi.ts';
import { ProcessMeter } from './metrics/process-meter.ts';
import { renderMetrics } from './metrics/render.ts';
import { RequestMeter } from './metrics/request-meter.ts';

/** Without telling by its time how much of it fits. */
function isSame(given: string, expected: string): boolean {
  const [a, b] = [given, expected].map((text) => createHash('sha256').update(text).digest());
  return a !== undefined && b !== undefined && timingSafeEqual(a, b);
}

/** A health probe that takes longer has its answer. */
const HEALTH_TIMEOUT_MS = 2_000;

export interface StoreOptions extends Omit<EtcdEngineOptions, 'standings'> {
  readonly id: string;
  readonly label: string;
  readonly colour: StoreSummary['colour'];
  readonly kind: StoreSummary['kind'];
  readonly readOnly: boolean;
}

export interface ConsoleOptions {
  readonly stores: readonly StoreOptions[];
  /** Whether other machines reach this console. Default: no. */
  readonly isExposed?: boolean;
  /** Where configuration lies in the stores; ends with a slash. Default: /quorate/config/ */
  readonly configPrefix?: string | undefined;
  /** host:port each, lower case: whom the gates of rollouts may ask. Default: nobody. */
  readonly checkHosts?: readonly string[];
  /** Origins whose pages may evaluate flags. Default: none but our own. */
  readonly flagOrigins?: readonly string[];
  /** Who runs the members of the bundled store; undefined: nobody here. */
  readonly supervisor?: DrillSupervisor | undefined;
  /** Whoever sends it as a bearer may read /metrics of all stores. Null: nobody may by that. */
  readonly metricsToken?: string | null;
}

/** @throws when a TLS file cannot be read; never because a store is unreachable */
export async function startConsole(options: ConsoleOptions): Promise<Console> {
  const running = new RunningConsole(options);
  setCurrentConsole(running);
  return running;
}

class RunningConsole implements Console {
  readonly #stores = new Map<string, StoreAccess>();
  readonly #signIns = new SignIns<HeldUser>();
  readonly #programs = new Programs();
  readonly #attempts = new Attempts(Date.now);
  readonly flagOrigins: readonly string[];
  readonly requests = new RequestMeter(operations.map(({ path }) => path));
  readonly #metricsToken: string | null;
  readonly #process = new ProcessMeter();

  constructor({
    stores,
    isExposed = false,
    configPrefix = DEFAULT_CONFIG_PREFIX,
    checkHosts = [],
    flagOrigins = [],
    supervisor,
    metricsToken = null,
  }: ConsoleOptions) {
    this.flagOrigins = flagOrigins;
    this.#metricsToken = metricsToken;
    for (const { id, label, colour, kind, endpoints, readOnly, auth, ...channel } of stores) {
      const standings: EndpointStandings = new Map();
      const access = new StoreAccess({
        summary: { id, label, colour, kind, endpoints, readOnly },
        config: { prefix: configPrefix, checkHosts },
        open: (credentials: Credentials | null) =>
          openEtcdEngine({ ...channel, endpoints, standings, auth: credentials }),
        account: auth,
        hasCertificate: channel.tls?.certFile !== undefined,
        isExposed,
        supervisor: kind === 'bundled' ? (supervisor ?? null) : null,
        onRefused: (user) => {
          this.#signIns.endWhere((held) => held === user);
          this.#programs.endWhere((held) => held === user);
        },
      });
      this.#stores.set(id, access);
    }
    for (const access of this.#stores.values()) access.start();
  }

  stores(token: string | null): readonly StoreSummary[] {
    return [...this.#stores].map(([id, access]) => access.summary(this.#signIns.find(token, id)?.held));
  }

  storesHealth(token: string | null): readonly StoreOverview[] {
    return [...this.#stores].map(([id, access]) => access.overview(this.#signIns.find(token, id)?.held));
  }

  async store(id: string, token: string | null) {
    return this.#access(id).session(this.#signIns.find(token, id)?.held);
  }

  async live(id: string, token: string | null, options: Parameters<Console['live']>[2]) {
    const access = this.#access(id);
    const signIn = this.#signIns.find(token, id);
    const session = await access.session(signIn?.held);
    const signal = AbortSignal.any([options.signal, signIn?.ended ?? access.openEnded]);
    return session.live({ ...options, signal });
  }

  async signIn({ store, user, password, token, address }: SignInRequest) {
    const access = this.#access(store);
    const held = await this.#hold(access, { store, user, address }, password);
    try {
      const fresh = this.#signIns.begin(token, store, held);
      return { token: fresh, summary: access.summary(held) };
    } catch (error) {
      held.release();
      throw error;
    }
  }

  async program(id: string, credentials: ProgramCredentials, address: string): Promise<ProgramAccess> {
    const access = this.#access(id);
    // A store that asks nobody is open to programs as it is to browsers, whatever they send along.
    if (credentials.kind === 'none' || (await access.required()) === false) {
      const store = await access.session(undefined);
      return { store, ended: access.openEnded, ticket: null, done: () => undefined };
    }
    const program = await this.#programOf(access, { id, credentials, address });
    if (program === undefined) {
      throw new ConsoleError(GrpcCode.UNAUTHENTICATED, 'this stands for nobody (any more): ask for a new token');
    }
    const { held, ended, done } = program;
    return { store: await access.session(held), ended, ticket: this.#programs.ticketFor(id, held), done };
  }

  async giveToken({ store, user, password, address }: Omit<SignInRequest, 'token'>) {
    const held = await this.#hold(this.#access(store), { store, user, address }, password);
    return { token: this.#programs.give(store, held), expiresInSeconds: TOKEN_LIFE_MS / 1000 };
  }

  takeToken(store: string, token: string): boolean {
    this.#access(store);
    return this.#programs.take(store, token);
  }

  signOut(store: string, token: string | null): boolean {
    this.#access(store);
    return this.#signIns.end(token, store);
  }

  /** One store that answers is enough: a console of many must not be taken down for one of them. */
  async health(): Promise<Health> {
    const signal = AbortSignal.timeout(HEALTH_TIMEOUT_MS);
    const stores = await Promise.all(
      [...this.#stores].map(async ([id, access]) => {
        const reason = await access.health(signal);
        return { id, ok: reason === null, reason };
      }),
    );
    const isOk = stores.some((store) => store.ok);
    const reason = isOk ? null : stores.map((store) => `${store.id}: ${store.reason}`).join('; ');
    return { status: isOk ? 'ok' : 'unavailable', reason, stores };
  }

  async metrics({ token, bearer }: Parameters<Console['metrics']>[0]): Promise<string> {
    const isTrusted = this.#metricsToken !== null && bearer !== null && isSame(bearer, this.#metricsToken);
    // A console that has just started does not know yet which stores have users: refusing the first scrapes would be a lie.
    if (!isTrusted) await Promise.all([...this.#stores.values()].map((access) => access.required()));
    const stores = [...this.#stores].filter(
      ([id, access]) => isTrusted || access.isOpenTo(this.#signIns.find(token, id)?.held),
    );
    if (stores.length === 0 || (bearer !== null && !isTrusted)) {
      throw new ConsoleError(
        GrpcCode.UNAUTHENTICATED,
        'sign in to a store, or send the token of QUORATE_METRICS_TOKEN as a bearer',
      );
    }
    return renderMetrics(
      stores.map(([, access]) => access.numbers()),
      this.requests,
      this.#process.read(),
    );
  }

  async required(id: string): Promise<boolean | null> {
    return this.#access(id).required();
  }

  async close(): Promise<void> {
    setCurrentConsole(undefined);
    this.#process.close();
    this.#signIns.close();
    this.#programs.close();
    for (const access of this.#stores.values()) access.close();
  }

  async #programOf(
    access: StoreAccess,
    { id, credentials, address }: { id: string; credentials: ProgramCredentials; address: string },
  ) {
    switch (credentials.kind) {
      case 'none':
        return undefined;
      case 'password': {
        const { user, password } = credentials;
        const attempt: Attempt = { store: id, user, address };
        return this.#programs.byPassword({ store: id, user, password }, () => this.#hold(access, attempt, password));
      }
      case 'token':
        return this.#programs.byToken(id, credentials.token);
      case 'ticket':
        return this.#programs.byTicket(id, credentials.ticket);
    }
  }

  /** Asks the store about a password, at the pace that guessing is allowed. */
  async #hold(access: StoreAccess, attempt: Attempt, password: string): Promise<HeldUser> {
    this.#attempts.check(attempt);
    // Counted before the answer: a burst of guesses must not all pass the check while the first is on its way.
    this.#attempts.failed(attempt);
    let held: HeldUser;
    try {
      held = await access.signIn({ user: attempt.user, password });
    } catch (error) {
      if (!isRefusedLogin(error)) this.#attempts.succeeded(attempt);
      throw error;
    }
    this.#attempts.succeeded(attempt);
    return held;
  }

  #access(id: string): StoreAccess {
    const access = this.#stores.get(id);
    if (access !== undefined) return access;
    const known = [...this.#stores.keys()].join(', ');
    throw new ConsoleError(GrpcCode.NOT_FOUND, `there is no store "${id}"; this console has: ${known}`, { store: id });
  }
}
