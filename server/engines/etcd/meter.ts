/** Counts what this console costs the store: calls, bytes each way, open watches. */
import type { EngineCost } from '../engine.ts';

export class Meter {
  #rpcs = 0;
  #bytesSent = 0;
  #bytesReceived = 0;
  #watches = 0;

  rpc(): void {
    this.#rpcs++;
  }

  count(bytesSent: number, bytesReceived: number): void {
    this.#bytesSent += bytesSent;
    this.#bytesReceived += bytesReceived;
  }

  watchOpened(): void {
    this.#watches++;
  }

  watchClosed(): void {
    this.#watches--;
  }

  read(): EngineCost {
    return {
      rpcs: this.#rpcs,
      bytesSent: this.#bytesSent,
      bytesReceived: this.#bytesReceived,
      watches: this.#watches,
    };
  }
}
