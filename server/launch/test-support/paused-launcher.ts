/**
 * A launcher to be killed: `paused-launcher.ts DIR PORT…` starts three members, pauses the first for a long time, says which
 * processes it has, and waits for its end.
 */
import { startBundledStore } from '../members.ts';

const [dataDir = '', ...ports] = process.argv.slice(2);
const members = [0, 1, 2].map((i) => ({
  name: `m${i + 1}`,
  client: Number(ports[2 * i]),
  peer: Number(ports[2 * i + 1]),
}));
const store = startBundledStore({ members, dataDir, fromSnapshot: null, report: () => undefined });
await store.ready;
await store.drills.begin({ kind: 'pause', member: 'm1', forMs: 120_000, delayMs: null });
process.send?.('paused');
