/** Runs Debian's etcdctl against a store and makes what it prints comparable. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect } from 'vitest';
import type { EtcdBinaries } from './etcd-binary.ts';
import type { Pair } from './pair.ts';
import type { Store } from './store.ts';

const COMMAND_TIMEOUT_MS = 20_000;

export interface Output {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Step {
  readonly args: readonly string[];
  readonly input?: string;
  /** Which endpoints etcdctl is given: all of them, or the first (so that errors come from one member). */
  readonly endpoints?: 'all' | 'first';
  /** The order of the lines is a matter of ids, which differ. */
  readonly isUnordered?: boolean;
}

export class Etcdctl {
  readonly #binaries: Pick<EtcdBinaries, 'ctl'>;

  constructor(binaries: Pick<EtcdBinaries, 'ctl'>) {
    this.#binaries = binaries;
  }

  spawn(store: Store, step: Step): ChildProcessWithoutNullStreams {
    const endpoints = step.endpoints === 'first' ? store.endpoints.slice(0, 1) : store.endpoints;
    const child = spawn(this.#binaries.ctl, ['--endpoints', endpoints.join(','), ...step.args], {
      env: { ...process.env, ETCDCTL_API: '3' },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    // A command that does not read its input may be gone before it is written.
    child.stdin.on('error', () => undefined);
    child.stdin.end(step.input ?? '');
    return child;
  }

  /** Runs to the end. */
  async run(store: Store, step: Step, timeoutMs = COMMAND_TIMEOUT_MS): Promise<Output> {
    const child = this.spawn(store, step);
    const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
    const output = collect(child);
    const [code] = (await once(child, 'close')) as [number | null];
    clearTimeout(timer);
    return { code, ...output() };
  }

  /** Starts it and waits until its standard output holds `lines` lines. `stop` interrupts it and gives all it printed. */
  async start(store: Store, step: Step, lines: number): Promise<{ stop(): Promise<Output> }> {
    const child = this.spawn(store, step);
    const timer = setTimeout(() => child.kill('SIGKILL'), COMMAND_TIMEOUT_MS);
    const output = collect(child);
    const closed = once(child, 'close');
    const enough = new Promise<void>((resolve) => {
      child.stdout.on('data', () => {
        if (output().stdout.split('\n').length > lines) resolve();
      });
    });
    await Promise.race([enough, closed]);
    return {
      stop: async () => {
        child.kill('SIGINT');
        await closed;
        clearTimeout(timer);
        return { code: 0, ...output() };
      },
    };
  }

  /** Runs until its standard output holds `lines` lines, then interrupts it. */
  async runUntil(store: Store, step: Step, lines: number): Promise<Output> {
    return (await this.start(store, step, lines)).stop();
  }

  /** Runs the steps on both stores, one after the other on each, and expects the same from both. */
  async expectSame(pair: Pair, steps: readonly Step[]): Promise<void> {
    const [ours, etcd] = await Promise.all([this.#runAll(pair.ours, steps), this.#runAll(pair.etcd, steps)]);
    expect(ours).toEqual(etcd);
  }

  async #runAll(store: Store, steps: readonly Step[]): Promise<unknown[]> {
    const seen: unknown[] = [];
    for (const step of steps) {
      const { code, stdout, stderr } = normalise(store, await this.run(store, step));
      const lines = stdout.split('\n');
      seen.push({ command: step.args.join(' '), code, stdout: step.isUnordered ? lines.sort() : lines, stderr });
    }
    return seen;
  }
}

function collect(child: { stdout: NodeJS.ReadableStream; stderr: NodeJS.ReadableStream }) {
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  return () => ({ stdout, stderr });
}

/** Replaces what may differ between two equal stores: ids, addresses, terms, sizes, times, versions. */
export function normalise(store: Store, output: Output): Output {
  return { code: output.code, stdout: plain(store, output.stdout), stderr: plain(store, output.stderr) };
}

function plain(store: Store, text: string): string {
  let out = text;
  store.members.forEach((member, i) => {
    out = out.replaceAll(`127.0.0.1:${member.client}`, `<client ${i + 1}>`);
    out = out.replaceAll(`127.0.0.1:${member.peer}`, `<peer ${i + 1}>`);
  });
  return (
    out
      .replaceAll(/endpoint:\/\/client-[0-9a-f-]+|etcd-endpoints:\/\/0x[0-9a-f]+/g, '<target>')
      .replaceAll(/LocalAddr: '127\.0\.0\.1:\d+'/g, 'LocalAddr: <address>')
      .replaceAll(/"ts":"[^"]*"/g, '"ts":"<time>"')
      .replaceAll(/took = [^\s"]+/g, 'took = <time>')
      .replaceAll(/"took":"[^"]*"/g, '"took":"<time>"')
      .replaceAll(/keys\(\[([^\]]*)\]\)/g, (_, keys: string) => `keys([${keys.split(' ').sort().join(' ')}])`)
      .replaceAll(/remaining\(\d+s\)/g, 'remaining(<time>)')
      .replaceAll(/"raft_?[tT]erm":\d+/g, '"raft_term":<term>')
      .replaceAll(/"RaftTerm" : \d+/g, '"RaftTerm" : <term>')
      .replaceAll(/\b[0-9a-f]{12,16}\b/g, '<id>')
      .replaceAll(/\b\d{12,20}\b/g, '<id>')
      .replaceAll(/\b3\.\d+\.\d+\b/g, '<version>')
      .replaceAll(/\b\d+(\.\d+)? (k|M)?B\b/g, '<size>')
      // Tables are padded to the width of what was replaced above.
      .replaceAll(/ +\|/g, ' |')
      .replaceAll(/\| +/g, '| ')
      .replaceAll(/-{3,}/g, '---')
  );
}
