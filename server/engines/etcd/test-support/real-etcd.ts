/** Starts real etcd servers for tests, or members of the bundled store, which take the same flags: free ports, a directory of their own, gone when stopped. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePorts } from '../../../../e2e/fixtures/ports.ts';
import { openEtcdEngine } from '../engine.ts';

export const REAL_ETCD = 'etcd';

/** What is started for each member, before etcd's own flags. */
export interface ServerProgram {
  readonly command: string;
  readonly args: readonly string[];
}
const ETCD: ServerProgram = { command: REAL_ETCD, args: [] };
export const BUNDLED_MEMBER: ServerProgram = {
  command: process.execPath,
  args: [path.join(import.meta.dirname, '../../../store/main.ts')],
};

/** False where no etcd server is installed: tests that need one are skipped by name. */
export function hasRealEtcd(): boolean {
  try {
    execFileSync(REAL_ETCD, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

export interface RealMember {
  readonly name: string;
  readonly endpoint: string;
  /** SIGKILL, SIGSTOP, SIGCONT…; starts nothing again. */
  signal(name: NodeJS.Signals): void;
  /** Resolves when the process has gone. */
  exited(): Promise<void>;
  /** After it has gone: same data, same ports. */
  restart(): void;
}

export interface RealEtcd {
  readonly endpoints: readonly string[];
  readonly members: readonly RealMember[];
  /** Starts one more member, which the cluster has been told of, with an empty directory. */
  join(name: string, peerPort: number): Promise<RealMember>;
  stop(): Promise<void>;
}

class Member implements RealMember {
  readonly name: string;
  readonly endpoint: string;
  readonly #program: ServerProgram;
  #child: ChildProcess | undefined;

  constructor(name: string, endpoint: string, program: ServerProgram) {
    this.name = name;
    this.endpoint = endpoint;
    this.#program = program;
    this.restart();
  }

  restart(): void {
    this.#child = spawn(this.#program.command, [...this.#program.args], { stdio: 'ignore' });
  }

  signal(name: NodeJS.Signals): void {
    this.#child?.kill(name);
  }

  async exited(): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    await new Promise<void>((resolve) => child.once('exit', () => resolve()));
  }

  stop(): Promise<void> {
    this.signal('SIGKILL');
    return this.exited();
  }
}

interface Placed {
  readonly name: string;
  readonly client: number;
  readonly peer: number;
}

/** Resolves when every member answers a linearizable read. `flags` go to every member. */
export async function startRealEtcd(
  size = 1,
  flags: readonly string[] = [],
  { command, args }: ServerProgram = ETCD,
): Promise<RealEtcd> {
  const dir = mkdtempSync(path.join(tmpdir(), 'quorate-etcd-'));
  const ports = await freePorts(size * 2);
  const plan = Array.from({ length: size }, (_, i) => ({
    name: `e${i + 1}`,
    client: ports[2 * i] as number,
    peer: ports[2 * i + 1] as number,
  }));
  const start = (m: Placed, all: readonly Placed[], more: readonly string[]): Member =>
    new Member(m.name, `127.0.0.1:${m.client}`, {
      command,
      args: [
        ...args,
        ...['--name', m.name, '--data-dir', path.join(dir, m.name)],
        ...['--listen-client-urls', `http://127.0.0.1:${m.client}`],
        ...['--advertise-client-urls', `http://127.0.0.1:${m.client}`],
        ...['--listen-peer-urls', `http://127.0.0.1:${m.peer}`],
        ...['--initial-advertise-peer-urls', `http://127.0.0.1:${m.peer}`],
        ...['--initial-cluster', all.map((one) => `${one.name}=http://127.0.0.1:${one.peer}`).join(',')],
        ...['--log-level', 'error', '--heartbeat-interval', '50', '--election-timeout', '500', ...more, ...flags],
      ],
    });
  const members = plan.map((m) => start(m, plan, []));
  const stop = async (): Promise<void> => {
    await Promise.all(members.map((member) => member.stop()));
    rmSync(dir, { recursive: true, force: true });
  };
  const endpoints = members.map((member) => member.endpoint);
  await answers(endpoints, stop);
  const join = async (name: string, peer: number): Promise<RealMember> => {
    const [client = 0] = await freePorts(1);
    const joining = { name, client, peer };
    const member = start(joining, [...plan, joining], ['--initial-cluster-state', 'existing']);
    members.push(member);
    return member;
  };
  return { endpoints, members, join, stop };
}

const START_TIMEOUT_MS = 30_000;

/** Every member does. */
async function answers(endpoints: readonly string[], stop: () => Promise<void>): Promise<void> {
  try {
    await Promise.all(endpoints.map(memberAnswers));
  } catch (cause) {
    await stop();
    throw new Error('etcd did not start', { cause });
  }
}

async function memberAnswers(endpoint: string): Promise<void> {
  const engine = openEtcdEngine({ endpoints: [endpoint], tls: null, auth: null });
  const until = Date.now() + START_TIMEOUT_MS;
  try {
    for (;;) {
      try {
        await engine.kv.list({ key: Uint8Array.of(0), end: new Uint8Array(0), limit: 1 });
        return;
      } catch (cause) {
        if (Date.now() > until) throw cause;
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  } finally {
    engine.close();
  }
}
