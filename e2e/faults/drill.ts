/** A drill: rounds of load and faults on real members, each judged when it is over, and the whole history at the end. */
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { AlarmAction } from '../../lib/base/etcdpb/cluster.ts';
import { GrpcCode } from '../../lib/base/grpc-status.ts';
import { Prng } from '../../lib/base/prng.ts';
import { ClientError, connect } from '../../lib/client/index.ts';
import type { HistoryEvent } from '../../server/store/sim/histories/events.ts';
import type { Probe } from '../conformance/harness/probe.ts';
import { DrillCluster } from './drill-members.ts';
import { judge } from './judge.ts';
import { Leasing } from './leasing.ts';
import { Load } from './load.ts';
import { Locking } from './locking.ts';
import { now, Recorder } from './recorder.ts';
import { faultNames, type Suffered, suffer, untilLeader } from './schedule.ts';
import { readHistory, Watcher } from './watching.ts';

/** What a healed cluster may take to answer everywhere, to tell every watcher everything, and to tell its whole history. */
const SETTLE_MS_MAX = 30_000;
const WATCH_MS_MAX = 15_000;
const HISTORY_MS_MAX = 30_000;
/** Beyond its TTL: the leader's look at its clock, one write, its way to the watcher, on a busy machine. */
const LEASE_GRACE_MS = 2000;
/** Both clocks are this machine's, in whole milliseconds. */
const LEASE_DRIFT_MS = 5;
const FAULTS_PER_ROUND_MAX = 2;
const LOOK_MS = 50;
/** A member looks at its disk every two seconds, once its last proposal was answered. */
const ALARM_MS_MAX = 15_000;

export interface DrillOptions {
  readonly members: number;
  readonly rounds: number;
  readonly seed: number;
  readonly print: (line: string) => void;
}

export interface DrillResult {
  readonly operations: number;
  readonly events: number;
  readonly keys: number;
  readonly undecided: number;
  readonly locks: number;
  readonly leases: number;
  /** One sentence each, with the round. Empty: nothing was wrong. */
  readonly problems: readonly string[];
  /** Of each round, from the SIGKILL of the leader to the first write acknowledged. */
  readonly unavailableMs: readonly number[];
  /** Kinds of faults that this machine does not permit. */
  readonly skipped: readonly string[];
}

export async function runDrill(options: DrillOptions): Promise<DrillResult> {
  const cluster = await DrillCluster.start(options.members, { hasSmallDisk: true });
  try {
    const drill = new Drill(cluster, options);
    await drill.run();
    return drill.result();
  } finally {
    await cluster.destroy();
  }
}

class Drill {
  readonly #cluster: DrillCluster;
  readonly #options: DrillOptions;
  readonly #prng: Prng;
  readonly #events: HistoryEvent[] = [];
  readonly #problems: string[] = [];
  readonly #unavailableMs: number[] = [];
  readonly #names: readonly string[];
  #planned: string[] = [];
  readonly #sums = { operations: 0, keys: 0, undecided: 0, locks: 0, leases: 0 };

  constructor(cluster: DrillCluster, options: DrillOptions) {
    this.#cluster = cluster;
    this.#options = options;
    this.#prng = new Prng(options.seed);
    this.#names = faultNames(cluster);
  }

  get #endpoints(): string[] {
    return this.#cluster.members.map(({ endpoint }) => endpoint);
  }

  async run(): Promise<void> {
    await untilLeader(this.#cluster);
    for (let round = 1; round <= this.#options.rounds; round++) await this.#round(round, this.#prng.fork());
    await this.#checkWholeHistories();
  }

  result(): DrillResult {
    const skipped = this.#names.includes('fullDisk') ? [] : ['full disk: mounting a small one is not permitted here'];
    return {
      ...this.#sums,
      events: this.#events.length,
      problems: this.#problems,
      unavailableMs: this.#unavailableMs,
      skipped,
    };
  }

  /** Every kind once before any comes again. */
  #plan(prng: Prng): readonly string[] {
    const count = prng.int(1, FAULTS_PER_ROUND_MAX);
    if (this.#planned.length < count) this.#planned.push(...prng.shuffle([...this.#names]));
    return this.#planned.splice(0, count);
  }

  async #round(round: number, prng: Prng): Promise<void> {
    const startedAt = now();
    const scene = { endpoints: this.#endpoints, prefix: `r${round}/`, recorder: new Recorder() };
    const first = (this.#events.at(-1)?.revision ?? 1) + 1;
    const load = new Load({ ...scene, prng: prng.fork() });
    const leasing = new Leasing({ ...scene, prng: prng.fork() });
    const locking = new Locking({ ...scene, prng: prng.fork() });
    const watchers = this.#watchers(scene.prefix, first, prng.fork());
    const busy = [load, leasing, locking];
    for (const one of busy) one.start();
    let suffered: Suffered;
    let quietSince: number;
    try {
      suffered = await suffer(this.#cluster, prng, this.#plan(prng));
      quietSince = await this.#settled();
    } finally {
      await Promise.all(busy.map((one) => one.stop()));
    }
    try {
      await this.#untilLeasesEnd(leasing, watchers, quietSince);
      const lastRevision = await this.#sentinel(scene.prefix);
      const [endpoint = ''] = this.#endpoints;
      const range = { from: first, until: lastRevision, timeoutMs: HISTORY_MS_MAX };
      this.#events.push(...(await readHistory(endpoint, range)));
      for (const watcher of watchers)
        if (!(await watcher.reaches(lastOf(watcher, this.#events), WATCH_MS_MAX)))
          this.#problem(round, `${watcher.wish.name} is not told everything in ${WATCH_MS_MAX} ms`);
      await this.#checkHashes(round, lastRevision);
      const { problems, keys, undecided } = judge({
        events: this.#events,
        lastRevision,
        recorder: scene.recorder,
        watches: watchers.map((watcher) => watcher.log(lastRevision)),
        leases: leasing.logs((key) => earliest(watchers.map((watcher) => watcher.goneAt(key)))),
        leaseBounds: { quietSince, lookedAt: now(), graceMs: LEASE_GRACE_MS, driftMs: LEASE_DRIFT_MS },
        lock: locking.names,
      });
      for (const problem of [...problems, ...locking.problems]) this.#problem(round, problem);
      this.#count({ keys, undecided, load, suffered, round, recorder: scene.recorder, leasing, locking, startedAt });
    } finally {
      await Promise.all(watchers.map((watcher) => watcher.close()));
    }
  }

  #watchers(prefix: string, from: number, prng: Prng): Watcher[] {
    const endpoints = this.#endpoints;
    const bound = this.#cluster.members.map(({ name, endpoint }) => ({
      ...{ name: `the watcher of ${name}`, endpoints: [endpoint] },
      prefix: prng.pick(['', prefix, `${prefix}k`]),
    }));
    const wandering = ['', `${prefix}lease/`].map((range, i) => ({
      ...{ name: `wandering watcher ${i + 1}`, endpoints: prng.shuffle([...endpoints]) },
      prefix: range,
    }));
    return [...bound, ...wandering].map((wish) => new Watcher(wish, from));
  }

  /** When every member answers reads and writes again, and one of them leads. */
  async #settled(): Promise<number> {
    const deadline = now() + SETTLE_MS_MAX;
    for (const { probe, name } of this.#cluster.members) {
      for (;;) {
        const read = await probe.call('range', { key: Uint8Array.of(0), countOnly: true }, { deadlineMs: 1000 });
        const status = await probe.call('status', {}, { deadlineMs: 1000 });
        if (read.ok && status.ok && status.value.errors.length === 0) break;
        if (now() > deadline) {
          const why = !read.ok ? read.message : !status.ok ? status.message : status.value.errors.join(', ');
          throw new Error(`${name} does not answer, or still complains, ${SETTLE_MS_MAX} ms after healing: ${why}`);
        }
        if (read.ok) await this.#disarm(probe);
      }
    }
    await untilLeader(this.#cluster);
    return now();
  }

  /** As an operator would: a member that was killed while its disk was full does not lift the alarm of its former process. */
  async #disarm(probe: Probe): Promise<void> {
    await sleep(LOOK_MS);
    const standing = await probe.call('alarm', { action: AlarmAction.GET }, { deadlineMs: 1000 });
    if (!standing.ok) return;
    for (const { memberId, alarm } of standing.value.alarms)
      await probe.call('alarm', { action: AlarmAction.DEACTIVATE, memberId, alarm }, { deadlineMs: 1000 });
  }

  async #untilLeasesEnd(leasing: Leasing, watchers: readonly Watcher[], quietSince: number): Promise<void> {
    const seen = (key: string) => earliest(watchers.map((watcher) => watcher.goneAt(key)));
    for (;;) {
      const open = leasing.logs(seen).filter(({ goneAt }) => goneAt === undefined);
      const dueAt = Math.max(...open.map(({ silentSince, ttlMs }) => Math.max(silentSince, quietSince) + ttlMs));
      if (open.length === 0 || now() > dueAt + LEASE_GRACE_MS) return;
      await sleep(LOOK_MS);
    }
  }

  /** The last write of a round. An alarm that was on its way when the disk had room again is lifted by its member. */
  async #sentinel(prefix: string): Promise<number> {
    const client = connect({ endpoints: this.#endpoints });
    const deadline = now() + ALARM_MS_MAX;
    try {
      for (;;) {
        try {
          return (await client.put(`${prefix}end`, 'the last write of this round')).revision;
        } catch (cause) {
          const isFull = cause instanceof ClientError && cause.code === GrpcCode.RESOURCE_EXHAUSTED;
          if (!isFull || now() > deadline) throw cause;
        }
        await sleep(LOOK_MS);
      }
    } finally {
      client.close();
    }
  }

  async #checkHashes(round: number, revision: number): Promise<void> {
    const hashes = await Promise.all(
      this.#cluster.members.map(async ({ name, probe }) => {
        // A linearizable read first: the member has applied everything then.
        await probe.must('range', { key: Uint8Array.of(0), countOnly: true });
        return `${name} ${(await probe.must('hashKv', { revision })).hash}`;
      }),
    );
    const different = new Set(hashes.map((hash) => hash.split(' ')[1]));
    if (different.size !== 1) this.#problem(round, `HashKV at ${revision} differs: ${hashes.join(', ')}`);
  }

  /** Every member tells the same history from the first revision on, and it is the one that was judged. */
  async #checkWholeHistories(): Promise<void> {
    const until = this.#events.at(-1)?.revision ?? 1;
    for (const { name, endpoint } of this.#cluster.members) {
      const told = await readHistory(endpoint, { from: 1, until, timeoutMs: HISTORY_MS_MAX });
      if (!isDeepStrictEqual(told, this.#events)) this.#problem(this.#options.rounds, `${name} tells another history`);
    }
  }

  #problem(round: number, text: string): void {
    this.#problems.push(`round ${round}: ${text}`);
    this.#options.print(`  VIOLATION ${text}`);
  }

  #count(round: {
    readonly round: number;
    readonly keys: number;
    readonly undecided: number;
    readonly suffered: Suffered;
    readonly load: Load;
    readonly recorder: Recorder;
    readonly leasing: Leasing;
    readonly locking: Locking;
    readonly startedAt: number;
  }): void {
    const { recorder, load, suffered, keys, undecided } = round;
    const unavailableMs = load.unavailableMs(suffered.leaderKilledAt);
    if (unavailableMs === undefined) this.#problem(round.round, 'nobody could write after the leader was killed');
    else this.#unavailableMs.push(unavailableMs);
    const operations = recorder.ok + recorder.refused + recorder.unknown;
    this.#sums.operations += operations;
    this.#sums.keys += keys;
    this.#sums.undecided += undecided;
    this.#sums.locks += round.locking.acquired;
    this.#sums.leases += round.leasing.keys.length;
    this.#options.print(
      `round ${round.round}: ${['killLeader', ...suffered.names].join(', ')}; ${operations} operations ` +
        `(${recorder.unknown} unknown, ${recorder.refused} refused) on ${keys} keys, ${undecided} undecided, ` +
        `${round.leasing.keys.length} leases, ${round.locking.acquired} locks; ` +
        `unavailable ${unavailableMs?.toFixed(0)} ms; ${((now() - round.startedAt) / 1000).toFixed(1)} s`,
    );
  }
}

/** The last revision that the watcher must deliver. */
const lastOf = ({ wish, from }: Watcher, events: readonly HistoryEvent[]): number =>
  events.findLast(({ key, revision }) => key.startsWith(wish.prefix) && revision >= from)?.revision ?? 0;

const earliest = (times: readonly (number | undefined)[]): number | undefined => {
  const known = times.filter((at) => at !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
};
