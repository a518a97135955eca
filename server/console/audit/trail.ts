/**
 * Who changed what through this console, kept in the store itself. An entry is written before the change ("pending") and again
 * after it with the result: a console that dies between leaves an entry that says so, never a change without one.
 *
 * The console's own account writes it, so operators need no permission for it and cannot change it. Where that account may not
 * write, or the store is full, changes go on, entries go to the log of this process, and the page says why. A result that the store
 * did not take stays in memory and is written as soon as that works again (backlog.ts).
 */
import type { AuditEntry, AuditKept } from '../../../lib/api/audit.ts';
import type { WireBytes } from '../../../lib/api/types.ts';
import { GrpcCode } from '../../../lib/base/grpc-status.ts';
import { type Engine, EngineError } from '../../engines/engine.ts';
import { currentCaller } from '../caller.ts';
import { isKnownError } from '../errors.ts';
import { Backlog } from './backlog.ts';
import { AUDIT_PREFIX, auditKey, encodeEntry, firstIdAt, newAuditId } from './entry.ts';

export const KEEP_DAYS = 90;
const DAY_MS = 24 * 3_600_000;
const CLEAN_EVERY_MS = 3_600_000;

/** What is about to be done. */
export interface Act {
  /** "key.put": thing and verb. */
  readonly action: string;
  readonly targetKind: AuditEntry['targetKind'];
  readonly target: WireBytes | null;
  /** What must hold for it to happen, in words. */
  readonly guard: string | null;
  /** Whatever else belongs to the account: sizes, the lease chosen, a reason given. No values, no passwords. */
  readonly note: string | null;
}

/** Lends an engine that may write, for one entry. */
export type LastWord = (write: (engine: Engine) => Promise<void>) => Promise<void>;

export interface AuditTrailOptions {
  /** Of the console's own account. */
  readonly engine: Engine;
  readonly readOnly: boolean;
  readonly now?: () => number;
  /** One line for the log of this process. */
  readonly log?: (line: string) => void;
}

export class AuditTrail {
  readonly #engine: Engine;
  readonly #now: () => number;
  readonly #log: (line: string) => void;
  readonly #cleaner: NodeJS.Timeout | undefined;
  #refusal: string | null = null;
  readonly #backlog = new Backlog(async (entry) => {
    await this.#put(entry);
    this.#refusal = null;
  });
  /** When the newest entry began. */
  #last = 0;

  constructor({ engine, readOnly, now = Date.now, log = (line) => console.log(line) }: AuditTrailOptions) {
    this.#engine = engine;
    this.#now = now;
    this.#log = log;
    if (readOnly) return;
    this.#cleaner = setInterval(() => void this.clean(), CLEAN_EVERY_MS);
    this.#cleaner.unref();
  }

  close(): void {
    clearInterval(this.#cleaner);
    this.#backlog.close();
  }

  /** No two entries of one console begin in the same millisecond: they sort as they began. */
  #nextMoment(): number {
    this.#last = Math.max(this.#now(), this.#last + 1);
    return this.#last;
  }

  kept(): AuditKept {
    return { durable: this.#refusal === null, reason: this.#refusal, days: KEEP_DAYS };
  }

  /**
   * Does `change` and keeps account of it. `revision`, `revisions` and `id` of the result, where it has them, become part of the entry.
   *
   * @param user null where the store has no users
   * @param lastWord writes the result where the account may no longer, because of the change itself: turning authentication on
   * @throws what `change` throws; EngineError when the account cannot be opened because the store does not answer: nothing was changed then
   */
  async run<T>(user: string | null, act: Act, change: () => Promise<T>, lastWord?: LastWord): Promise<T> {
    const pending = this.#entryOf(user, act);
    await this.#open(pending);
    try {
      const result = await change();
      const target = pending.target ?? textOf(result, 'id');
      const revisions = textOf(result, 'revisions');
      const made = { revision: textOf(result, 'revision'), ...(revisions === null ? {} : { revisions }) };
      await this.#settle({ ...pending, target, result: 'done', ...made }, lastWord);
      return result;
    } catch (error) {
      await this.#settle({ ...pending, ...failureOf(error) }, lastWord);
      throw error;
    }
  }

  /** Of what was done already and could not wait for its account: healing, while nothing can be written. */
  async happened(user: string | null, act: Act): Promise<void> {
    await this.#settle({ ...this.#entryOf(user, act), result: 'done' });
  }

  #entryOf(user: string | null, act: Act): AuditEntry {
    const at = this.#nextMoment();
    const from = currentCaller()?.address ?? 'this console';
    return { ...act, id: newAuditId(at), at, user, from, result: 'pending', revision: null, message: null };
  }

  /** Deletes what is older than KEEP_DAYS. Any console may; deleting twice is no harm. */
  async clean(): Promise<void> {
    const end = auditKey(firstIdAt(this.#now() - KEEP_DAYS * DAY_MS));
    const range = { key: auditKey(''), end };
    try {
      const { count } = await this.#engine.kv.list({ ...range, countOnly: true });
      if (count === 0) return;
      await this.#engine.kv.write({ guards: [], ops: [{ type: 'delete', range }], otherwiseRead: [] });
    } catch (error) {
      // The next hour tries again; what is too old by then goes then.
      if (!(error instanceof EngineError)) throw error;
    }
  }

  async #open(entry: AuditEntry): Promise<void> {
    try {
      await this.#put(entry);
      this.#refusal = null;
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      if (!(isRefusal(error) || isFull(error))) throw unchanged(error);
      this.#refusal = refusalWords(error);
    }
  }

  async #settle(entry: AuditEntry, lastWord?: LastWord): Promise<void> {
    if (this.#refusal !== null) {
      this.#log(`audit: ${JSON.stringify(entry)}`);
      this.#backlog.add(entry);
      await this.#backlog.flush();
      return;
    }
    try {
      await this.#put(entry);
      await this.#backlog.flush();
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      // The change itself may have ended it: authentication was turned on.
      if (isRefusal(error) || isFull(error)) {
        this.#refusal = refusalWords(error);
        if (lastWord !== undefined && (await this.#written(entry, lastWord))) return;
      }
      this.#log(`audit: the result could not be written yet (${error.message}): ${JSON.stringify(entry)}`);
      this.#backlog.add(entry);
    }
  }

  async #written(entry: AuditEntry, lastWord: LastWord): Promise<boolean> {
    try {
      await lastWord((engine) => this.#put(entry, engine));
      return true;
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      return false;
    }
  }

  async #put(entry: AuditEntry, engine = this.#engine): Promise<void> {
    await engine.kv.write({
      guards: [],
      ops: [{ type: 'put', key: auditKey(entry.id), value: encodeEntry(entry), lease: 0n }],
      otherwiseRead: [],
    });
  }
}

/** The account may have been opened; what it is about was not begun. */
const unchanged = ({ code, message, endpoint }: EngineError): EngineError =>
  new EngineError(code, message, { outcome: 'none', ...(endpoint === null ? {} : { endpoint }) });

const isRefusal = ({ code, message }: EngineError): boolean =>
  code === GrpcCode.PERMISSION_DENIED || code === GrpcCode.UNAUTHENTICATED || message.includes('user name is empty');

/** NOSPACE: etcd takes nothing but what makes room. */
const isFull = ({ code, message }: EngineError): boolean =>
  code === GrpcCode.RESOURCE_EXHAUSTED && message.includes('database space exceeded');

const refusalWords = (error: EngineError): string =>
  isFull(error)
    ? `the store is full and takes no entry under ${AUDIT_PREFIX} until there is room: ${error.message}`
    : `the console’s own account may not write ${AUDIT_PREFIX}: ${error.message}`;

/** What the result itself tells: the revision or revisions it made, or the id that the store picked. */
function textOf(result: unknown, field: 'id' | 'revision' | 'revisions'): string | null {
  if (typeof result !== 'object' || result === null) return null;
  const value: unknown = Reflect.get(result, field);
  return typeof value === 'string' ? value : null;
}

/** A refusal changed nothing; a failure may or may not have, and says which. */
function failureOf(error: unknown): Pick<AuditEntry, 'result' | 'message'> {
  if (!isKnownError(error)) return { result: 'failed', message: 'the console failed; its log says why' };
  if (error.outcome === 'unknown') return { result: 'unknown', message: error.message };
  const isRefused =
    error.code !== GrpcCode.UNAVAILABLE &&
    error.code !== GrpcCode.DEADLINE_EXCEEDED &&
    error.code !== GrpcCode.INTERNAL;
  return { result: isRefused ? 'refused' : 'failed', message: error.message };
}
