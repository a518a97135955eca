/**
 * What a seed draws before a run of whole members. Times are virtual milliseconds, intervals means of exponential
 * distributions, 0 means never.
 */
import type { Prng } from '../../../../lib/base/prng.ts';
import type { DiskParameters, FaultParameters, NetworkParameters } from '../parameters.ts';

/** Which failure of a disk a run is about, besides crashes. At most one member at a time is hit. */
export type DiskFaultClass = 'none' | 'fullDisk' | 'failedFlush' | 'rot';

export interface StoreParameters {
  /** Applied entries between two durable points of the state machine. */
  readonly snapshotCount: number;
  readonly catchUpEntries: number;
  readonly walSegmentBytes: number;
  readonly dataSegmentBytes: number;
}

export interface ClientParameters {
  readonly writeMsMean: number;
  readonly readMsMean: number;
  readonly keys: number;
  readonly payloadBytesMax: number;
  readonly watchers: number;
  readonly leases: number;
  readonly compactMsMean: number;
  readonly defragmentMsMean: number;
}

export interface MemberParameters {
  readonly members: number;
  readonly durationMs: number;
  readonly network: NetworkParameters;
  readonly disk: Pick<DiskParameters, 'flushMsMean' | 'flushStallRate'>;
  readonly diskFault: DiskFaultClass;
  readonly diskFaultMsMean: number;
  readonly faults: FaultParameters;
  /** How often a crash takes the process only and leaves the power on. */
  readonly processCrashRate: number;
  /** Membership changes; 0 in most runs, so that the other checks keep their sharpness. */
  readonly operatorMsMean: number;
  readonly store: StoreParameters;
  readonly clients: ClientParameters;
}

export function drawMemberParameters(prng: Prng): MemberParameters {
  return {
    members: prng.pick([1, 3, 3, 3, 3, 5, 5, 7]),
    durationMs: prng.int(8000, 20_000),
    network: {
      lossRate: prng.pick([0, 0, 0.01, 0.05, 0.15]),
      duplicateRate: 0,
      delayMsMin: prng.pick([0.1, 1, 5]),
      delayMsMean: prng.pick([0.5, 5, 20, 60]),
      snapshotFailRate: prng.pick([0, 0.2, 0.5]),
    },
    disk: {
      flushMsMean: prng.pick([0.2, 2, 10, 40]),
      flushStallRate: prng.pick([0, 0, 0.01, 0.05]),
    },
    diskFault: prng.pick(['none', 'none', 'none', 'fullDisk', 'failedFlush', 'rot']),
    diskFaultMsMean: prng.int(1500, 5000),
    faults: {
      crashMsMean: prng.pick([0, 700, 2000, 5000]),
      downMsMean: prng.pick([50, 500, 2500]),
      blackoutRate: prng.pick([0, 0.1, 0.4]),
      partitionMsMean: prng.pick([0, 1500, 4000]),
      partitionLengthMsMean: prng.pick([300, 2000, 5000]),
      oneWayRate: prng.pick([0, 0.3, 0.7]),
      clogMsMean: prng.pick([0, 0, 1000, 4000]),
      clogLengthMsMean: prng.pick([200, 1500, 4000]),
      diskHangMsMean: prng.pick([0, 0, 3000]),
      // What becomes of a lost disk: its member is replaced (operators.ts).
      deadDiskRate: 0,
      stallMsMean: prng.pick([0, 0, 3000]),
      transferMsMean: prng.pick([0, 2000, 6000]),
      membershipMsMean: 0,
    },
    processCrashRate: prng.pick([0, 0.3, 0.7]),
    operatorMsMean: prng.pick([0, 0, 0, 700, 2000, 4000]),
    store: {
      snapshotCount: prng.pick([5, 20, 60, 10_000]),
      catchUpEntries: prng.pick([0, 3, 20, 5000]),
      walSegmentBytes: prng.pick([2048, 8192, 65_536]),
      dataSegmentBytes: prng.pick([1024, 4096, 65_536]),
    },
    clients: {
      writeMsMean: prng.pick([20, 40, 100]),
      readMsMean: prng.pick([40, 100, 250]),
      keys: prng.pick([3, 12, 40]),
      payloadBytesMax: prng.pick([8, 64, 600]),
      watchers: prng.int(1, 4),
      leases: prng.int(0, 5),
      compactMsMean: prng.pick([0, 800, 3000]),
      defragmentMsMean: prng.pick([0, 500, 2000]),
    },
  };
}

/** One line of `name=value` pairs. */
export function describeMemberParameters(parameters: MemberParameters): string {
  const { network, disk, faults, store, clients, ...rest } = parameters;
  return Object.entries({ stack: 'member', ...rest, ...network, ...disk, ...faults, ...store, ...clients })
    .map(([name, value]) => `${name}=${value}`)
    .join(' ');
}
