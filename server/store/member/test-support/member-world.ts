/**
 * Several whole members in one process on a manual clock, memory disks and an in-memory network: everything but sockets is
 * real. For tests of the loop; the simulator (sim/) brings faults by seed.
 */
import type { MemberId } from '../../../../lib/base/brand.ts';
import { Prng } from '../../../../lib/base/prng.ts';
import { openStateMachine } from '../../apply/state-machine.ts';
import type { StateMachine } from '../../apply/types.ts';
import { silentLog } from '../../ports/log.ts';
import { ManualClock } from '../../ports/manual-clock.ts';
import { MemoryDisk } from '../../ports/memory-disk.ts';
import type {
  PeerAddress,
  PeerHandler,
  PeerNetwork,
  SnapshotChunks,
  SnapshotMessage,
} from '../../ports/peer-network.ts';
import type { Message } from '../../raft/types.ts';
import type { Wal } from '../../wal/wal.ts';
import { durableAtLeast, fitTogether, openLog } from '../boot.ts';
import { type InitialCluster, identifyCluster } from '../bootstrap.ts';
import { CoreMember } from '../core-member.ts';
import { forceNewCluster } from '../force-new-cluster.ts';
import type { MemberChange } from '../member-change.ts';
import type { ProposalResult } from '../proposals.ts';
import { createRequestIds } from '../request-ids.ts';
import { SnapshotSpool } from '../snapshot-spool.ts';

export const HEARTBEAT_MS = 100;
export const ELECTION_MS = 1000;
const LATENCY_MS = 1;
const REDIAL_MS = 200;
const SEGMENT_BYTES = 64 * 1024;

export interface Site {
  readonly id: MemberId;
  readonly disk: MemoryDisk;
  member: CoreMember;
  machine: StateMachine;
  wal: Wal;
  isUp: boolean;
  fatal: Error | undefined;
  /** The cluster told it to stop. */
  isRemoved: boolean;
}

export class MemberWorld {
  readonly clock = new ManualClock();
  readonly cluster: InitialCluster;
  readonly sites: Site[];
  readonly #prng: Prng;
  readonly #snapshotCount: number;
  readonly #handlers = new Map<MemberId, PeerHandler>();
  /** Links that carry nothing, as "from>to". */
  readonly cut = new Set<string>();
  /** Members whose disk does not finish flushes. */
  readonly stuckDisks = new Set<MemberId>();
  snapshotsSent = 0;
  #boots = 0;

  constructor(options: { readonly size: number; readonly seed: number; readonly snapshotCount?: number }) {
    this.#prng = new Prng(options.seed);
    this.#snapshotCount = options.snapshotCount ?? 10_000;
    const members = Array.from({ length: options.size }, (_, i) => ({
      name: `m${i}`,
      peerUrls: [`http://m${i}:2380`],
    }));
    this.cluster = identifyCluster(members, 'world');
    this.sites = this.cluster.members.map(({ id }) =>
      this.#boot({ id, disk: new MemoryDisk() }, { cluster: this.cluster }),
    );
  }

  /** Lets `ms` pass: timers fire, flushes complete, messages arrive. */
  run(ms: number): void {
    for (let step = 0; step < ms; step++) {
      this.clock.advance(1);
      this.#settle();
    }
  }

  /** Lets time pass until `condition` holds. Gives up after a virtual minute. */
  runUntil(condition: () => boolean): void {
    for (let ms = 0; ms < 60_000; ms++) {
      if (condition()) return;
      this.run(1);
    }
    throw new Error('a virtual minute passed and the condition does not hold');
  }

  leader(): Site {
    const find = () => this.sites.find((site) => site.isUp && site.member.replica.isLeader);
    this.runUntil(() => {
      const site = find();
      return site !== undefined && this.sites.every((s) => !s.isUp || s.member.replica.leaderId === site.id);
    });
    return find() as Site;
  }

  followers(): Site[] {
    const leader = this.leader();
    return this.sites.filter((site) => site.isUp && site !== leader);
  }

  /** Power off: what was not flushed survives by chance. */
  crash(site: Site): void {
    site.isUp = false;
    this.#handlers.delete(site.id);
    site.member.stop(() => undefined);
    site.disk.crash(() => this.#prng.chance(0.5));
  }

  restart(site: Site): void {
    this.#boot(site, {});
  }

  /** As with --force-new-cluster. */
  restartAlone(site: Site): void {
    this.#boot(site, { isAlone: true });
  }

  /** A machine with an empty disk, started to join as `id`. */
  join(id: MemberId): Site {
    const site = this.#boot({ id, disk: new MemoryDisk() }, {});
    this.sites.push(site);
    return site;
  }

  /** Proposes at `at` until the change is applied there; answers what the log said. */
  change(at: Site, change: MemberChange): ProposalResult {
    let result: ProposalResult | undefined;
    at.member.proposeChange(change, (answer) => {
      result = answer;
    });
    this.runUntil(() => result !== undefined);
    return result as ProposalResult;
  }

  /** Cuts `site` off from everyone, both ways. */
  isolate(site: Site): void {
    for (const { id } of this.sites) {
      this.cut.add(`${site.id}>${id}`);
      this.cut.add(`${id}>${site.id}`);
    }
  }

  /** Whom `site` dials says that it was removed. */
  tellRemoved(site: Site, by: Site): void {
    this.#handlers.get(site.id)?.onRemoved(by.id);
  }

  heal(): void {
    this.cut.clear();
  }

  #settle(): void {
    for (let moved = true; moved; ) {
      moved = false;
      for (const site of this.sites) {
        while (!this.stuckDisks.has(site.id) && site.disk.completeFlush()) moved = true;
      }
      this.clock.settle();
    }
  }

  /** Starts what is on the disk of `site`, or founds `cluster` there, or joins: the same object from crash to restart. */
  #boot(
    site: Pick<Site, 'id' | 'disk'> & Partial<Site>,
    { cluster, isAlone = false }: { readonly cluster?: InitialCluster; readonly isAlone?: boolean },
  ): Site {
    const { clock } = this;
    const { id, disk } = site;
    const { clusterId } = this.cluster;
    const log = silentLog;
    const { wal, contents } = openLog({
      disk,
      dir: '/m/wal',
      log,
      segmentBytes: SEGMENT_BYTES,
      fresh: () => ({ identity: { memberId: id, clusterId }, cluster }),
    });
    const spool = new SnapshotSpool({ disk, dir: '/m/snap', log });
    const atLeast = durableAtLeast(contents, spool);
    const machine = openStateMachine({ disk, dir: '/m/data', clusterId, durableAtLeast: atLeast });
    const fitted = fitTogether({ contents, machine, spool, log });
    const forced = isAlone ? forceNewCluster({ self: id, start: fitted, machine }) : undefined;
    if (forced !== undefined) {
      wal.append({ entries: forced.appended, hardState: forced.start.hardState, snapshot: undefined });
      wal.flush(() => undefined);
      while (disk.completeFlush());
    }
    const start = forced?.start ?? fitted;
    const random = this.#prng.fork();
    Object.assign(site, { machine, wal, isUp: true, fatal: undefined, isRemoved: false });
    site.member = new CoreMember({
      ...{ id, wal, machine, spool, start, clock, log },
      network: this.#network(id),
      random: () => random.float(),
      newRequestId: createRequestIds(BigInt(++this.#boots) << 32n),
      heartbeatMs: HEARTBEAT_MS,
      electionTimeoutMs: ELECTION_MS,
      snapshotCount: this.#snapshotCount,
      requestBytesMax: 1024 * 1024,
      onFatal: (error) => {
        site.fatal = error;
        site.isUp = false;
        this.#handlers.delete(id);
      },
      onRemoved: () => {
        site.isRemoved = true;
        site.isUp = false;
        this.#handlers.delete(id);
        site.member?.stop(() => undefined);
      },
    });
    site.member.start();
    return site as Site;
  }

  #network(from: MemberId): PeerNetwork {
    const { clock } = this;
    const reach = (to: MemberId, action: (handler: PeerHandler) => void, lost: () => void = () => undefined) => {
      clock.after(LATENCY_MS, () => {
        const handler = this.cut.has(`${from}>${to}`) ? undefined : this.#handlers.get(to);
        if (handler === undefined) lost();
        else if (handler.isRemoved(from)) this.#handlers.get(from)?.onRemoved(to);
        else action(handler);
      });
    };
    let peers: readonly PeerAddress[] = [];
    const redial = (handler: PeerHandler) => {
      clock.after(REDIAL_MS, () => {
        if (this.#handlers.get(from) !== handler) return;
        for (const { id } of peers) if (id !== from) reach(id, () => undefined);
        redial(handler);
      });
    };
    return {
      start: (handler) => {
        this.#handlers.set(from, handler);
        redial(handler);
      },
      setPeers: (wanted) => {
        peers = wanted;
      },
      send: (messages: readonly Message[]) => {
        for (const message of messages)
          reach(
            message.to,
            (handler) => handler.onMessage(message),
            () => this.#handlers.get(from)?.onUnreachable(message.to),
          );
      },
      sendSnapshot: (message: SnapshotMessage, chunks: SnapshotChunks) => {
        this.snapshotsSent++;
        const parts: Uint8Array[] = [];
        for (let part = chunks.next(); part !== undefined; part = chunks.next()) parts.push(part.slice());
        chunks.close();
        const report = (outcome: 'installed' | 'failed') =>
          this.#handlers.get(from)?.onSnapshotSent(message.to, outcome);
        reach(
          message.to,
          (handler) => {
            const sink = handler.onSnapshot(message);
            if (sink === undefined) {
              report('failed');
              return;
            }
            for (const part of parts) sink.write(part);
            sink.finish((isStored) => {
              if (isStored) handler.onMessage(message);
              report(isStored ? 'installed' : 'failed');
            });
          },
          () => report('failed'),
        );
      },
      request: (to, { payload, timeoutMs }, done) => {
        let isOver = false;
        const finish = (answer: Uint8Array | undefined) => {
          if (!isOver) done(answer);
          isOver = true;
        };
        clock.after(timeoutMs, () => finish(undefined));
        reach(to, (handler) =>
          handler.onRequest(from, payload, (answer) => {
            clock.after(LATENCY_MS, () => !this.cut.has(`${to}>${from}`) && finish(answer));
          }),
        );
      },
      connectedSince: () => 0,
      close: () => this.#handlers.delete(from),
    };
  }
}
