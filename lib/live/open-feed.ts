/** A tab's line to the stream: through the browser-wide SharedWorker, or a connection of its own where there is none. */
import { frameRoutes } from '../api/frame-routes.ts';
import { type FromWorker, type LiveFeed, type LiveListener, readSent, type ToWorker } from './protocol.ts';

/** @param identity who looks: tabs share a stream, and what is remembered of it, only as long as it is the same one */
export function openFeed(store: string, identity: string, listener: LiveListener): LiveFeed {
  const path = frameRoutes.live(store);
  if (typeof SharedWorker === 'undefined') return new OwnFeed(path, listener);
  return new WorkerFeed(`${store} ${identity}`, path, listener);
}

/** A connection of this tab alone. Its code comes when it is needed: nearly every browser has the worker. */
class OwnFeed implements LiveFeed {
  #connection: LiveFeed | null = null;
  #isClosed = false;

  constructor(path: string, listener: LiveListener) {
    void import('./connection.ts').then(({ LiveConnection }) => {
      if (!this.#isClosed) this.#connection = new LiveConnection(path, listener);
    });
  }

  retryNow(): void {
    this.#connection?.retryNow();
  }

  close(): void {
    this.#isClosed = true;
    this.#connection?.close();
  }
}

class WorkerFeed implements LiveFeed {
  readonly #worker: SharedWorker;
  readonly #path: string;
  readonly #listener: LiveListener;
  #fallback: LiveFeed | null = null;
  #freeLock: () => void = () => {};
  #isClosed = false;

  constructor(store: string, path: string, listener: LiveListener) {
    this.#path = path;
    this.#listener = listener;
    this.#worker = new SharedWorker(new URL('./live.worker.ts', import.meta.url), {
      type: 'module',
      name: 'quorate-live',
    });
    this.#worker.onerror = () => this.#fallBack();
    this.#worker.port.onmessage = (event: MessageEvent<FromWorker>) => {
      if (this.#isClosed) return;
      if (event.data.type === 'status') listener.onStatus(event.data.status);
      else listener.onMessage(readSent(event.data.sent));
    };
    const lock = `quorate-live-${Math.random().toString(36).slice(2)}`;
    const open = (): void => {
      if (!this.#isClosed) this.#tell({ type: 'open', store, path, lock });
    };
    if (!('locks' in navigator)) {
      open();
      return;
    }
    // Held as long as this feed lives; asked for first, so that the worker's own request waits behind it.
    void navigator.locks.request(lock, () => {
      open();
      return new Promise<void>((resolve) => {
        this.#freeLock = resolve;
        if (this.#isClosed) resolve();
      });
    });
  }

  retryNow(): void {
    this.#fallback?.retryNow();
    this.#tell({ type: 'retry' });
  }

  close(): void {
    this.#isClosed = true;
    this.#fallback?.close();
    this.#tell({ type: 'close' });
    this.#freeLock();
    this.#worker.port.close();
  }

  #tell(message: ToWorker): void {
    this.#worker.port.postMessage(message);
  }

  #fallBack(): void {
    if (!this.#isClosed) this.#fallback ??= new OwnFeed(this.#path, this.#listener);
  }
}
