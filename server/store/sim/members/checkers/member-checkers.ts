/** All checkers of a run of whole members, and the reference they share. Told of everything, asked nothing. */
import type { MemberId } from '../../../../../lib/base/brand.ts';
import { InternalRaftRequest, RaftConfChange } from '../../../../../lib/base/etcdpb/raft.ts';
import type { StateMachine } from '../../../apply/types.ts';
import { leaseTtlMin } from '../../../lease/lease-store.ts';
import { shortId } from '../../../raft/describe.ts';
import {
  ENTRY_CONF_CHANGE,
  ENTRY_NORMAL,
  type Entry,
  type Message,
  type RaftStatus,
  type Ready,
} from '../../../raft/types.ts';
import type { WalPart } from '../../../wal/wal.ts';
import { History } from '../../checkers/history.ts';
import { LogChecker } from '../../checkers/logs.ts';
import { PromiseChecker } from '../../checkers/promises.ts';
import { SimulationViolation } from '../../world.ts';
import type { WalMirror } from '../wal-mirror.ts';
import { LeaseChecker } from './leases.ts';
import { RequestChecker } from './requests.ts';
import { StateChecker } from './states.ts';
import { WatchChecker } from './watches.ts';

interface MemberCheckersOptions {
  readonly electionTimeoutMs: number;
  /** How much faster than the world the fastest member's clock may run: a TTL lasts at least this part of itself. */
  readonly clockRateMin: number;
  readonly now: () => number;
}

const requestOf = (entry: Entry): InternalRaftRequest | undefined =>
  entry.type === ENTRY_NORMAL && entry.data.length > 0 ? InternalRaftRequest.decode(entry.data) : undefined;

/** Of a change that a client waits for. */
function changeIdOf(entry: Entry): bigint | undefined {
  if (entry.type !== ENTRY_CONF_CHANGE) return undefined;
  const { id } = RaftConfChange.decode(entry.data);
  return id === 0n ? undefined : id;
}

export class MemberCheckers {
  readonly history: History;
  readonly promises = new PromiseChecker();
  readonly states: StateChecker;
  readonly requests: RequestChecker;
  readonly watches: WatchChecker;
  readonly leases: LeaseChecker;
  /** Members whose disk is failing or rotten: only they may stop by themselves or refuse to start. */
  readonly mayStop = new Set<MemberId>();
  readonly #logs: LogChecker;

  constructor(options: MemberCheckersOptions) {
    this.history = new History({
      operationOf: (entry) => changeIdOf(entry) ?? requestOf(entry)?.header?.id,
      onCommitted: (entry) => this.#committed(entry),
    });
    this.#logs = new LogChecker(this.history);
    this.states = new StateChecker(leaseTtlMin(options.electionTimeoutMs));
    this.requests = new RequestChecker(this.history, this.states);
    this.watches = new WatchChecker(this.states.reference);
    this.leases = new LeaseChecker({ now: options.now, clockRateMin: options.clockRateMin });
  }

  started(id: MemberId, mirror: WalMirror, machine: StateMachine): void {
    this.promises.started(id, mirror);
    this.#logs.started(id, mirror);
    this.states.checkWhole(id, machine);
  }

  crashed(id: MemberId): void {
    this.#logs.crashed(id);
  }

  /** A member stops because it was removed: only if it was. */
  leftForGood(id: MemberId): void {
    if (!this.states.members.removed.has(id))
      throw new SimulationViolation(`${shortId(id)} stops as removed, and nobody removed it`);
  }

  stoppedItself(id: MemberId, error: Error): void {
    if (this.mayStop.has(id)) return;
    throw new SimulationViolation(`${shortId(id)} stops although its disk is well: ${error.name}: ${error.message}`);
  }

  /** The log got one part of a Ready. */
  appended(id: MemberId, { entries, hardState, snapshot }: WalPart, status: RaftStatus): void {
    const ready: Ready = {
      ...{ entries, hardState, snapshot },
      softState: undefined,
      messages: [],
      messagesAfterPersist: [],
      committedEntries: [],
      readStates: [],
      mustSync: true,
    };
    this.promises.ready(id, ready);
    this.#logs.ready(id, ready, status);
  }

  sent(message: Message): void {
    this.promises.sent(message);
  }

  /** From now on everything that `machine` applies or restores is compared. */
  watchMachine(id: MemberId, machine: StateMachine): void {
    const apply = machine.apply.bind(machine);
    const applyConfChange = machine.applyConfChange.bind(machine);
    const restoreSnapshot = machine.restoreSnapshot.bind(machine);
    machine.apply = (entry) => {
      const applied = apply(entry);
      this.#applied(id, entry);
      this.states.applied(id, { index: entry.index, outcome: applied.outcome, machine });
      return applied;
    };
    machine.applyConfChange = (entry, confState) => {
      const applied = applyConfChange(entry, confState);
      this.#applied(id, entry);
      this.states.applied(id, { index: entry.index, outcome: applied.outcome, machine });
      return applied;
    };
    machine.restoreSnapshot = (source) => {
      restoreSnapshot(source);
      this.states.checkWhole(id, machine);
    };
  }

  #applied(id: MemberId, entry: Entry): void {
    const committed = entry.index <= this.history.lastIndex ? this.history.entryAt(entry.index) : undefined;
    if (committed?.term === entry.term && committed.type === entry.type) return;
    throw new SimulationViolation(
      `${shortId(id)} applies ${entry.index} of term ${entry.term}, committed is ${committed?.term ?? 'nothing yet'}`,
    );
  }

  #committed(entry: Entry): void {
    const request = requestOf(entry);
    this.states.committed(entry, request);
    if (request === undefined) {
      this.requests.committed(changeIdOf(entry) ?? 0n, entry.index);
      return;
    }
    this.requests.committed(request.header?.id ?? 0n, entry.index);
    this.leases.committed(request, { hasSucceeded: !this.states.shapeAt(entry.index).startsWith('refused') });
  }
}
