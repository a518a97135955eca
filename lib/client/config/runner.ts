/**
 * Takes offers one at a time: validate, apply as a whole, report. What fails is reported with its place and the old document stays in
 * use. A document that was applied when the process died is not applied again.
 *
 * Invariants (config.test.ts): `running` is always a document that `apply` accepted; offers are taken in order, only the newest of those that
 * came meanwhile; every outcome that stands is reported, reports one after the other, each with how it is when it leaves. No report is
 * waited for before the next offer is taken.
 */
import { randomInt, randomUUID } from 'node:crypto';
import { errorText } from '../../base/error-text.ts';
import type { JsonObject } from '../../config/json.ts';
import type { Health, ReportError } from '../../config/report.ts';
import { ERROR_MESSAGE_MAX } from '../../config/report.ts';
import type { LastKnownGood, Remembered } from './last-known-good.ts';
import { ConfigRejected, type ConfigSource, type Offer, type OwnReport, type Tried } from './types.ts';

/** Reports come at least this often, give or take a fifth, so that a fleet does not speak in unison. */
export const REPORT_MS = 15_000;
const REPORT_JITTER = 0.2;
/**
 * A fleet that is told at once would also answer at once, and its answers would crowd out what others still wait for: they come
 * within a time that grows with its number, the first after a half of it.
 */
export const SPREAD_MS_PER_READER = 1;
export const SPREAD_MS_MAX = 2_000;
/** A process that lives this long with a document has proven it: the window in which a death is blamed on it. */
export const PROBATION_MS = 120_000;

export interface RunnerOptions {
  readonly source: ConfigSource;
  readonly memory: LastKnownGood;
  readonly validate: (values: JsonObject) => void | Promise<void>;
  readonly apply: (values: JsonObject) => void | Promise<void>;
  readonly health: () => Health;
  readonly onTrouble: (reason: string) => void;
}

export class ConfigRunner {
  readonly #options: RunnerOptions;
  readonly #bootId = randomUUID();
  readonly #crashed: string | null;
  #running: Offer | null = null;
  #told: Offer | null = null;
  #next: { readonly offer: Offer; readonly isProven: boolean } | null = null;
  #state: OwnReport['state'] = 'PENDING';
  #error: ReportError | null = null;
  #appliedAt: number | null = null;
  #seq = 0;
  /** The layers of the trial that was answered last. */
  #answered = '';
  #sending: Promise<unknown> = Promise.resolve();
  #tellTimer: NodeJS.Timeout | undefined;
  #work: Promise<void> = Promise.resolve();
  #isWorking = false;
  #reportTimer: NodeJS.Timeout | undefined;
  #probation: NodeJS.Timeout | undefined;
  #closed = false;
  #settled: () => void = () => undefined;
  /** Resolves when a document is in use. */
  readonly ready: Promise<void>;

  constructor(options: RunnerOptions) {
    this.#options = options;
    const remembered: Remembered = options.memory.recall();
    this.#crashed = remembered.crashed;
    this.#next = remembered.proven === null ? null : { offer: remembered.proven, isProven: true };
    this.ready = new Promise((resolve) => {
      this.#settled = resolve;
    });
  }

  start(): void {
    // The last known good first: an application starts although nobody answers.
    if (this.#next !== null) this.#go();
    this.#options.source.start({
      onOffer: (offer) => this.#offer(offer),
      onTrouble: this.#options.onTrouble,
      hasDocument: () => this.#running !== null || this.#isWorking,
    });
    this.#planReport();
  }

  get running(): Offer | null {
    return this.#running;
  }

  /** Says now how it is. */
  report(): Promise<void> {
    return this.#inTurn(async () => {
      const { layers } = this.#told ?? this.#running ?? {};
      if (layers !== undefined) await this.#send({ state: this.#state, layers, error: this.#error });
    });
  }

  /** One after the other: what was said last must be what is read. */
  #inTurn(say: () => Promise<void>): Promise<void> {
    const said = this.#sending.then(say);
    this.#sending = said;
    return said;
  }

  /** True: it was taken. */
  async #send(said: Pick<OwnReport, 'state' | 'layers' | 'error'>): Promise<boolean> {
    try {
      await this.#options.source.report({
        ...said,
        bootId: this.#bootId,
        seq: ++this.#seq,
        running: this.#running?.layers ?? [],
        health: this.#options.health(),
        appliedAt: this.#appliedAt,
        reportedAt: Date.now(),
        configSha256: this.#running?.sha256 ?? '',
      });
      return true;
    } catch (cause) {
      this.#options.onTrouble(`a report was not taken: ${errorText(cause)}`);
      return false;
    }
  }

  /** The process ends in good order: what it ran is no suspect. */
  async close(): Promise<void> {
    this.#stop();
    await this.#work;
    // One that is still on its way would bring back what leaving takes away.
    await this.#sending;
    if (this.#probation !== undefined && this.#running !== null) this.#options.memory.prove(this.#running);
    clearTimeout(this.#probation);
    await this.#options.source.leave();
    this.#options.source.close();
  }

  #stop(): void {
    this.#closed = true;
    clearTimeout(this.#reportTimer);
    clearTimeout(this.#tellTimer);
  }

  #planReport(): void {
    const spread = REPORT_MS * REPORT_JITTER;
    const ms = REPORT_MS - spread + randomInt(2 * spread);
    this.#reportTimer = setTimeout(() => {
      void this.report();
      if (!this.#closed) this.#planReport();
    }, ms);
    this.#reportTimer.unref();
  }

  #offer(offer: Offer): void {
    this.#next = { offer, isProven: false };
    this.#go();
  }

  #go(): void {
    if (this.#isWorking || this.#closed) return;
    this.#isWorking = true;
    this.#work = this.#takeAll().finally(() => {
      this.#isWorking = false;
    });
  }

  async #takeAll(): Promise<void> {
    while (this.#next !== null && !this.#closed) {
      const { offer, isProven } = this.#next;
      this.#next = null;
      await this.#take(offer, isProven);
    }
  }

  async #take(offer: Offer, isProven: boolean): Promise<void> {
    this.#told = offer;
    if (offer.sha256 === this.#running?.sha256) {
      // The same document from other releases: nothing to apply, but they are in use now.
      this.#accept(offer);
    } else if (offer.sha256 === this.#crashed && !isProven) {
      this.#reject({ code: 'crash', path: '', message: 'the process died soon after it had applied this document' });
    } else {
      // What was said of the one before is not true of this one.
      this.#state = 'PENDING';
      this.#error = null;
      await this.#try(offer, isProven);
    }
    this.#tell(offer);
  }

  /** What came of an offer: trouble at once, the rest when its turn has come. */
  #tell({ probe, readers }: Offer): void {
    clearTimeout(this.#tellTimer);
    const say = (): void => {
      void this.report();
      if (probe !== null) void this.#inTurn(() => this.#answer(probe));
    };
    const spread = Math.min(SPREAD_MS_MAX, Math.floor(readers * SPREAD_MS_PER_READER));
    if (spread === 0 || this.#state === 'REJECTED') say();
    else this.#tellTimer = setTimeout(say, spread / 2 + randomInt(spread)).unref();
  }

  /** Says what it would do with a document, once; applies nothing. */
  async #answer(probe: Tried): Promise<void> {
    const asked = JSON.stringify(probe.layers);
    if (asked === this.#answered) return;
    let error: ReportError | null = null;
    try {
      await this.#options.validate(freeze(structuredClone(probe.values)));
    } catch (cause) {
      error = errorOf('validate', cause);
    }
    const state = error === null ? 'WOULD_ACCEPT' : 'WOULD_REJECT';
    if (await this.#send({ state, layers: probe.layers, error })) this.#answered = asked;
  }

  async #try(offer: Offer, isProven: boolean): Promise<void> {
    const values = freeze(structuredClone(offer.values));
    try {
      await this.#options.validate(values);
    } catch (cause) {
      return this.#reject(errorOf('validate', cause));
    }
    if (!isProven) this.#options.memory.beginProbation(offer);
    try {
      await this.#options.apply(values);
    } catch (cause) {
      this.#options.memory.dropProbation();
      return this.#reject(errorOf('apply', cause));
    }
    this.#appliedAt = Date.now();
    this.#accept(offer);
    clearTimeout(this.#probation);
    this.#probation = undefined;
    if (isProven) return;
    this.#probation = setTimeout(() => {
      this.#probation = undefined;
      this.#options.memory.prove(offer);
    }, PROBATION_MS);
    this.#probation.unref();
  }

  #accept(offer: Offer): void {
    this.#running = offer;
    this.#state = 'APPLIED';
    this.#error = null;
    this.#settled();
  }

  #reject(error: ReportError): void {
    this.#state = 'REJECTED';
    this.#error = error;
  }
}

function errorOf(code: string, cause: unknown): ReportError {
  const message = errorText(cause);
  return {
    code,
    path: cause instanceof ConfigRejected ? cause.path : '',
    message: message.slice(0, ERROR_MESSAGE_MAX),
  };
}

/** Nobody changes a document under another reader's feet. */
function freeze(values: JsonObject): JsonObject {
  for (const value of Object.values(values))
    if (typeof value === 'object' && value !== null) freeze(value as JsonObject);
  return Object.freeze(values);
}
