/**
 * What a seed draws before its run: the size of the cluster, how bad the network and the disks are, which faults
 * happen how often, and the core's limits. Printed first, so that a report says what kind of world it came from.
 *
 * Times are virtual milliseconds. Intervals are means of exponential distributions; 0 means never.
 */
import type { Prng } from '../../../lib/base/prng.ts';

export interface NetworkParameters {
  readonly lossRate: number;
  readonly duplicateRate: number;
  readonly delayMsMin: number;
  readonly delayMsMean: number;
  readonly snapshotFailRate: number;
}

export interface DiskParameters {
  readonly flushMsMean: number;
  /** How often a flush takes FLUSH_STALL times as long. */
  readonly flushStallRate: number;
  readonly imageFlushMs: number;
}

export interface FaultParameters {
  readonly crashMsMean: number;
  readonly downMsMean: number;
  /** How often a crash takes every member at once. */
  readonly blackoutRate: number;
  readonly partitionMsMean: number;
  readonly partitionLengthMsMean: number;
  readonly oneWayRate: number;
  /** How often a link holds back everything for a while, and lets it go then. */
  readonly clogMsMean: number;
  readonly clogLengthMsMean: number;
  readonly stallMsMean: number;
  /** How often a disk takes nothing for a while: it hangs, or it is full until somebody makes room. */
  readonly diskHangMsMean: number;
  /** How often a crash is the end of a disk: its member never comes back. */
  readonly deadDiskRate: number;
  readonly transferMsMean: number;
  readonly membershipMsMean: number;
}

export interface CoreParameters {
  readonly electionTicks: number;
  readonly heartbeatTicks: number;
  readonly tickMs: number;
  readonly appendBytesMax: number;
  readonly inflightMessagesMax: number;
  readonly inflightBytesMax: number;
  readonly uncommittedBytesMax: number;
  readonly compactEvery: number;
  readonly compactKeep: number;
  /** How long a member gathers inputs before it takes a Ready, and committed entries before it applies them. */
  readonly gatherMsMax: number;
  readonly applyMsMax: number;
}

export interface WorkloadParameters {
  readonly writeMsMean: number;
  readonly readMsMean: number;
  readonly payloadBytesMax: number;
}

export interface Parameters {
  readonly members: number;
  /** Started empty and unknown to the cluster until a membership change adds them. */
  readonly spares: number;
  readonly durationMs: number;
  readonly network: NetworkParameters;
  readonly disk: DiskParameters;
  readonly faults: FaultParameters;
  readonly core: CoreParameters;
  readonly workload: WorkloadParameters;
}

/**
 * Below this many bytes on the way at once, a follower catches up by about one entry per round trip: such windows go with quick
 * networks and disks and a small backlog, or catching up would outlast the liveness bound without anything being wrong.
 */
const NARROW_WINDOW_BYTES = 10_000;

export function drawParameters(prng: Prng): Parameters {
  const members = prng.pick([1, 3, 3, 3, 3, 5, 5, 7]);
  const changesMembers = prng.chance(0.4);
  const core = drawCore(prng);
  const isNarrow = windowBytes(core) < NARROW_WINDOW_BYTES;
  return {
    members,
    spares: changesMembers ? prng.int(1, 2) : 0,
    durationMs: prng.int(20_000, 60_000),
    network: drawNetwork(prng, isNarrow),
    disk: {
      flushMsMean: prng.pick(isNarrow ? [0.2, 2] : [0.2, 2, 10, 40]),
      flushStallRate: prng.pick([0, 0, 0.01, 0.05]),
      imageFlushMs: prng.pick([100, 1000, 5000]),
    },
    faults: { ...drawFaults(prng), membershipMsMean: changesMembers ? prng.int(1000, 5000) : 0 },
    core: isNarrow ? { ...core, uncommittedBytesMax: 500 } : core,
    workload: {
      writeMsMean: prng.pick([20, 50, 150]),
      readMsMean: prng.pick([50, 150, 400]),
      payloadBytesMax: prng.pick([8, 64, 1024]),
    },
  };
}

const windowBytes = (core: CoreParameters): number =>
  Math.min(core.appendBytesMax * core.inflightMessagesMax, core.inflightBytesMax);

function drawNetwork(prng: Prng, isNarrow: boolean): NetworkParameters {
  return {
    lossRate: prng.pick([0, 0, 0.01, 0.05, 0.2]),
    duplicateRate: prng.pick([0, 0, 0.02, 0.2]),
    delayMsMin: prng.pick(isNarrow ? [0.1, 1] : [0.1, 1, 5]),
    delayMsMean: prng.pick(isNarrow ? [0.5, 5] : [0.5, 5, 20, 80]),
    snapshotFailRate: prng.pick([0, 0.2, 0.5]),
  };
}

function drawFaults(prng: Prng): Omit<FaultParameters, 'membershipMsMean'> {
  return {
    crashMsMean: prng.pick([0, 800, 2000, 5000]),
    downMsMean: prng.pick([50, 500, 3000]),
    blackoutRate: prng.pick([0, 0.1, 0.3]),
    partitionMsMean: prng.pick([0, 1500, 5000]),
    partitionLengthMsMean: prng.pick([300, 2000, 6000]),
    oneWayRate: prng.pick([0, 0.3, 0.7]),
    clogMsMean: prng.pick([0, 0, 1000, 4000]),
    clogLengthMsMean: prng.pick([200, 1500, 5000]),
    diskHangMsMean: prng.pick([0, 0, 3000]),
    deadDiskRate: prng.pick([0, 0, 0.1]),
    stallMsMean: prng.pick([0, 0, 3000]),
    transferMsMean: prng.pick([0, 2000, 6000]),
  };
}

function drawCore(prng: Prng): CoreParameters {
  return {
    electionTicks: 10,
    heartbeatTicks: prng.pick([1, 1, 3]),
    tickMs: 100,
    appendBytesMax: prng.pick([1, 200, 64 * 1024, 1024 * 1024]),
    inflightMessagesMax: prng.pick([1, 2, 16, 256]),
    inflightBytesMax: prng.pick([1, 1000, 1024 * 1024]),
    uncommittedBytesMax: prng.pick([500, 1024 * 1024]),
    compactEvery: prng.pick([5, 50, 1_000_000]),
    compactKeep: prng.pick([0, 3, 20]),
    gatherMsMax: prng.pick([0, 0, 1, 10]),
    applyMsMax: prng.pick([0, 2, 30]),
  };
}

/** One line of `name=value` pairs. */
export function describeParameters(parameters: Parameters): string {
  const { network, disk, faults, core, workload, ...rest } = parameters;
  return Object.entries({ ...rest, ...network, ...disk, ...faults, ...core, ...workload })
    .map(([name, value]) => `${name}=${value}`)
    .join(' ');
}
