/** Members as real processes: what an operator does to them, and what must not be lost. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { type MemberProcess, ProcessCluster } from './test-support/member-processes.ts';

const TIMEOUT_MS = 90_000;
const WRITERS = 8;

let cluster: ProcessCluster | undefined;
afterEach(async () => {
  await cluster?.destroy();
  cluster = undefined;
});

async function started(size: number): Promise<ProcessCluster> {
  cluster = await ProcessCluster.create(size);
  await cluster.start();
  return cluster;
}

/** Writes through every member in turn until told to stop. Keeps what was acknowledged. */
class Load {
  readonly acknowledged = new Map<string, string>();
  readonly #members: readonly MemberProcess[];
  #isOver = false;
  readonly #writers: Promise<void>[];

  constructor(members: readonly MemberProcess[]) {
    this.#members = members;
    this.#writers = Array.from({ length: WRITERS }, (_, writer) => this.#write(writer));
  }

  async #write(writer: number): Promise<void> {
    for (let n = 0; !this.#isOver; n++) {
      const [key, value] = [`load/${writer}/${n}`, `value ${writer} ${n}`];
      const member = this.#members[(writer + n) % this.#members.length];
      if ((await member?.put(key, value)) === true) this.acknowledged.set(key, value);
    }
  }

  async untilAcknowledged(count: number): Promise<void> {
    const goal = this.acknowledged.size + count;
    while (this.acknowledged.size < goal) await new Promise((resolve) => setImmediate(resolve));
  }

  async stop(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#writers);
  }
}

function missing(stored: ReadonlyMap<string, string> | undefined, acknowledged: ReadonlyMap<string, string>): string[] {
  return [...acknowledged].filter(([key, value]) => stored?.get(key) !== value).map(([key]) => key);
}

const firstSegment = (member: MemberProcess): string => {
  const dir = path.join(member.dataDir, 'member/wal');
  return path.join(dir, readdirSync(dir).sort()[0] ?? '');
};

test(
  'kill -9 of the leader under load loses no acknowledged write, and the member comes back',
  async () => {
    const { members } = await started(3);
    const load = new Load(members);
    await load.untilAcknowledged(200);
    const leader = await (cluster as ProcessCluster).leader();
    await leader.kill('SIGKILL');
    await load.untilAcknowledged(200);
    await leader.start();
    await load.untilAcknowledged(100);
    await load.stop();
    for (const member of members) expect(missing(await member.list('load/'), load.acknowledged)).toEqual([]);
  },
  TIMEOUT_MS,
);

test(
  'kill -9 of all three and a restart keeps every acknowledged write, as does a clean stop',
  async () => {
    const { members } = await started(3);
    const load = new Load(members);
    await load.untilAcknowledged(300);
    await Promise.all(members.map((member) => member.kill('SIGKILL')));
    await load.stop();
    await cluster?.start();
    expect(missing(await members[0]?.list('load/'), load.acknowledged)).toEqual([]);
    const exits = await Promise.all(members.map((member) => member.kill('SIGTERM')));
    expect(exits.map((exit) => exit.code)).toEqual([0, 0, 0]);
    await cluster?.start();
    expect(missing(await members[1]?.list('load/'), load.acknowledged)).toEqual([]);
  },
  TIMEOUT_MS,
);

test(
  'a second start on the same data is refused with the pid, and the first goes on',
  async () => {
    const { members } = await started(1);
    const [first] = members as [MemberProcess];
    const pid = first.pid;
    const second = await ProcessCluster.create(1);
    const intruder = second.members[0] as MemberProcess;
    const exit = await intruder.run('--data-dir', first.dataDir);
    expect(exit.code).toBe(1);
    expect(exit.log).toMatch(new RegExp(`^quorate-member: .* is in use by process ${pid}: stop that member first`));
    expect(await first.put('still', 'here')).toBe(true);
    await second.destroy();
  },
  TIMEOUT_MS,
);

test(
  'a damaged record in the middle of the log is refused with file and offset; a torn tail is cut',
  async () => {
    const { members } = await started(1);
    const [member] = members as [MemberProcess];
    for (let i = 0; i < 20; i++) expect(await member.put(`key-${i}`, `value-${i}`)).toBe(true);
    await member.kill('SIGKILL');

    const file = firstSegment(member);
    const intact = readFileSync(file);
    const damaged = Buffer.from(intact);
    const at = damaged.indexOf('value-7');
    damaged[at] = 0x56;
    writeFileSync(file, damaged);
    const exit = await member.run();
    expect(exit.code).toBe(1);
    expect(exit.log).toMatch(/^quorate-member: the write-ahead log is damaged: .*\.wal at offset \d+; .*Restore/);
    expect(exit.log.trim().split('\n')).toHaveLength(1);

    const torn = Buffer.from(intact);
    const end = torn.findLastIndex((byte) => byte !== 0) + 1;
    torn.write('half a record', Math.ceil(end / 8) * 8 + 8);
    writeFileSync(file, torn);
    await member.start();
    expect((await member.list('key-'))?.size).toBe(20);
  },
  TIMEOUT_MS,
);

test(
  'bad settings, a taken port and a missing majority each say so',
  async () => {
    const { members } = await started(1);
    const [member] = members as [MemberProcess];
    const other = await ProcessCluster.create(3);
    const stranger = other.members[0] as MemberProcess;
    const unknown = await stranger.run('--no-such-flag', '1');
    expect(unknown).toMatchObject({
      code: 2,
      log: expect.stringMatching(/^quorate-member: unknown setting --no-such-flag/),
    });
    const taken = await stranger.run(`--listen-client-urls=http://127.0.0.1:${member.clientPort}`);
    expect(taken.code).toBe(1);
    expect(taken.log).toContain(
      `127.0.0.1:${member.clientPort} is taken by another process: stop it, or choose another`,
    );
    stranger.start().catch(() => undefined);
    while ((await stranger.status()) === undefined);
    expect(await stranger.put('a', 'b')).toBe(false);
    const stopped = await stranger.kill('SIGTERM');
    expect(stopped.code).toBe(0);
    await other.destroy();
  },
  TIMEOUT_MS,
);
