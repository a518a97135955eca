/** Says which of the wanted loopback ports are taken, before any process is started on them. */
import { createServer } from 'node:net';

export async function takenPorts(ports: readonly number[]): Promise<number[]> {
  const results = await Promise.all(ports.map(async (port) => ((await isFree(port)) ? undefined : port)));
  return results.filter((port) => port !== undefined);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}
