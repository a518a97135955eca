/** Framing by our own HTTP/2: one Connection per socket. */
import type { Socket } from 'node:net';
import { FIRST_BYTE_TIMEOUT_MS } from '../../limits.ts';
import type { Framing, FramingHost } from '../exchange.ts';
import { Connection } from './connection.ts';
import { Prober } from './keep-alive.ts';

export function createOwnFraming(host: FramingHost): Framing {
  const connections = new Set<Connection>();
  let isDraining = false;
  const prober = new Prober<Connection>(host.keepAlive);
  const { everyMs } = prober;
  const sweeps =
    everyMs === undefined
      ? undefined
      : setInterval(() => prober.sweep(connections, performance.now()), everyMs).unref();
  const accept = (socket: Socket): void => {
    const connection = new Connection(socket, host);
    connections.add(connection);
    // A peer that never finishes its preface; the connection takes the limit off with the first SETTINGS.
    socket.setTimeout(FIRST_BYTE_TIMEOUT_MS, () => socket.destroy());
    // The peer's vanishing is an ordinary end; 'close' follows.
    socket.on('error', () => undefined);
    socket.on('close', () => {
      connections.delete(connection);
      prober.forget(connection);
      connection.onSocketClose();
    });
    socket.on('end', () => {
      connection.onSocketClose();
      socket.destroySoon();
    });
    socket.on('drain', () => connection.onSocketDrain());
    socket.on('data', (chunk: Buffer) => connection.onBytes(chunk));
    connection.open();
    if (isDraining) connection.drain();
    socket.resume();
  };
  return {
    accept,
    drain: () => {
      isDraining = true;
      clearInterval(sweeps);
      for (const connection of connections) connection.drain();
    },
  };
}
