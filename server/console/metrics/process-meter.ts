/** This process in numbers. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { ProcessNumbers } from './render.ts';

const RESOLUTION_MS = 20;
const NS_PER_SECOND = 1e9;

export class ProcessMeter {
  readonly #delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });

  constructor() {
    this.#delay.enable();
  }

  close(): void {
    this.#delay.disable();
  }

  read(): ProcessNumbers {
    const cpu = process.cpuUsage();
    const memory = process.memoryUsage();
    // The histogram holds whole intervals; only what they took too long is a delay. Nothing measured yet is NaN.
    const lagSeconds = this.#delay.percentile(99) / NS_PER_SECOND - RESOLUTION_MS / 1_000;
    return {
      startedAtSeconds: Date.now() / 1_000 - process.uptime(),
      cpuSeconds: (cpu.user + cpu.system) / 1e6,
      residentBytes: memory.rss,
      heapUsedBytes: memory.heapUsed,
      loopDelayP99Seconds: Number.isFinite(lagSeconds) ? Math.max(0, lagSeconds) : 0,
    };
  }
}
