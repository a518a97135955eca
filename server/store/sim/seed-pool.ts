/** Seeds on several threads, reported in their order whichever ends first. */
import { Worker } from 'node:worker_threads';
import { defined } from '../../../lib/base/assert.ts';
import type { SeedReport, SeedTask } from './stacks.ts';

/** How far a quick seed may be ahead of a slow one; its report waits in memory. */
const AHEAD_MAX = 1000;

/**
 * Runs `tasks` on `threads` and calls `report` for each, in order. Rejects with what a thread threw: a fault of the simulator, never
 * a finding.
 */
export async function runSeeds(
  tasks: readonly SeedTask[],
  threads: number,
  report: (result: SeedReport) => void,
): Promise<void> {
  const waiting = new Map<number, SeedReport>();
  const idle = new Set<Worker>();
  let [given, told] = [0, 0];
  const workers = Array.from({ length: Math.min(threads, tasks.length) }, () => startWorker());
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const feed = (worker: Worker) => {
    const task = given - told < AHEAD_MAX ? tasks[given] : undefined;
    if (task === undefined) {
      idle.add(worker);
      return;
    }
    given++;
    worker.postMessage(task);
  };
  const tell = () => {
    for (let next = waiting.get(told); next !== undefined; next = waiting.get(told)) {
      waiting.delete(told++);
      report(next);
    }
    if (told === tasks.length) resolve();
  };
  for (const worker of workers) {
    worker.on('error', reject);
    worker.on('message', (result: SeedReport) => {
      waiting.set(result.seed - defined(tasks[0], 'a report without a task').seed, result);
      tell();
      feed(worker);
      for (const other of [...idle]) {
        idle.delete(other);
        feed(other);
      }
    });
    feed(worker);
  }
  try {
    await promise;
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

const startWorker = (): Worker => new Worker(new URL('./seed-worker.ts', import.meta.url));
