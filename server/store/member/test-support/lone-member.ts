/**
 * The only member of its cluster, whole, on a manual clock and any disk, with files small enough that a few hundred writes
 * fill many of them. For tests of what lies on the disk and of disks that fail.
 */
import { openStateMachine } from '../../apply/state-machine.ts';
import type { StateMachine } from '../../apply/types.ts';
import type { Disk } from '../../ports/disk.ts';
import { silentLog } from '../../ports/log.ts';
import { ManualClock } from '../../ports/manual-clock.ts';
import type { MemoryDisk } from '../../ports/memory-disk.ts';
import type { PeerNetwork } from '../../ports/peer-network.ts';
import type { WalContents } from '../../wal/replay.ts';
import type { Wal } from '../../wal/wal.ts';
import { durableAtLeast, fitTogether, openLog, type RaftStart } from '../boot.ts';
import { identifyCluster } from '../bootstrap.ts';
import { CoreMember, type Proposal } from '../core-member.ts';
import type { ProposalResult } from '../proposals.ts';
import { createRequestIds } from '../request-ids.ts';
import { SnapshotSpool } from '../snapshot-spool.ts';

export const WAL_DIR = '/member/wal';
export const DATA_DIR = '/member/data';
export const SPOOL_DIR = '/member/snap';
const WAL_SEGMENT_BYTES = 4096;
const DATA_SEGMENT_BYTES = 3000;
const HEARTBEAT_MS = 100;
const ELECTION_MS = 1000;

const CLUSTER = identifyCluster([{ name: 'm0', peerUrls: ['http://m0:2380'] }], 'lone');
const [SELF] = CLUSTER.members.map(({ id }) => id);

export interface Parts {
  readonly wal: Wal;
  readonly contents: WalContents;
  readonly spool: SnapshotSpool;
  readonly machine: StateMachine;
  readonly start: RaftStart;
}

/** What a process does with a data directory before anything else (main.ts). */
export function bootParts(disk: Disk): Parts {
  if (SELF === undefined) throw new Error('the cluster has no member');
  const log = silentLog;
  const { wal, contents } = openLog({
    ...{ disk, dir: WAL_DIR, log, segmentBytes: WAL_SEGMENT_BYTES },
    fresh: () => ({ identity: { memberId: SELF, clusterId: CLUSTER.clusterId }, cluster: CLUSTER }),
  });
  const spool = new SnapshotSpool({ disk, dir: SPOOL_DIR, log });
  const machine = openStateMachine({
    ...{ disk, dir: DATA_DIR, clusterId: contents.identity.clusterId, durableAtLeast: durableAtLeast(contents, spool) },
    ...{ segmentBytes: DATA_SEGMENT_BYTES, cacheBytes: 256 * 1024 },
  });
  return { wal, contents, spool, machine, start: fitTogether({ contents, machine, spool, log }) };
}

const NOBODY: PeerNetwork = {
  start: () => undefined,
  setPeers: () => undefined,
  send: () => undefined,
  sendSnapshot: () => undefined,
  request: (_to, _call, done) => done(undefined),
  connectedSince: () => undefined,
  close: () => undefined,
};

export class LoneMember {
  readonly clock = new ManualClock();
  readonly disk: MemoryDisk;
  readonly parts: Parts;
  readonly core: CoreMember;
  /** Why it stopped by itself. */
  fatals: Error[] = [];

  /** @param boots how often this directory was started before */
  constructor(disk: MemoryDisk, boots: number, sees: (parts: Parts) => void = () => undefined) {
    this.disk = disk;
    const parts = bootParts(disk);
    sees(parts);
    this.parts = parts;
    this.core = new CoreMember({
      ...parts,
      ...{ id: parts.contents.identity.memberId, network: NOBODY, clock: this.clock, log: silentLog },
      ...{ heartbeatMs: HEARTBEAT_MS, electionTimeoutMs: ELECTION_MS, requestBytesMax: 1024 * 1024 },
      ...{ snapshotCount: 40, catchUpEntries: 60 },
      random: () => 0.5,
      newRequestId: createRequestIds(BigInt(boots + 1) << 32n),
      onFatal: (error) => this.fatals.push(error),
      onRemoved: () => undefined,
    });
    this.core.start();
  }

  /** Lets `ms` pass: timers fire, flushes complete. */
  run(ms: number): void {
    for (let step = 0; step < ms; step++) {
      this.clock.advance(1);
      do this.clock.settle();
      while (this.disk.completeFlush());
    }
  }

  /** Starts a request; `answer` tells what came of it so far. */
  propose(request: Proposal): { answer: ProposalResult | undefined } {
    const call: { answer: ProposalResult | undefined } = { answer: undefined };
    this.core.propose(request, (result) => {
      call.answer = result;
    });
    return call;
  }

  /** Proposes and lets time pass until there is an answer, or the member stopped. */
  settle(request: Proposal): ProposalResult | undefined {
    const call = this.propose(request);
    for (let ms = 0; ms < 10_000 && call.answer === undefined && this.fatals.length === 0; ms++) this.run(1);
    return call.answer;
  }

  /** The process dies; what it wrote stays in the page cache. */
  kill(): void {
    this.core.stop(() => undefined);
    this.disk.kill();
  }
}
