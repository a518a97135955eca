/** What a page costs the browser while something happens: frames, the main thread, memory. */
import type { CDPSession, Page } from '@playwright/test';
import { quantile } from './figure.ts';

export interface PageCost {
  readonly framesPerSecond: number;
  /** 95 % of the times between two frames are not longer. */
  readonly frameMs: number;
  /** Share of the time the main thread had a core, 0 … 1. */
  readonly busy: number;
  /** The same with the time in which it had something to do and waited for a core, which others had. */
  readonly occupied: number;
  /** Of the JavaScript heap after a collection, at the end less at the beginning. */
  readonly heapGrowthBytes: number;
}

interface Counters {
  readonly at: number;
  readonly cpuSeconds: number;
  readonly taskSeconds: number;
  readonly heapBytes: number;
}

export class PageMeter {
  readonly #page: Page;
  readonly #session: CDPSession;

  private constructor(page: Page, session: CDPSession) {
    this.#page = page;
    this.#session = session;
  }

  static async attach(page: Page): Promise<PageMeter> {
    const session = await page.context().newCDPSession(page);
    await session.send('Performance.enable');
    return new PageMeter(page, session);
  }

  /** Measures while `work` runs. */
  async during(work: () => Promise<void>): Promise<PageCost> {
    await this.#page.evaluate(watchFrames);
    const before = await this.#counters();
    const [first] = await this.#frames();
    await work();
    const frames = await this.#frames();
    const after = await this.#counters();
    const gaps = frames.slice(1).map((at, index) => at - (frames[index] ?? at));
    const share = (spent: number): number => spent / ((after.at - before.at) / 1_000);
    const seconds = ((frames.at(-1) ?? 0) - (first ?? 0)) / 1_000;
    return {
      framesPerSecond: gaps.length / seconds,
      frameMs: quantile(gaps, 0.95),
      busy: share(after.cpuSeconds - before.cpuSeconds),
      occupied: share(after.taskSeconds - before.taskSeconds),
      heapGrowthBytes: after.heapBytes - before.heapBytes,
    };
  }

  /** Times of the frames since the last call, in ms. */
  #frames(): Promise<readonly number[]> {
    return this.#page.evaluate(() => (window as unknown as { benchFrames: number[] }).benchFrames.splice(0));
  }

  async #counters(): Promise<Counters> {
    await this.#session.send('HeapProfiler.collectGarbage');
    const { metrics } = await this.#session.send('Performance.getMetrics');
    const of = (name: string): number => metrics.find((metric) => metric.name === name)?.value ?? Number.NaN;
    const [cpuSeconds, taskSeconds] = [of('ThreadTime'), of('TaskDuration')];
    return { at: performance.now(), cpuSeconds, taskSeconds, heapBytes: of('JSHeapUsedSize') };
  }
}

/** In the page: keeps the time of every frame. */
function watchFrames(): void {
  const frames: number[] = [];
  Object.assign(window, { benchFrames: frames });
  const tick = (now: number): void => {
    frames.push(now);
    requestAnimationFrame(tick);
  };
  requestAnimationFrame(tick);
}
