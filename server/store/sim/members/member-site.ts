/**
 * One machine with one real member on it: log, Raft core, state machine, spool and lease keeper as they run in production, over a
 * simulated disk, clock and network. Boots as main.ts does; dies as a process or with the power.
 *
 * What the checkers see they see from outside: the log's append() and flush(), the state machine's apply() and restore, and messages.
 */
import { AssertionError, assert } from '../../../../lib/base/assert.ts';
import type { ClusterId, MemberId } from '../../../../lib/base/brand.ts';
import type { Prng } from '../../../../lib/base/prng.ts';
import { openStateMachine } from '../../apply/state-machine.ts';
import type { StateMachine } from '../../apply/types.ts';
import { leaseTtlMin } from '../../lease/lease-store.ts';
import { BootError, durableAtLeast, fitTogether, openLog } from '../../member/boot.ts';
import type { InitialCluster } from '../../member/bootstrap.ts';
import { CoreMember } from '../../member/core-member.ts';
import { isDiskTrouble } from '../../member/disk-trouble.ts';
import { createRequestIds } from '../../member/request-ids.ts';
import { SnapshotSpool } from '../../member/snapshot-spool.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import { shortId } from '../../raft/describe.ts';
import type { RaftStatus } from '../../raft/types.ts';
import { WalCorruptError } from '../../wal/segment-reader.ts';
import type { Wal } from '../../wal/wal.ts';
import { ProcessClock, SimulationViolation, type World } from '../world.ts';
import type { MemberCheckers } from './checkers/member-checkers.ts';
import type { Links, NetworkProcess } from './links.ts';
import type { MemberMutation } from './mutations.ts';
import type { MemberParameters } from './parameters.ts';
import { SimDisk } from './sim-disk.ts';
import { WalMirror } from './wal-mirror.ts';

export const HEARTBEAT_MS = 100;
export const ELECTION_MS = 1000;
export const WAL_DIR = '/member/wal';
export const DATA_DIR = '/member/data';
const SPOOL_DIR = '/member/snap';
const REQUEST_BYTES_MAX = 1024 * 1024;

interface SiteOptions {
  readonly id: MemberId;
  /** Undefined: it joins a cluster that exists. */
  readonly cluster: InitialCluster | undefined;
  readonly clusterId: ClusterId;
  readonly world: World;
  readonly links: Links;
  readonly prng: Prng;
  readonly clockRate: number;
  readonly parameters: MemberParameters;
  readonly checkers: MemberCheckers;
  readonly mutation: MemberMutation;
}

/** A running process. */
export interface RunningMember {
  readonly core: CoreMember;
  readonly machine: StateMachine;
  readonly wal: Wal;
}

const isStartTrouble = (error: unknown): error is Error =>
  isDiskTrouble(error) || error instanceof WalCorruptError || error instanceof BootError;

export class MemberSite {
  readonly id: MemberId;
  readonly disk: SimDisk;
  readonly clockRate: number;
  readonly #options: SiteOptions;
  readonly #clock: ProcessClock;
  readonly #mirror: WalMirror;
  #running: RunningMember | undefined;
  #boots = 0;
  #lastRequestId = 0n;
  #stalledUntil = 0;
  #hasFailedData = false;
  /** The last error that made this member stop or refuse. */
  refusal: Error | undefined;
  fatals = 0;
  /** How often it came up. */
  starts = 0;

  constructor(options: SiteOptions) {
    const { id, world, clockRate, prng, parameters } = options;
    this.id = id;
    this.clockRate = clockRate;
    this.#options = options;
    this.#clock = new ProcessClock(world, clockRate);
    this.#mirror = new WalMirror(id);
    this.disk = new SimDisk({
      clock: this.#clock,
      prng: prng.fork(),
      parameters: parameters.disk,
      onFailedFlush: (path) => this.#mustHaveStopped(path),
    });
  }

  get name(): string {
    return shortId(this.id);
  }

  isUp(): boolean {
    return this.#running !== undefined;
  }

  get running(): RunningMember | undefined {
    return this.#running;
  }

  status(): RaftStatus | undefined {
    return this.#running?.core.replica.status();
  }

  /** The request id that the last propose() of this process drew. */
  get lastRequestId(): bigint {
    return this.#lastRequestId;
  }

  transferLeader(to: MemberId): void {
    this.act(({ core }) => core.replica.transferLeader(to));
  }

  changeMembers(): void {
    // Operators of whole members ask through a member, as clients do (operators.ts).
  }

  /** A client's call at this member, as the process's own code: its exceptions are the process's. Nothing when it is down. */
  act(call: (member: RunningMember) => void): void {
    const running = this.#running;
    if (running !== undefined) this.#guarded(() => call(running));
  }

  start(): void {
    assert(this.#running === undefined, `${this.name} is already up`);
    const { cluster, checkers } = this.#options;
    // Nobody in the cluster would tell it who it is.
    if (this.starts === 0 && cluster === undefined && !checkers.states.members.isMember(this.id)) return;
    this.#boots++;
    this.refusal = undefined;
    this.#note('start');
    this.#startUp();
  }

  /** The power goes, or only the process. */
  crash(): void {
    const { prng, parameters } = this.#options;
    const isProcessOnly = prng.chance(parameters.processCrashRate);
    this.#note(isProcessOnly ? 'crash of the process' : 'crash');
    this.#end();
    if (isProcessOnly) this.disk.kill();
    else this.disk.powerOff();
  }

  stall(lengthMs: number): void {
    this.#note(`stall ${lengthMs.toFixed(0)}`);
    this.#clock.stall(lengthMs);
    this.#stalledUntil = Math.max(this.#stalledUntil, this.#options.world.now + lengthMs);
  }

  /** Trouble with the disk at the start is a refusal to start. */
  #startUp(): void {
    try {
      this.#guarded(() => this.#boot());
    } catch (error) {
      if (!isStartTrouble(error)) throw error;
      this.#fatal(error);
    }
  }

  hangDisk(lengthMs: number): void {
    this.#note(`disk hangs ${lengthMs.toFixed(0)}`);
    this.disk.hang(lengthMs);
  }

  #boot(): void {
    const { id, cluster, clusterId, parameters, checkers, mutation, links, prng } = this.#options;
    const { disk } = this;
    const { store } = parameters;
    const log: Log = (level, message, fields) => this.#log(level, message, fields?.reason);
    const { wal, contents } = openLog({
      disk,
      dir: WAL_DIR,
      log,
      segmentBytes: store.walSegmentBytes,
      fresh: () => ({ identity: { memberId: id, clusterId }, cluster }),
    });
    const spool = new SnapshotSpool({ disk, dir: SPOOL_DIR, log });
    const machine = openStateMachine({
      disk,
      dir: DATA_DIR,
      clusterId: contents.identity.clusterId,
      durableAtLeast: durableAtLeast(contents, spool),
      leaseTtlMin: leaseTtlMin(ELECTION_MS),
      segmentBytes: store.dataSegmentBytes,
      cacheBytes: 64 * 1024,
    });
    const start = fitTogether({ contents, machine, spool, log });
    this.#mirror.recovered(start);
    checkers.started(id, this.#mirror, machine);
    const random = prng.fork();
    const drawId = createRequestIds((id << 40n) + (BigInt(this.#boots) << 24n));
    const process = this.#process();
    const core = new CoreMember({
      ...{ id, wal, machine, spool, start, log },
      ...{ heartbeatMs: HEARTBEAT_MS, electionTimeoutMs: ELECTION_MS, requestBytesMax: REQUEST_BYTES_MAX },
      snapshotCount: store.snapshotCount,
      catchUpEntries: store.catchUpEntries,
      clock: this.#guardedClock(),
      network: links.port(process),
      random: () => random.float(),
      newRequestId: () => {
        this.#lastRequestId = drawId();
        return this.#lastRequestId;
      },
      onFatal: (error) => this.#fatal(error),
      onRemoved: () => this.#leave(),
    });
    mutation.breakMember?.({ core, machine, wal, after: (delayMs, action) => process.after(delayMs, action) });
    this.#watchLog(wal, core);
    this.#watchFlushes(machine);
    checkers.watchMachine(id, machine);
    this.#note(`up at ${machine.appliedIndex()} revision ${machine.kv.revision()}`);
    this.#running = { core, machine, wal };
    this.starts++;
    core.start();
  }

  #watchLog(wal: Wal, core: CoreMember): void {
    const { checkers } = this.#options;
    const { append, flush } = { append: wal.append.bind(wal), flush: wal.flush.bind(wal) };
    wal.append = (part) => {
      const isMarker = (part.snapshot?.index ?? 0) <= core.options.machine.appliedIndex();
      const seen = isMarker ? { ...part, snapshot: undefined } : part;
      this.#mirror.appended(seen);
      append(part);
      // The marker of a flush comes at any time, also between a message and the Ready that it leads to: the core is ahead of the log then.
      const isOnlyMarker = part.snapshot !== undefined && isMarker && part.entries.length === 0;
      if (!isOnlyMarker) checkers.appended(this.id, seen, core.replica.status());
    };
    wal.flush = (done) => {
      const ended = this.#mirror.flushBegins();
      flush((error) => {
        if (error === undefined) ended();
        done(error);
      });
    };
  }

  /** The log need not wait for the state machine, so a failed flush there may take a while to be noticed; nothing may follow it. */
  #watchFlushes(machine: StateMachine): void {
    const flush = machine.flush.bind(machine);
    this.#hasFailedData = false;
    machine.flush = (done) =>
      flush((error) => {
        if (error === undefined && this.#hasFailedData)
          throw new SimulationViolation(`${this.name} flushes its state machine again after a flush failed`);
        done(error);
      });
  }

  #process(): NetworkProcess {
    const boot = this.#boots;
    const isAlive = () => this.#boots === boot && this.#running !== undefined;
    const runIfAlive = (action: () => void) => {
      if (isAlive()) this.#guarded(action);
    };
    return {
      id: this.id,
      isAlive,
      enter: (action) => {
        const wait = this.#stalledUntil - this.#options.world.now;
        if (wait > 0) this.#options.world.after(wait, () => runIfAlive(action));
        else runIfAlive(action);
      },
      after: (delayMs, action) => this.#clock.after(delayMs, () => runIfAlive(action)),
    };
  }

  #guardedClock(): Clock {
    return {
      now: () => this.#clock.now(),
      after: (delayMs, action) => this.#clock.after(delayMs, () => this.#guarded(action)),
    };
  }

  /** A running process lets no exception out: trouble with the disk ends it in words (onFatal). */
  #guarded(action: () => void): void {
    try {
      action();
    } catch (error) {
      if (error instanceof AssertionError) throw new AssertionError(`${this.name}: ${error.message}`);
      if (this.isUp() && isDiskTrouble(error))
        throw new SimulationViolation(`${this.name} does not catch ${error.name}: ${error.message}`);
      throw error;
    }
  }

  #fatal(error: Error): void {
    this.#note(`stops: ${error.name} ${error.message}`);
    this.refusal = error;
    this.fatals++;
    this.#end();
    this.disk.kill();
    this.#options.checkers.stoppedItself(this.id, error);
  }

  /** The process stops because the cluster removed it; its log keeps what it had flushed. */
  #leave(): void {
    this.#note('leaves: it was removed');
    this.#options.checkers.leftForGood(this.id);
    this.#end();
    this.disk.kill();
  }

  #end(): void {
    this.#running = undefined;
    this.#clock.restart();
    this.#stalledUntil = 0;
    this.#options.checkers.crashed(this.id);
  }

  /** A member whose flush failed can no longer know what it has: it must be gone before it says anything. */
  #mustHaveStopped(path: string): void {
    if (path.startsWith(DATA_DIR)) this.#hasFailedData = true;
    if (!this.isUp() || !path.startsWith(WAL_DIR)) return;
    throw new SimulationViolation(`${this.name} goes on after a flush of ${path} failed`);
  }

  #log(level: string, message: string, reason: unknown): void {
    if (level === 'warn' || level === 'error')
      this.#note(`${level}: ${message}${reason === undefined ? '' : ` (${reason})`}`);
  }

  #note(text: string): void {
    this.#options.world.note(`${this.name} ${text}`);
  }
}

export const leaderAmong = (sites: readonly MemberSite[]): MemberSite | undefined =>
  sites.find((site) => site.running?.core.replica.isLeader === true);
