/**
 * bcrypt off the member's thread: a few workers, started when the first password comes, and a bounded queue before them.
 * Guessing passwords is slowed down by exactly that: PASSWORD_WORKERS_MAX at a time, PASSWORD_JOBS_MAX waiting, the rest refused.
 */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { EtcdError, etcdErrors } from '../../../../lib/base/etcdpb/errors.ts';
import { GrpcCode } from '../../../../lib/base/grpc-status.ts';
import { PASSWORD_BYTES_MAX, PASSWORD_JOBS_MAX, PASSWORD_WORKERS_MAX } from '../limits.ts';
import type { BcryptAnswer, BcryptJob } from './bcrypt-worker.ts';

/** `--bcrypt-cost` as etcd has it: doublings of the work. */
const BCRYPT_COST = { min: 4, max: 31, default: 10 } as const;

interface Waiting {
  readonly job: BcryptJob;
  readonly resolve: (answer: BcryptAnswer) => void;
  readonly reject: (error: Error) => void;
}

export class PasswordHasher {
  readonly #cost: number;
  readonly #workersMax = Math.min(PASSWORD_WORKERS_MAX, Math.max(1, availableParallelism() - 1));
  readonly #idle: Worker[] = [];
  /** All of them, with what each is at. */
  readonly #workers = new Map<Worker, Waiting | undefined>();
  readonly #queue: Waiting[] = [];
  #isClosed = false;

  constructor(cost: number = BCRYPT_COST.default) {
    this.#cost = cost;
  }

  /** In bcrypt's text form. @throws EtcdError when the password is too long for bcrypt, or too many wait */
  async hash(password: string): Promise<string> {
    if (Buffer.byteLength(password) > PASSWORD_BYTES_MAX)
      throw new EtcdError(GrpcCode.UNKNOWN, `bcrypt: password length exceeds ${PASSWORD_BYTES_MAX} bytes`);
    return (await this.#run({ kind: 'hash', password, cost: this.#cost })) as string;
  }

  /** @throws EtcdError when too many wait */
  async matches(password: string, hash: string): Promise<boolean> {
    return (await this.#run({ kind: 'compare', password, hash })) as boolean;
  }

  /** What waits is refused with "server stopped". */
  close(): void {
    this.#isClosed = true;
    const waiting = [...this.#workers.values(), ...this.#queue];
    for (const worker of this.#workers.keys()) void worker.terminate();
    this.#workers.clear();
    this.#queue.length = 0;
    for (const one of waiting) one?.reject(etcdErrors.stopped());
  }

  #run(job: BcryptJob): Promise<BcryptAnswer> {
    return new Promise((resolve, reject) => {
      if (this.#isClosed) reject(etcdErrors.stopped());
      else if (this.#queue.length >= PASSWORD_JOBS_MAX) reject(etcdErrors.tooManyRequests());
      else {
        this.#queue.push({ job, resolve, reject });
        this.#startNext();
      }
    });
  }

  #startNext(): void {
    if (this.#queue.length === 0) return;
    const worker = this.#idle.pop() ?? (this.#workers.size < this.#workersMax ? this.#newWorker() : undefined);
    if (worker === undefined) return;
    const next = this.#queue.shift();
    this.#workers.set(worker, next);
    worker.postMessage(next?.job);
  }

  #newWorker(): Worker {
    const worker = new Worker(new URL('./bcrypt-worker.ts', import.meta.url));
    worker.unref();
    this.#workers.set(worker, undefined);
    worker.on('message', (answer: BcryptAnswer) => {
      const done = this.#workers.get(worker);
      if (!this.#workers.has(worker)) return;
      this.#workers.set(worker, undefined);
      this.#idle.push(worker);
      done?.resolve(answer);
      this.#startNext();
    });
    worker.on('error', (error) => {
      const failed = this.#workers.get(worker);
      this.#workers.delete(worker);
      failed?.reject(error);
      this.#startNext();
    });
    return worker;
  }
}
