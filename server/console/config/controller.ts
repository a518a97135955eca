/**
 * Supervises the rollouts of one store. Runs in every console replica; only the elected one acts, and each of its transactions is
 * fenced by its election. All it knows lies in the store: whoever follows it goes on where it stopped, and what happened in between
 * counts as not observed (supervise.ts).
 *
 * Invariant: one round at a time, one transaction per rollout and round; a round whose transaction was refused changes nothing and
 * looks again.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Roster } from '../../../lib/config/documents.ts';
import type { CheckResult } from '../../../lib/config/gate.ts';
import type { Outcome } from '../../../lib/config/rollout.ts';
import * as machine from '../../../lib/config/rollout.ts';
import { isExposing, isSupervised, type Rollout } from '../../../lib/config/rollout-document.ts';
import { CONTROLLER, supervise } from '../../../lib/config/supervise.ts';
import { type Engine, EngineError } from '../../engines/engine.ts';
import { ConsoleError } from '../errors.ts';
import { hasChecks, runChecks } from './checks.ts';
import { steadyNow } from './clock.ts';
import type { ConfigWrite } from './context.ts';
import { classifyAll, EMPTY_ROSTER, nextRoster, stableRatio, unconfirmedBack } from './fleet.ts';
import { Leadership } from './leadership.ts';
import { foreignChange, rolloutWrite } from './rollout-write.ts';
import { dueStart } from './scheduled.ts';
import { SchemaChecker } from './schema-checker.ts';
import type { ConfigSnapshot } from './snapshot.ts';
import type { ConfigState } from './state.ts';

/** Deadlines and silences come without an event; reports and edits bring a round of their own. */
const ROUND_MS = 1_000;
/** Reports of a fleet come by the hundred. The first is looked at at once, those that follow together. */
const ROUND_GAP_MS = 200;

/** Every place where the controller writes; drills end the process at each. */
export const WRITE_POINTS = ['elect', 'start', 'expose', 'reset', 'renew', 'commit', 'status', 'confirm'] as const;
export type WritePoint = (typeof WRITE_POINTS)[number];

export interface ControllerOptions {
  readonly engine: Engine;
  readonly state: ConfigState;
  /** See ConfigSettings. */
  readonly checkHosts: readonly string[];
  /** For drills: called around each write. */
  readonly onWrite?: (point: WritePoint, when: 'before' | 'after') => void;
  readonly report?: (line: string) => void;
  /** How long nobody supervises after the leader died. */
  readonly leaderTtlSeconds?: number;
}

interface Checked {
  readonly at: number;
  readonly results: readonly CheckResult[];
  isNew: boolean;
}

export class RolloutController {
  readonly #options: ControllerOptions;
  readonly #leadership: Leadership;
  readonly #checker = new SchemaChecker();
  readonly #checks = new Map<string, Checked>();
  readonly #checking = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  #unsubscribe: (() => void) | undefined;
  #round: Promise<void> | null = null;
  #isDirty = false;
  readonly #closing = new AbortController();

  constructor(options: ControllerOptions) {
    this.#options = options;
    const { engine, state, onWrite } = options;
    this.#leadership = new Leadership({
      engine,
      state,
      keys: state.keys,
      onChange: () => this.#look(),
      isWanted: () => this.#hasWork(),
      ...(onWrite === undefined ? {} : { onElection: (when) => onWrite('elect', when) }),
      ...(options.leaderTtlSeconds === undefined ? {} : { ttlSeconds: options.leaderTtlSeconds }),
    });
  }

  start(): void {
    this.#options.state.start();
    this.#leadership.start();
    this.#timer = setInterval(() => this.#look(), ROUND_MS);
    this.#timer.unref();
    this.#unsubscribe = this.#options.state.subscribe(() => this.#look());
  }

  get isLeading(): boolean {
    return this.#leadership.fence !== null;
  }

  async close(): Promise<void> {
    this.#closing.abort();
    clearInterval(this.#timer);
    this.#unsubscribe?.();
    await this.#round;
    await this.#leadership.close();
    await this.#checker.close();
  }

  #look(): void {
    if (this.#closing.signal.aborted || this.#leadership.fence === null) return;
    this.#isDirty = true;
    this.#round ??= this.#rounds().finally(() => {
      this.#round = null;
    });
  }

  #hasWork(): boolean {
    const rollouts = this.#options.state.current?.all('rollouts').values() ?? [];
    return [...rollouts].some(({ value }) => isSupervised(value.state));
  }

  async #rounds(): Promise<void> {
    const { signal } = this.#closing;
    while (this.#isDirty && !signal.aborted) {
      this.#isDirty = false;
      const snapshot = this.#options.state.current;
      if (snapshot === null || this.#options.state.problem !== null) return;
      for (const [rolloutId, { value }] of snapshot.all('rollouts')) {
        if (!isSupervised(value.state)) this.#checks.delete(rolloutId);
        else await this.#superviseOne(snapshot, rolloutId);
      }
      await sleep(ROUND_GAP_MS, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  async #superviseOne(snapshot: ConfigSnapshot, rolloutId: string): Promise<void> {
    const rollout = snapshot.get('rollouts', rolloutId)?.value;
    const fence = this.#leadership.fence;
    if (rollout === undefined || fence === null || !isSupervised(rollout.state)) return;
    try {
      if (rollout.state === 'SCHEDULED') await this.#startScheduled(snapshot, rollout, fence);
      else if (rollout.state === 'ROLLING_BACK') await this.#confirm(snapshot, rollout, fence);
      else if (isExposing(rollout.state)) await this.#observe(snapshot, rollout, fence);
    } catch (error) {
      // Unreachable for the moment: exposure stays as it is, and the gap will count as not observed.
      if (!(error instanceof EngineError || error instanceof ConsoleError)) throw error;
      this.#options.report?.(`rollout ${rolloutId}: ${error.message}`);
    }
  }

  async #startScheduled(snapshot: ConfigSnapshot, rollout: Rollout, fence: number): Promise<void> {
    const due = await dueStart({ checker: this.#checker }, snapshot, { rollout, now: steadyNow() });
    if (due === null) return;
    const { outcome, touched } = due;
    await this.#write('start', snapshot, { outcome, fence, ...(touched === null ? {} : { touched }) });
  }

  async #confirm(snapshot: ConfigSnapshot, rollout: Rollout, fence: number): Promise<void> {
    const now = steadyNow();
    const left = unconfirmedBack(snapshot, rollout);
    const waited = now - (rollout.rollbackAt ?? now);
    if (left.length > 0 && waited < rollout.plan.gate.rollbackConfirmSeconds * 1000) return;
    const done = machine.confirmRollback(rollout, { by: CONTROLLER, at: now }, left);
    if (done.ok) await this.#write('confirm', snapshot, { outcome: done.value, fence });
  }

  async #observe(snapshot: ConfigSnapshot, rollout: Rollout, fence: number): Promise<void> {
    const now = steadyNow();
    const foreign = foreignChange(snapshot, rollout);
    if (foreign !== null && rollout.pauseReason !== 'BASE_CHANGED') {
      const done = machine.baseChanged(rollout, { by: CONTROLLER, at: now }, `paused: ${foreign}`);
      if (done.ok) await this.#write('status', snapshot, { outcome: done.value, fence });
      return;
    }
    const before = snapshot.get('rosters', rollout.rolloutId)?.value ?? EMPTY_ROSTER;
    const roster = nextRoster(snapshot, rollout, before, now);
    const checked = this.#checksOf(rollout, now);
    const outcome = supervise(rollout, {
      rows: classifyAll(snapshot, rollout, roster, now),
      checks: checked.results,
      checksAreNew: checked.isNew,
      stableRatio: stableRatio(snapshot, rollout, roster),
      now,
    });
    checked.isNew = false;
    const written = this.#renewed(snapshot, rollout, { outcome, now });
    if (written === null && roster === before) return;
    await this.#writeLook(snapshot, written ?? { rollout, assign: null, log: [] }, { fence, before, roster });
  }

  /** The outcome of a look, and half-way through the dead-man's time also its renewal. */
  #renewed(
    snapshot: ConfigSnapshot,
    rollout: Rollout,
    { outcome, now }: { readonly outcome: Outcome | null; readonly now: number },
  ): Outcome | null {
    const { expiresAt } = snapshot.assignment(rollout.target).value;
    const { deadManSeconds } = rollout.plan;
    const next = outcome?.rollout ?? { ...rollout, lastEvalAt: now };
    const isDue = deadManSeconds !== null && expiresAt !== null && expiresAt - now < (deadManSeconds * 1000) / 2;
    if (!isDue || !isExposing(next.state) || (outcome?.assign ?? null) !== null) return outcome;
    return { rollout: next, assign: { kind: 'renew' }, log: outcome?.log ?? [] };
  }

  async #writeLook(
    snapshot: ConfigSnapshot,
    written: Outcome,
    { fence, before, roster }: { readonly fence: number; readonly before: Roster; readonly roster: Roster },
  ): Promise<void> {
    await this.#write(written.assign?.kind ?? 'status', snapshot, {
      outcome: written,
      fence,
      ...(roster === before ? {} : { roster }),
    });
  }

  /** The last answers; asks anew, without waiting, when a tick has passed. */
  #checksOf(rollout: Rollout, now: number): Checked {
    const { rolloutId, plan } = rollout;
    const names = [...plan.gate.metrics, ...plan.gate.webhooks].map(({ name }) => name);
    const known = this.#checks.get(rolloutId) ?? {
      at: Number.NEGATIVE_INFINITY,
      results: names.map((name): CheckResult => ({ name, is: 'error', why: 'not asked yet' })),
      isNew: false,
    };
    const isDue = now - known.at >= plan.gate.evalIntervalSeconds * 1000;
    if (hasChecks(plan) && isDue && !this.#checking.has(rolloutId)) {
      this.#checking.add(rolloutId);
      const payload = { rolloutId, target: rollout.target, phase: rollout.phaseIndex, state: rollout.state };
      void runChecks(plan, payload, this.#options.checkHosts)
        .then((results) => {
          this.#checks.set(rolloutId, { at: steadyNow(), results, isNew: true });
          this.#look();
        })
        .finally(() => this.#checking.delete(rolloutId));
    }
    return known;
  }

  async #write(
    point: WritePoint,
    snapshot: ConfigSnapshot,
    what: {
      readonly outcome: Outcome;
      readonly fence: number;
      readonly touched?: readonly string[];
      readonly roster?: Roster;
    },
  ): Promise<void> {
    await this.#commit(point, rolloutWrite({ engine: this.#options.engine, snapshot, ...what }));
  }

  async #commit(point: WritePoint, write: ConfigWrite): Promise<void> {
    this.#options.onWrite?.(point, 'before');
    const revision = await write.commit();
    this.#options.onWrite?.(point, 'after');
    if (revision === undefined) {
      // Somebody else wrote: look again once that has been seen, or when the next round comes.
      return;
    }
    await this.#options.state.follows(revision);
    this.#isDirty = true;
  }
}
