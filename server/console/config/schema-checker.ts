/** Validation on a thread of its own, with a time limit: one question at a time, a thread that does not answer is ended. */
import { Worker } from 'node:worker_threads';
import { GrpcCode } from '../../../lib/base/grpc-status.ts';
import type { Json } from '../../../lib/config/json.ts';
import { ConsoleError } from '../errors.ts';
import type { SchemaIssue } from './schema-check.ts';
import type { SchemaAnswer, SchemaQuestion } from './schema-worker.ts';

/** Processor time for all documents of one question. */
const CHECK_TIMEOUT_MS = 500;
/** On a machine so busy that the thread hardly runs, this many times as long by the clock. */
const BUSY_FACTOR = 10;
/** A thread starts within this, also on a busy machine. */
const START_TIMEOUT_MS = 10_000;
const WAITING_MAX = 100;
/** Enough for the largest document and schema; a runaway ends itself. */
const HEAP_MB = 256;

export class SchemaChecker {
  readonly #timeoutMs: number;
  #worker: Worker | null = null;
  #online: Promise<void> = Promise.resolve();
  #queue: Promise<unknown> = Promise.resolve();
  #waiting = 0;
  #nextId = 1;

  constructor(timeoutMs: number = CHECK_TIMEOUT_MS) {
    this.#timeoutMs = timeoutMs;
  }

  /** @throws ConsoleError RESOURCE_EXHAUSTED, when it takes too long or too many wait */
  async check(schema: Json, documents: readonly Json[]): Promise<readonly (readonly SchemaIssue[])[]> {
    return this.#ask(schema, documents);
  }

  /** What is wrong with a schema itself. @throws as check */
  async schema(schema: Json): Promise<readonly SchemaIssue[]> {
    return (await this.#ask(schema, null))[0] ?? [];
  }

  async close(): Promise<void> {
    const worker = this.#worker;
    this.#worker = null;
    await worker?.terminate();
  }

  #ask(schema: Json, documents: readonly Json[] | null): Promise<readonly (readonly SchemaIssue[])[]> {
    if (this.#waiting >= WAITING_MAX) {
      return Promise.reject(
        new ConsoleError(GrpcCode.RESOURCE_EXHAUSTED, `${WAITING_MAX} documents wait to be checked already`),
      );
    }
    this.#waiting++;
    const answer = this.#queue.then(() => this.#once({ id: this.#nextId++, schema, documents }));
    this.#queue = answer.catch(() => undefined).finally(() => this.#waiting--);
    return answer;
  }

  async #once(question: SchemaQuestion): Promise<SchemaAnswer['issues']> {
    const worker = await this.#start();
    return new Promise((resolve, reject) => {
      let isDone = false;
      const finish = (act: () => void): void => {
        isDone = true;
        clearTimeout(timer);
        worker.off('message', onMessage);
        worker.off('error', onError);
        act();
      };
      const fail = (why: string): void =>
        finish(() => {
          void this.close();
          reject(new ConsoleError(GrpcCode.RESOURCE_EXHAUSTED, why, { field: 'schema' }));
        });
      const onMessage = (answer: SchemaAnswer | 'ready'): void => {
        if (answer !== 'ready' && answer.id === question.id) finish(() => resolve(answer.issues));
      };
      const onError = (error: Error): void => fail(`the check ended badly: ${error.message}`);
      const startedAt = performance.now();
      const usedBefore = processorMs(worker);
      const look = async (): Promise<void> => {
        const [before, now] = await Promise.all([usedBefore, processorMs(worker)]);
        const elapsed = performance.now() - startedAt;
        const used = before === null || now === null ? elapsed : now - before;
        if (isDone) return;
        if (used < this.#timeoutMs && elapsed < this.#timeoutMs * BUSY_FACTOR)
          timer = setTimeout(() => void look(), this.#timeoutMs / 2);
        else
          fail(
            `the check took longer than ${this.#timeoutMs} ms: a pattern of the schema may never end on this document`,
          );
      };
      let timer = setTimeout(() => void look(), this.#timeoutMs);
      worker.on('message', onMessage);
      worker.on('error', onError);
      worker.postMessage(question);
    });
  }

  async #start(): Promise<Worker> {
    if (this.#worker === null) {
      const worker = new Worker(new URL('./schema-worker.ts', import.meta.url), {
        resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
      });
      worker.unref();
      this.#worker = worker;
      this.#online = new Promise((resolve, reject) => {
        const timer = setTimeout(
          () => reject(new ConsoleError(GrpcCode.UNAVAILABLE, 'the validating thread did not start')),
          START_TIMEOUT_MS,
        );
        worker.once('message', () => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
    await this.#online;
    return this.#worker;
  }
}

/** What the thread has had of the processor; null where this Node cannot tell. */
async function processorMs(worker: Worker): Promise<number | null> {
  if (typeof worker.cpuUsage !== 'function') return null;
  const usage = await worker.cpuUsage().catch(() => null);
  return usage === null ? null : (usage.user + usage.system) / 1000;
}
