/** Three real members as processes on free loopback ports, spoken to over the JSON gateway. For tests only. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { freePorts } from '../../../../e2e/fixtures/ports.ts';

const MAIN = path.join(import.meta.dirname, '../../main.ts');
const READY = 'ready to serve client requests';
const COMPILE_CACHE = path.join(tmpdir(), 'quorate-compile-cache');
const REQUEST_MS_MAX = 10_000;

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Everything written to stderr. */
  readonly log: string;
}

export class MemberProcess {
  readonly name: string;
  readonly dataDir: string;
  readonly clientPort: number;
  readonly peerUrl: string;
  /** How this process is started: the program and what stands before the member's own arguments. */
  command: readonly [string, ...string[]] = [process.execPath, MAIN];
  readonly #args: readonly string[];
  /** Sent with every call. */
  token = '';
  #child: ChildProcess | undefined;
  #exited: Promise<Exit> = Promise.resolve({ code: null, signal: null, log: '' });

  constructor(options: {
    name: string;
    dataDir: string;
    clientPort: number;
    peerUrl: string;
    args: readonly string[];
  }) {
    this.name = options.name;
    this.dataDir = options.dataDir;
    this.clientPort = options.clientPort;
    this.peerUrl = options.peerUrl;
    this.#args = options.args;
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  /** Resolves when the member serves; rejects with its log when it stops instead. */
  start(...more: string[]): Promise<void> {
    return this.#spawn([...this.#args, ...more]);
  }

  /** While the member is down: runs the program with these arguments instead of the member's own, to its end. */
  async runProgram(args: readonly string[]): Promise<Exit> {
    this.#spawn(args).catch(() => undefined);
    return this.exited();
  }

  #spawn(args: readonly string[]): Promise<void> {
    const [program, ...before] = this.command;
    const child = spawn(program, [...before, ...args], {
      stdio: ['ignore', 'ignore', 'pipe'],
      // Members start many times here: types are stripped once.
      env: { ...process.env, NODE_COMPILE_CACHE: COMPILE_CACHE },
    });
    this.#child = child;
    const lines: string[] = [];
    const ready = Promise.withResolvers<void>();
    createInterface({ input: child.stderr }).on('line', (line) => {
      lines.push(line);
      if (line.includes(READY)) ready.resolve();
    });
    this.#exited = new Promise((resolve) =>
      child.once('close', (code, signal) => {
        resolve({ code, signal, log: lines.join('\n') });
        ready.reject(new Error(`${this.name} stopped with ${code ?? signal}: ${lines.join('\n')}`));
      }),
    );
    return ready.promise;
  }

  /** Starts and waits for the end. */
  async run(...more: string[]): Promise<Exit> {
    this.start(...more).catch(() => undefined);
    return this.exited();
  }

  kill(signal: NodeJS.Signals): Promise<Exit> {
    this.#child?.kill(signal);
    return this.#exited;
  }

  exited(): Promise<Exit> {
    return this.#exited;
  }

  /** The answer's body, or undefined when it did not come with status 200. */
  async call(route: string, body: object): Promise<Record<string, unknown> | undefined> {
    try {
      const answer = await fetch(`http://127.0.0.1:${this.clientPort}${route}`, {
        method: 'POST',
        body: JSON.stringify(body),
        headers: this.token === '' ? {} : { authorization: this.token },
        signal: AbortSignal.timeout(REQUEST_MS_MAX),
      });
      return answer.status === 200 ? ((await answer.json()) as Record<string, unknown>) : undefined;
    } catch {
      return undefined;
    }
  }

  /** True when the write was acknowledged. */
  async put(key: string, value: string): Promise<boolean> {
    return (await this.call('/v3/kv/put', { key: btoa(key), value: btoa(value) })) !== undefined;
  }

  /** All keys with `prefix`, linearizable; undefined when there was no answer. */
  async list(prefix: string): Promise<Map<string, string> | undefined> {
    const answer = await this.call('/v3/kv/range', { key: btoa(prefix), range_end: btoa(`${prefix}\xff`) });
    if (answer === undefined) return undefined;
    const kvs = (answer.kvs ?? []) as { key: string; value?: string }[];
    return new Map(kvs.map((kv) => [atob(kv.key), atob(kv.value ?? '')]));
  }

  /** This member's view of who leads, "0" or undefined when it knows none. */
  async status(): Promise<{ readonly id: string; readonly leader: string | undefined } | undefined> {
    const answer = await this.call('/v3/maintenance/status', {});
    if (answer === undefined) return undefined;
    const header = answer.header as { readonly member_id: string };
    return { id: header.member_id, leader: answer.leader as string | undefined };
  }
}

export class ProcessCluster {
  readonly dir: string;
  readonly members: readonly MemberProcess[];

  private constructor(dir: string, members: readonly MemberProcess[]) {
    this.dir = dir;
    this.members = members;
  }

  static async create(size: number, peerScheme: 'http' | 'https' = 'http'): Promise<ProcessCluster> {
    const dir = mkdtempSync(path.join(tmpdir(), 'quorate-members-'));
    const ports = await freePorts(size * 2);
    const url = (at: number, scheme = 'http') => `${scheme}://127.0.0.1:${ports[at] ?? 0}`;
    const names = Array.from({ length: size }, (_, i) => `m${i + 1}`);
    const cluster = names.map((name, i) => `${name}=${url(2 * i + 1, peerScheme)}`).join(',');
    const members = names.map((name, i) => {
      const [client, peer] = [url(2 * i), url(2 * i + 1, peerScheme)];
      const dataDir = path.join(dir, name);
      const args = ['--name', name, '--data-dir', dataDir, '--initial-cluster', cluster];
      args.push(`--listen-client-urls=${client}`, `--advertise-client-urls=${client}`);
      args.push(`--listen-peer-urls=${peer}`, `--initial-advertise-peer-urls=${peer}`);
      return new MemberProcess({ name, dataDir, clientPort: ports[2 * i] ?? 0, peerUrl: peer, args });
    });
    return new ProcessCluster(dir, members);
  }

  async start(...more: string[]): Promise<void> {
    await Promise.all(this.members.map((member) => member.start(...more)));
  }

  /** The member that leads by its own account and that of a majority. */
  async leader(): Promise<MemberProcess> {
    for (;;) {
      const views = await Promise.all(this.members.map((member) => member.status()));
      const found = this.members.find((_, i) => {
        const own = views[i];
        const votes = views.filter((view) => view !== undefined && view.leader === own?.id).length;
        return own !== undefined && own.leader === own.id && votes > this.members.length / 2;
      });
      if (found !== undefined) return found;
    }
  }

  async destroy(): Promise<void> {
    await Promise.all(this.members.map((member) => member.kill('SIGKILL')));
    rmSync(this.dir, { recursive: true, force: true });
  }
}
