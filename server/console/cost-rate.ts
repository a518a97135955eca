/** What this console costs the store, per second over the last WINDOW_MS. */
import type { ClusterView } from '../../lib/api/types.ts';
import type { EngineCost } from '../engines/engine.ts';

const WINDOW_MS = 10_000;
const SAMPLE_EVERY_MS = 500;

interface Sample {
  readonly at: number;
  readonly rpcs: number;
  readonly bytes: number;
}

export class CostRate {
  readonly #read: () => EngineCost;
  readonly #now: () => number;
  #samples: Sample[] = [];

  constructor(read: () => EngineCost, now: () => number = Date.now) {
    this.#read = read;
    this.#now = now;
  }

  rate(): ClusterView['cost'] {
    const cost = this.#read();
    const sample = { at: this.#now(), rpcs: cost.rpcs, bytes: cost.bytesReceived + cost.bytesSent };
    const last = this.#samples.at(-1);
    if (last === undefined || sample.at - last.at >= SAMPLE_EVERY_MS) this.#samples.push(sample);
    this.#samples = this.#samples.filter((old) => sample.at - old.at <= WINDOW_MS);
    const first = this.#samples[0] ?? sample;
    const seconds = Math.max(1, (sample.at - first.at) / 1000);
    return {
      watches: cost.watches,
      rpcsPerSecond: Math.round(((sample.rpcs - first.rpcs) / seconds) * 10) / 10,
      bytesPerSecond: Math.round((sample.bytes - first.bytes) / seconds),
    };
  }
}
