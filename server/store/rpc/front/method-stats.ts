/** What the transports count of one method, for /metrics. */

import type { GrpcCode } from '../../../../lib/base/grpc-status.ts';
import { Histogram } from '../../../../lib/base/histogram.ts';

/** The default bounds of every Prometheus client, which grpc servers use. */
const HANDLING_BUCKETS_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const CODES = 17;

export class MethodStats {
  started = 0;
  messagesReceived = 0;
  messagesSent = 0;
  /** By gRPC code. */
  readonly handled: number[] = new Array<number>(CODES).fill(0);
  /** From the request to the status; undefined while it is not measured. */
  seconds: Histogram | undefined;

  /** From now on every call is timed, as `--metrics extensive` asks. */
  measure(): void {
    this.seconds ??= new Histogram(HANDLING_BUCKETS_SECONDS);
  }

  /** Answers what end() wants to know. */
  start(): number {
    this.started++;
    return this.seconds === undefined ? 0 : performance.now();
  }

  end(code: GrpcCode, startedAt: number): void {
    this.handled[code] = (this.handled[code] ?? 0) + 1;
    this.seconds?.observe((performance.now() - startedAt) / 1000);
  }

  get open(): number {
    return this.started - this.handled.reduce((sum, count) => sum + count, 0);
  }
}
