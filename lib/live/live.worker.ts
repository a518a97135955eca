/** The SharedWorker: one per browser, owner of the streams. A tab's port is let go when the tab says so or its lock falls free. */
import { LiveHub } from './hub.ts';
import type { FromWorker, LiveFeed, ToWorker } from './protocol.ts';

interface SharedWorkerScope {
  onconnect: ((event: MessageEvent) => void) | null;
}

const hub = new LiveHub();

function serve(port: MessagePort): void {
  let feed: LiveFeed | null = null;
  const leave = (): void => {
    feed?.close();
    feed = null;
  };
  const tell = (message: FromWorker): void => port.postMessage(message);
  port.onmessage = (event: MessageEvent<ToWorker>) => {
    const message = event.data;
    switch (message.type) {
      case 'open':
        leave();
        feed = hub.join(message.store, message.path, {
          onStatus: (status) => tell({ type: 'status', status }),
          onSent: (sent) => tell({ type: 'message', sent }),
        });
        // A tab that dies without a word frees its lock. Locks exist only in secure contexts; elsewhere `close` must do.
        if ('locks' in navigator) void navigator.locks.request(message.lock, leave);
        break;
      case 'retry':
        feed?.retryNow();
        break;
      case 'close':
        leave();
        break;
    }
  };
}

(globalThis as unknown as SharedWorkerScope).onconnect = (event) => {
  const port = event.ports[0];
  if (port !== undefined) serve(port);
};
