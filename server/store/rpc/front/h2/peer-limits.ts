/** How much of what costs us work and a peer nothing one connection may do; beyond it the connection ends with ENHANCE_YOUR_CALM. */
import { RESETS_PER_SECOND_MAX } from '../../limits.ts';
import { FloodMeter } from './flood-meter.ts';
import { ConnectionError, ErrorCode, IDLE_FRAME_BURST_MAX, IDLE_FRAMES_PER_SECOND_MAX } from './protocol.ts';

/** A change of all windows costs one token per this many streams. */
const STREAMS_PER_TOKEN = 64;
/** Smaller steps of a window are counted: they make us send crumbs (CVE-2019-9511). */
const SMALL_INCREMENT_BYTES = 1024;

export class PeerLimits {
  readonly #resets: FloodMeter;
  readonly #idleFrames: FloodMeter;

  constructor(resetBurstMax: number) {
    const nowMs = performance.now();
    this.#resets = new FloodMeter(resetBurstMax, RESETS_PER_SECOND_MAX, nowMs);
    this.#idleFrames = new FloodMeter(IDLE_FRAME_BURST_MAX, IDLE_FRAMES_PER_SECOND_MAX, nowMs);
  }

  /** A frame that says nothing. @throws ConnectionError */
  idleFrame(cost = 1): void {
    if (!this.#idleFrames.take(performance.now(), cost))
      throw new ConnectionError(ErrorCode.ENHANCE_YOUR_CALM, 'too many frames that say nothing');
  }

  /** @throws ConnectionError */
  settings(openStreams: number): void {
    this.idleFrame(1 + Math.floor(openStreams / STREAMS_PER_TOKEN));
  }

  /** @throws ConnectionError */
  windowUpdate(increment: number): void {
    if (increment < SMALL_INCREMENT_BYTES) this.idleFrame();
  }

  /** Also those we had to send for the peer's errors: making us reset costs us as much (CVE-2025-8671). @throws ConnectionError */
  reset(): void {
    if (!this.#resets.take(performance.now()))
      throw new ConnectionError(ErrorCode.ENHANCE_YOUR_CALM, 'too many resets');
  }

  /** Data was sent: that forgives pings. grpc-go measures the line with one ping per round trip of data. */
  forgive(): void {
    this.#idleFrames.refill();
  }
}
