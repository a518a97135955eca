/**
 * Programs of their own that hold a lock and an office, and are stopped or killed while they do. What the store took of their writes,
 * in the store's own order, is the judge: a program that goes on after its lease ran out must not get one write through.
 */
import path from 'node:path';
import { type Client, connect } from '../../lib/client/index.ts';
import { ROOT } from '../fixtures/product.ts';
import { Running } from '../fixtures/running.ts';
import type { Account } from './actors.ts';
import type { LoneClientOptions } from './lone-client.ts';

export const CLIENT_FAULTS = ['stopClient', 'killClient'] as const;
const KINDS = ['lock', 'election'] as const;
const PROGRAMS = 3;
const TTL_SECONDS = 2;
const HOLD_MS = 1_000;
const ANSWER_MS = 60_000;
/** So much of what each program said last is in a failure. */
const SAID_CHARS = 400;

type Kind = (typeof KINDS)[number];

const tokenIn = (kv: { readonly value: Uint8Array } | undefined): number =>
  Number(Buffer.from(kv?.value ?? []).toString());

export class ClientFaults {
  readonly #endpoints: readonly string[];
  readonly #prefix: string;
  readonly #from: number;
  readonly #programs = new Map<Kind, Running[]>();

  private constructor(endpoints: readonly string[], prefix: string, from: number) {
    this.#endpoints = endpoints;
    this.#prefix = prefix;
    this.#from = from;
  }

  static async start(endpoints: readonly string[], prefix: string): Promise<ClientFaults> {
    const client = connect({ endpoints });
    const { revision } = await client.put(`${prefix}lone/started`, '');
    client.close();
    const faults = new ClientFaults(endpoints, prefix, revision);
    for (const kind of KINDS)
      faults.#programs.set(
        kind,
        Array.from({ length: PROGRAMS }, () => faults.#run(kind)),
      );
    return faults;
  }

  /** Stops one holder of each kind until others held after it, lets it go on, then kills one for good. */
  async suffer(account: Account): Promise<void> {
    const client = connect({ endpoints: this.#endpoints });
    try {
      for (const kind of KINDS) {
        await this.#stopAndGoOn(client, kind, account);
        await this.#kill(client, kind);
        account.turns++;
      }
    } finally {
      client.close();
    }
  }

  async stop(): Promise<void> {
    const all = [...this.#programs.values()].flat();
    await Promise.all(all.map((program) => program.stop()));
  }

  /** Every write the store took, from its history: tokens never go back. */
  async judge(client: Client): Promise<readonly string[]> {
    const problems: string[] = [];
    for (const kind of KINDS) {
      const tokens = await this.#tokens(client, kind);
      const at = tokens.findIndex((token, index) => token < (tokens[index - 1] ?? 0));
      if (at >= 0)
        problems.push(`${kind}: the store took a write of token ${tokens[at]} after one of ${tokens[at - 1]}`);
      if (new Set(tokens).size < 3)
        problems.push(`${kind}: fewer than three programs ever held: the round proves nothing`);
    }
    return problems;
  }

  async #stopAndGoOn(client: Client, kind: Kind, account: Account): Promise<void> {
    // One that was stopped while it let go by itself proves nothing: another is stopped.
    while (!(await this.#stoppedWhileHolding(client, kind, account)));
  }

  async #stoppedWhileHolding(client: Client, kind: Kind, account: Account): Promise<boolean> {
    const { program, token } = await this.#holder(client, kind);
    process.kill(program.pid, 'SIGSTOP');
    await this.#until(client, kind, (latest) => latest > token);
    const before = program.output.length;
    process.kill(program.pid, 'SIGCONT');
    // It goes on where it stood: its next write is refused, or its session says first that it is lost.
    const goesOn = new RegExp(`^[^]{${before},}?(refused ${token}\\n|lost: |holds \\d+\\n)`);
    try {
      const [, next = ''] = await program.waitFor(goesOn, ANSWER_MS);
      return !next.startsWith('holds ');
    } catch (cause) {
      account.problems.push(`${kind}: a program that was stopped never learnt that it lost ${token}: ${String(cause)}`);
      return true;
    }
  }

  async #kill(client: Client, kind: Kind): Promise<void> {
    const { program, token } = await this.#holder(client, kind);
    process.kill(program.pid, 'SIGKILL');
    await program.exited;
    const others = (this.#programs.get(kind) ?? []).filter((one) => one !== program);
    this.#programs.set(kind, [...others, this.#run(kind)]);
    await this.#until(client, kind, (latest) => latest > token);
  }

  /** Who wrote last, and so holds or has just held. */
  async #holder(client: Client, kind: Kind): Promise<{ readonly program: Running; readonly token: number }> {
    for (let after = 0; ; ) {
      const token = await this.#until(client, kind, (latest) => latest > after);
      const program = this.#programs.get(kind)?.find(({ output }) => output.includes(`wrote ${token}\n`));
      if (program?.output.endsWith(`wrote ${token}\n`)) return { program, token };
      after = token;
    }
  }

  /** The newest token the store took a write of, once it is as wanted. */
  async #until(client: Client, kind: Kind, isWanted: (token: number) => boolean): Promise<number> {
    const key = this.#fenced(kind);
    const now = await client.get({ key });
    const latest = tokenIn(now.kvs[0]);
    if (isWanted(latest)) return latest;
    const signal = AbortSignal.timeout(ANSWER_MS);
    for await (const { events } of client.watch({ key }, { startRevision: now.revision + 1, signal })) {
      for (const { kv } of events) {
        const token = tokenIn(kv);
        if (isWanted(token)) return token;
      }
    }
    const said = (this.#programs.get(kind) ?? []).map(
      ({ pid, output }) => `program ${pid}:\n${output.slice(-SAID_CHARS)}`,
    );
    throw new Error(`nobody else held the ${kind} within ${ANSWER_MS} ms. ${said.join('\n')}`);
  }

  async #tokens(client: Client, kind: Kind): Promise<readonly number[]> {
    const key = this.#fenced(kind);
    const { kvs } = await client.get({ key });
    const last = kvs[0]?.modRevision ?? 0;
    const tokens: number[] = [];
    if (last === 0) return tokens;
    for await (const { events } of client.watch({ key }, { startRevision: this.#from })) {
      for (const { kv } of events) {
        tokens.push(tokenIn(kv));
        if ((kv?.modRevision ?? 0) >= last) return tokens;
      }
    }
    return tokens;
  }

  #fenced(kind: Kind): string {
    return `${this.#prefix}lone/${kind}-protects`;
  }

  #run(kind: Kind): Running {
    const options: LoneClientOptions = {
      ...{ endpoints: this.#endpoints, what: kind, name: `${this.#prefix}lone/${kind}` },
      ...{ ttlSeconds: TTL_SECONDS, fenced: this.#fenced(kind), forMs: HOLD_MS },
    };
    return new Running({
      command: process.execPath,
      args: [path.join(ROOT, 'e2e/coordination/lone-client.ts'), JSON.stringify(options)],
      env: process.env,
    });
  }
}
