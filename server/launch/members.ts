/**
 * The bundled store as child processes: started together, watched, restarted when killed, stopped together.
 *
 * A member that was killed by a signal (a drill, the kernel's OOM killer) is started again after a pause long enough to be
 * seen on the screen. One that stopped by itself said why in its last line; restarting it would only repeat that.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream, mkdirSync, renameSync, statSync, type WriteStream } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { DrillSupervisor } from '../console/drills/supervisor.ts';
import { type DrilledMember, MemberDrills } from './drills.ts';
import { PauseRecords } from './paused-members.ts';
import type { MemberPorts } from './settings.ts';

const RESTART_DELAY_MS = 3000;
/** How long a member may take to answer an order over its channel. */
const ORDER_MS_MAX = 2000;
const STOP_GRACE_MS = 3000;
const LOG_BYTES_MAX = 10 * 1024 * 1024;
const READY_LINE = 'ready to serve client requests';
const REMOVED_LINE = 'the member has been permanently removed from the cluster';

/** A member refused to start or stopped by itself. `message` is its own last line. */
export class MemberFailure extends Error {
  override readonly name = 'MemberFailure';
}

export interface BundledStore {
  /** Resolves when every member serves clients. @throws MemberFailure */
  readonly ready: Promise<void>;
  /** Outages on purpose. */
  readonly drills: DrillSupervisor;
  /** SIGTERM to all, SIGKILL to those that have not left after the grace time. */
  stop(): Promise<void>;
}

interface MemberOptions {
  readonly members: readonly MemberPorts[];
  readonly dataDir: string;
  /** Given to every member; one that has data ignores it. */
  readonly fromSnapshot: string | null;
  /** One line for the operator's terminal. */
  readonly report: (line: string) => void;
}

export function startBundledStore(options: MemberOptions): BundledStore {
  const logs = path.join(options.dataDir, 'logs');
  mkdirSync(logs, { recursive: true });
  const cluster = options.members.map((m) => `${m.name}=http://127.0.0.1:${m.peer}`).join(',');
  const running = options.members.map((member) => new MemberProcess(member, cluster, logs, options));
  const drills = new MemberDrills(running, new PauseRecords(options.dataDir));
  return {
    ready: Promise.all(running.map((process) => process.ready)).then(() => undefined),
    drills,
    stop: async () => {
      await drills.close();
      await Promise.all(running.map((process) => process.stop()));
    },
  };
}

class MemberProcess implements DrilledMember {
  readonly name: string;
  readonly ready: Promise<void>;
  readonly #member: MemberPorts;
  readonly #cluster: string;
  readonly #options: MemberOptions;
  readonly #log: WriteStream;
  #child: ChildProcess | undefined;
  #lastLine = '';
  #stopping = false;
  #isRemoved = false;
  #restart: NodeJS.Timeout | undefined;
  /** It is held down until then. */
  #downUntil: number | null = null;
  readonly #exitListeners = new Set<() => void>();
  readonly #answerListeners = new Set<(answer: unknown) => void>();
  #onReady: () => void = () => undefined;
  #onFailure: (failure: MemberFailure) => void = () => undefined;

  constructor(member: MemberPorts, cluster: string, logs: string, options: MemberOptions) {
    this.name = member.name;
    this.#member = member;
    this.#cluster = cluster;
    this.#options = options;
    this.#log = openLog(path.join(logs, `${member.name}.log`));
    this.ready = new Promise((resolve, reject) => {
      this.#onReady = resolve;
      this.#onFailure = reject;
    });
    // Whoever awaits `ready` sees the failure; a late one (after ready) is reported below instead.
    this.ready.catch(() => undefined);
    this.#start();
  }

  #start(): void {
    const { name, client, peer } = this.#member;
    const child = spawn(
      process.execPath,
      [
        path.join(import.meta.dirname, '../store/main.ts'),
        ...['--name', name],
        ...['--data-dir', path.join(this.#options.dataDir, name)],
        ...['--listen-client-urls', `http://127.0.0.1:${client}`],
        ...['--advertise-client-urls', `http://127.0.0.1:${client}`],
        ...['--listen-peer-urls', `http://127.0.0.1:${peer}`],
        ...['--initial-advertise-peer-urls', `http://127.0.0.1:${peer}`],
        ...['--initial-cluster', this.#cluster],
        ...['--initial-cluster-token', 'quorate'],
        ...(this.#options.fromSnapshot === null ? [] : ['--from-snapshot', this.#options.fromSnapshot]),
      ],
      // Its own process group: Ctrl-C in the terminal reaches us alone, and we stop members in order. The IPC channel
      // carries drills; a member leaves when it closes, so that none outlives a launcher that was killed.
      { stdio: ['ignore', 'pipe', 'pipe', 'ipc'], detached: true, env: memberEnvironment() },
    );
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      if (stream !== null) createInterface({ input: stream }).on('line', (line) => this.#onLine(line));
    }
    child.once('error', (cause) =>
      this.#onFailure(new MemberFailure(`${name} could not be started: ${cause.message}`)),
    );
    child.on('message', (answer) => {
      for (const listener of [...this.#answerListeners]) listener(answer);
    });
    child.once('exit', (code, signal) => this.#onExit(code, signal));
  }

  #onLine(line: string): void {
    this.#log.write(`${line}\n`);
    if (line.trim() !== '') this.#lastLine = line;
    if (line.includes(READY_LINE)) this.#onReady();
    if (line.includes(REMOVED_LINE)) this.#isRemoved = true;
  }

  #onExit(code: number | null, signal: NodeJS.Signals | null): void {
    this.#child = undefined;
    for (const listener of [...this.#exitListeners]) listener();
    if (this.#stopping) return;
    const { name } = this.#member;
    if (signal !== null) {
      const waitMs = this.#downUntil === null ? RESTART_DELAY_MS : Math.max(0, this.#downUntil - Date.now());
      this.#options.report(`${name} was killed by ${signal}; starting it again in ${Math.ceil(waitMs / 1000)} s`);
      this.#restart = setTimeout(() => this.#startAgain(), waitMs);
      return;
    }
    if (this.#isRemoved && code === 0) {
      this.#options.report(`${name} was removed from the cluster and stays down; its data directory can be deleted`);
      // The store is complete without it.
      this.#onReady();
      return;
    }
    const failure = new MemberFailure(
      this.#lastLine === '' ? `${name} stopped with exit code ${code}` : this.#lastLine,
    );
    this.#options.report(`${name} stopped with exit code ${code} and stays down: ${this.#lastLine}`);
    this.#onFailure(failure);
  }

  #startAgain(): void {
    clearTimeout(this.#restart);
    this.#downUntil = null;
    this.#start();
  }

  /** Undefined while it does not run. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  holdDown(untilMs: number): void {
    this.#downUntil = untilMs;
    this.#child?.kill('SIGKILL');
  }

  letUp(): void {
    if (this.#downUntil === null) return;
    this.#downUntil = null;
    // Still dying: its end starts it again after the usual pause.
    if (this.#child === undefined && !this.#stopping) this.#startAgain();
  }

  onExit(listener: () => void): void {
    this.#exitListeners.add(listener);
  }

  onAnswer(listener: (answer: unknown) => void): void {
    this.#answerListeners.add(listener);
  }

  /** Over the channel that only this process has. */
  order(message: object): Promise<unknown> {
    const child = this.#child;
    if (child === undefined || !child.connected) return Promise.reject(new Error(`${this.name} does not run`));
    const answered = Promise.withResolvers<unknown>();
    const late = setTimeout(
      () => answered.reject(new Error(`${this.name} did not answer within ${ORDER_MS_MAX} ms`)),
      ORDER_MS_MAX,
    );
    this.#answerListeners.add(answered.resolve);
    child.send(message, (error) => {
      if (error !== null) answered.reject(error);
    });
    return answered.promise.finally(() => {
      clearTimeout(late);
      this.#answerListeners.delete(answered.resolve);
    });
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    clearTimeout(this.#restart);
    const child = this.#child;
    if (child !== undefined && child.exitCode === null && child.signalCode === null) {
      const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
      child.kill('SIGTERM');
      // One that somebody stopped would never hear it.
      if (process.platform !== 'win32') child.kill('SIGCONT');
      const killer = setTimeout(() => child.kill('SIGKILL'), STOP_GRACE_MS);
      await gone;
      clearTimeout(killer);
    }
    await new Promise<void>((resolve) => this.#log.end(() => resolve()));
  }
}

/** Settings of ours must not leak into members as if they were theirs, nor an operator's ETCD_… into the bundled store. */
function memberEnvironment(): NodeJS.ProcessEnv {
  const env = { ...process.env };
  for (const name of Object.keys(env)) if (/^(ETCD|QUORATE)_/.test(name)) delete env[name];
  return env;
}

/** Appends; the previous file is kept once when it has grown beyond the bound. */
function openLog(file: string): WriteStream {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size > LOG_BYTES_MAX) renameSync(file, `${file}.old`);
  return createWriteStream(file, { flags: 'a' });
}
