/**
 * gRPC keep-alive: how often a peer may ping, judged as grpc-go judges (`--grpc-keepalive-min-time`), and pings of our own that find peers
 * which have gone without a word (`--grpc-keepalive-interval`, `--grpc-keepalive-timeout`).
 */
import type { KeepAliveSettings } from '../types.ts';
import { ConnectionError, ErrorCode } from './protocol.ts';

/** Without an open stream nobody needs to ping: more often than this is too often (grpc-go). */
const IDLE_PING_MIN_MS = 2 * 3_600_000;
const STRIKES_MAX = 2;
const SWEEP_MS_MIN = 10;
const SWEEP_MS_MAX = 5_000;

/** Pings of one peer. What we send it forgives: grpc-go measures the line with a ping per round trip of data. */
export class PingStrikes {
  readonly #minMs: number;
  #lastAt = Number.NEGATIVE_INFINITY;
  #strikes = 0;

  /** @param minMs 0: as often as it likes */
  constructor(minMs: number) {
    this.#minMs = minMs;
  }

  forgive(): void {
    this.#strikes = 0;
    this.#lastAt = Number.NEGATIVE_INFINITY;
  }

  /** @throws ConnectionError */
  pinged(nowMs: number, openStreams: number): void {
    if (this.#minMs === 0) return;
    const leastMs = openStreams === 0 ? Math.max(this.#minMs, IDLE_PING_MIN_MS) : this.#minMs;
    if (nowMs - this.#lastAt < leastMs) this.#strikes++;
    this.#lastAt = nowMs;
    if (this.#strikes > STRIKES_MAX) throw new ConnectionError(ErrorCode.ENHANCE_YOUR_CALM, 'too_many_pings');
  }
}

/** A connection as the prober sees it. */
export interface Probed {
  /** When anything came from the peer. */
  readonly heardAt: number;
  ping(): void;
  /** The peer does not answer. */
  cut(): void;
}

/** Asks silent peers for a sign of life. Time comes from the caller. */
export class Prober<T extends Probed> {
  readonly #settings: KeepAliveSettings;
  readonly #asked = new Map<T, number>();

  constructor(settings: KeepAliveSettings) {
    this.#settings = settings;
  }

  /** How often to sweep; undefined: never. */
  get everyMs(): number | undefined {
    const { intervalMs, timeoutMs } = this.#settings;
    if (intervalMs === 0 || timeoutMs === 0) return undefined;
    return Math.min(SWEEP_MS_MAX, Math.max(SWEEP_MS_MIN, Math.min(intervalMs, timeoutMs) / 4));
  }

  sweep(connections: Iterable<T>, nowMs: number): void {
    const { intervalMs, timeoutMs } = this.#settings;
    for (const connection of connections) {
      const askedAt = this.#asked.get(connection);
      if (askedAt !== undefined && connection.heardAt >= askedAt) this.#asked.delete(connection);
      else if (askedAt !== undefined) {
        if (nowMs - askedAt < timeoutMs) continue;
        this.#asked.delete(connection);
        connection.cut();
      } else if (nowMs - connection.heardAt >= intervalMs) {
        this.#asked.set(connection, nowMs);
        connection.ping();
      }
    }
  }

  forget(connection: T): void {
    this.#asked.delete(connection);
  }
}
