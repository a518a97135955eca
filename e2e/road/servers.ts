/** The stores at both ends of the road, as an operator starts them, each on a folder of its own. */
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import type { EtcdBinaries } from '../conformance/harness/etcd-binary.ts';
import { spawnMember } from '../fixtures/member.ts';
import { peakBytes } from '../fixtures/memory.ts';
import { freePorts } from '../fixtures/ports.ts';
import { Running } from '../fixtures/running.ts';

/** Ours, and what an etcd since 3.4 says in its JSON log. */
const READY = /ready to serve client requests|serving client traffic/;
const READY_TIMEOUT_MS = 300_000;
const TOOL_TIMEOUT_MS = 300_000;
const STOP_GRACE_MS = 20_000;
const LOOK_MS = 20;
/** Room for whatever is carried; both sides get it. */
const QUOTA = ['--quota-backend-bytes', String(8 * 1024 ** 3)];

const run = promisify(execFile);

/** A running store. `processes` are its members. */
export interface Server {
  readonly endpoints: readonly string[];
  readonly processes: readonly Running[];
  stop(): Promise<void>;
}

interface Place {
  readonly name: string;
  readonly client: number;
  readonly peer: number;
  readonly dataDir: string;
}

async function places(folder: string, members: number): Promise<Place[]> {
  const ports = await freePorts(members * 2);
  return Array.from({ length: members }, (_, i) => ({
    name: `r${i + 1}`,
    ...{ client: ports[i * 2] ?? 0, peer: ports[i * 2 + 1] ?? 0 },
    dataDir: path.join(folder, `r${i + 1}`),
  }));
}

/** Who it is and with whom: what `restore` and the start have in common. */
const identity = (all: readonly Place[], { name, peer, dataDir }: Place): string[] => [
  ...['--name', name, '--data-dir', dataDir, '--initial-advertise-peer-urls', `http://127.0.0.1:${peer}`],
  ...['--initial-cluster', all.map((one) => `${one.name}=http://127.0.0.1:${one.peer}`).join(',')],
];
const listening = ({ client, peer }: Place): string[] => [
  ...['--listen-client-urls', `http://127.0.0.1:${client}`, '--advertise-client-urls', `http://127.0.0.1:${client}`],
  ...['--listen-peer-urls', `http://127.0.0.1:${peer}`, ...QUOTA],
];

async function served(all: readonly Place[], processes: readonly Running[]): Promise<Server> {
  const stop = async (): Promise<void> => {
    await Promise.all(processes.map((process) => process.stop(STOP_GRACE_MS)));
  };
  try {
    await Promise.all(processes.map((process) => process.waitFor(READY, READY_TIMEOUT_MS)));
  } catch (cause) {
    await stop();
    throw cause;
  }
  return { endpoints: all.map(({ client }) => `127.0.0.1:${client}`), processes, stop };
}

/** What the restore of one directory took: resident bytes at most, and milliseconds. */
export interface Restored {
  readonly peak: number;
  readonly ms: number;
}

/** Three of ours; `restoredFrom`: each member's directory is made by `quorate-member restore` first. */
export async function startOurs(
  folder: string,
  restoredFrom?: string,
): Promise<Server & { readonly restored: Restored }> {
  const all = await places(folder, 3);
  let restored: Restored = { peak: 0, ms: 0 };
  if (restoredFrom !== undefined)
    for (const place of all) {
      const since = performance.now();
      const peak = await peakOf(spawnMember(['restore', restoredFrom, ...identity(all, place)]));
      restored = { peak: Math.max(restored.peak, peak), ms: Math.max(restored.ms, performance.now() - since) };
    }
  const processes = all.map((place) => spawnMember([...identity(all, place), ...listening(place)]));
  return { ...(await served(all, processes)), restored };
}

/** To its end. @throws Error with its output when it fails */
async function peakOf(process: Running): Promise<number> {
  let peak = 0;
  let isGone = false;
  const ended = process.exited.then((exit) => {
    isGone = true;
    return exit;
  });
  while (!isGone) {
    peak = Math.max(peak, peakWhileAlive(process.pid));
    await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, LOOK_MS))]);
  }
  const { code } = await ended;
  if (code !== 0) throw new Error(`restore ended with ${code}:\n${process.output}`);
  return peak;
}

/** 0 when it ended in the meantime. */
function peakWhileAlive(pid: number): number {
  try {
    const peak = peakBytes(pid);
    return Number.isNaN(peak) ? 0 : peak;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT' || (cause as NodeJS.ErrnoException).code === 'ESRCH')
      return 0;
    throw cause;
  }
}

/** One real etcd, on what `etcdctl snapshot restore` made of the file. */
export async function startEtcdFrom(
  binaries: EtcdBinaries,
  folder: string,
  snapshot: string,
): Promise<Server & { readonly restoreMs: number }> {
  const [place] = await places(folder, 1);
  if (place === undefined) throw new Error('no place');
  const since = performance.now();
  await etcdctl(binaries, ['snapshot', 'restore', snapshot, ...identity([place], place)]);
  const restoreMs = performance.now() - since;
  const args = ['--log-level', 'info', '--logger', 'zap', ...identity([place], place), ...listening(place)];
  const env: NodeJS.ProcessEnv = { NODE_ENV: 'test', PATH: process.env.PATH };
  return { ...(await served([place], [new Running({ command: binaries.server, args, env })])), restoreMs };
}

/** What it printed. @throws when it failed */
export async function etcdctl({ ctl }: EtcdBinaries, args: readonly string[]): Promise<string> {
  const env = { PATH: process.env.PATH, ETCDCTL_API: '3', NODE_ENV: 'test' as const };
  const { stdout } = await run(ctl, args, { env, timeout: TOOL_TIMEOUT_MS });
  return stdout;
}
