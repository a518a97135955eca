/**
 * One browser's stream. Never holds more than QUEUE_BYTES_MAX unsent: beyond it the client lags, gets nothing, and is
 * caught up (from the recent changes, or by a gap) once it reads again.
 */
import { HEARTBEAT, OPENING } from './frames.ts';

const QUEUE_BYTES_MAX = 512 * 1024;

export interface ClientEvents {
  /** The client reads again after lagging; `revision` is the last one it was sent. */
  onCaughtUp(client: LiveClient): void;
  onClosed(client: LiveClient): void;
}

export class LiveClient {
  readonly stream: ReadableStream<Uint8Array>;
  /** Last revision whose changes were sent. */
  revision: number;
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  #lagging = false;
  #closed = false;
  readonly #events: ClientEvents;

  constructor(revision: number, events: ClientEvents) {
    this.revision = revision;
    this.#events = events;
    this.stream = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller;
          controller.enqueue(OPENING);
        },
        pull: () => {
          if (!this.#lagging || this.#closed) return;
          this.#lagging = false;
          this.#events.onCaughtUp(this);
        },
        cancel: () => this.end(),
      },
      { highWaterMark: QUEUE_BYTES_MAX, size: (chunk) => chunk.length },
    );
  }

  get lagging(): boolean {
    return this.#lagging;
  }

  /** False when the client lags and got nothing. */
  send(bytes: Uint8Array): boolean {
    const controller = this.#controller;
    if (this.#closed || this.#lagging || controller === undefined) return false;
    controller.enqueue(bytes);
    if ((controller.desiredSize ?? 0) <= 0) this.#lagging = true;
    return true;
  }

  heartbeat(): void {
    this.send(HEARTBEAT);
  }

  /** Sends `last` whatever the queue holds, then ends the stream. Does nothing the second time. */
  end(last?: Uint8Array): void {
    if (this.#closed) return;
    this.#closed = true;
    try {
      if (last !== undefined) this.#controller?.enqueue(last);
      this.#controller?.close();
    } catch (cause) {
      // The reader is gone already: the stream is closed, which is what was asked for.
      if (!(cause instanceof TypeError)) throw cause;
    }
    this.#events.onClosed(this);
  }
}
