/**
 * The line between the world and what runs in it. The world (clock, network, disk), the workload, the faults and the checkers
 * know a member only as an Actor; raft-member.ts is the Actor that drives a bare Raft core.
 */
import type { LogIndex, MemberId } from '../../../lib/base/brand.ts';
import type { ConfChange, ConfState, Entry, EntryId, HardState, Message, RaftStatus, Ready } from '../raft/types.ts';

export interface Actor {
  readonly id: MemberId;
  isUp(): boolean;
  /** Starts from what its disk holds. */
  start(): void;
  /** Power off: memory is gone, of the disk only what was flushed is certain. */
  crash(): void;
  stall(lengthMs: number): void;
  /** Nothing gets onto its disk for so long. */
  hangDisk(lengthMs: number): void;
  receive(delivery: Delivery): void;
  /** The transport could not reach `to`. */
  unreachable(to: MemberId): void;
  /** The outcome of streaming a snapshot to `to`. */
  snapshotOutcome(to: MemberId, outcome: 'installed' | 'failed'): void;

  /** `done` is called when this member applied the write; never when that is unknown or it was not proposed. */
  write(operation: number, payloadBytes: number, done: (index: LogIndex) => void): void;
  /** `done` gets the applied index the read was answered at. */
  read(done: (index: LogIndex) => void): void;
  changeMembers(change: ConfChange): void;
  transferLeader(to: MemberId): void;

  /** Undefined while down. */
  status(): RaftStatus | undefined;
}

export interface Delivery {
  readonly message: Message;
  /** Beside an installSnapshot. */
  readonly image: MachineImage | undefined;
}

/** A whole state machine: its history as one digest, and the membership that goes with it. */
export interface MachineImage extends EntryId {
  readonly digest: number;
  readonly confState: ConfState;
}

/** What a power cut leaves. */
export interface DurableLog {
  /** Entries up to and including this one are compacted away. */
  readonly start: EntryId;
  readonly entries: readonly Entry[];
  readonly hardState: HardState;
  readonly image: MachineImage;
}

/** The checkers' view: told of everything, asked nothing, able only to throw a SimulationViolation. */
export interface Observer {
  started(id: MemberId, log: DurableLog): void;
  crashed(id: MemberId): void;
  ready(id: MemberId, ready: Ready, status: RaftStatus): void;
  sent(message: Message): void;
  /** `image` is the state after the entry. */
  applied(id: MemberId, entry: Entry, image: MachineImage): void;
  installed(id: MemberId, image: MachineImage): void;
}
