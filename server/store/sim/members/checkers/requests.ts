/**
 * What clients were told about reads and writes, by the order of the one log (etcd's revisions are that order): a write comes
 * after everything acknowledged before it began, is in the log exactly when it may be, and a linearizable read sees everything
 * acknowledged before it began.
 */
import type { LogIndex } from '../../../../../lib/base/brand.ts';
import type { EtcdError } from '../../../../../lib/base/etcdpb/errors.ts';
import type { RangeRequest, RangeResponse } from '../../../../../lib/base/etcdpb/kv.ts';
import type { ProposalResult } from '../../../member/proposals.ts';
import type { History } from '../../checkers/history.ts';
import { SimulationViolation } from '../../world.ts';
import { outcomeShape, rangeResponseShape } from './shapes.ts';
import type { StateChecker } from './states.ts';

/** Texts that say: certainly not proposed. */
const NEVER_PROPOSED = ['no leader', 'too many requests', 'request is too large'].map((text) => `etcdserver: ${text}`);
/** Texts of a write whose outcome is not known. */
const UNKNOWN = /^etcdserver: (leader changed|server stopped|request timed out)/;

export class RequestChecker {
  readonly #history: History;
  readonly #states: StateChecker;
  readonly #refused = new Set<bigint>();
  #lastAcknowledged = 0;
  acknowledged = 0;
  unknown = 0;
  reads = 0;

  constructor(history: History, states: StateChecker) {
    this.#history = history;
    this.#states = states;
  }

  /** Index of the newest write a client was told of. */
  get lastAcknowledged(): number {
    return this.#lastAcknowledged;
  }

  committed(requestId: bigint, index: LogIndex): void {
    if (!this.#refused.has(requestId)) return;
    throw new SimulationViolation(`write ${requestId} was refused as never proposed, and is committed at ${index}`);
  }

  /** A write begins; the result is called with what the client was told. True: it was carried out. */
  writeBegins(): (requestId: bigint, result: ProposalResult) => boolean {
    const floor = this.#lastAcknowledged;
    return (requestId, result) => {
      const index = this.#history.indexOf(requestId);
      if (!result.ok && this.#isUnsettled(requestId, result.error, index)) return false;
      const shape = outcomeShape(result);
      if (index === undefined)
        throw new SimulationViolation(`a client got "${shape}" for a write that is not committed`);
      const expected = this.#states.shapeAt(index as LogIndex);
      if (shape !== expected)
        throw new SimulationViolation(`a client got "${shape}" for entry ${index}, which answers "${expected}"`);
      if (index <= floor)
        throw new SimulationViolation(`a write that began after ${floor} was acknowledged is in the log at ${index}`);
      this.#lastAcknowledged = Math.max(this.#lastAcknowledged, index);
      this.acknowledged++;
      return result.ok;
    };
  }

  /** A linearizable read begins; the result is called with the revision it was served at and what it said. */
  readBegins(request: RangeRequest): (revision: number, response: RangeResponse) => void {
    const floor = this.#lastAcknowledged === 0 ? 1 : this.#states.revisionAt(this.#lastAcknowledged);
    return (revision, response) => {
      this.reads++;
      if (revision < floor) {
        throw new SimulationViolation(
          `stale read: served at revision ${revision}, ${floor} was acknowledged before it began`,
        );
      }
      this.content(request, revision, response);
    };
  }

  /** Any read, stale ones included, shows the keys as they were at its revision. */
  content(request: RangeRequest, revision: number, response: RangeResponse): void {
    const expected = this.#states.reference.rangeShape(request, revision);
    const shape = rangeResponseShape(response);
    if (shape === expected) return;
    throw new SimulationViolation(`a read at revision ${revision} got "${shape}", expected "${expected}"`);
  }

  /** True when the error says nothing of an outcome in the log. */
  #isUnsettled(requestId: bigint, error: EtcdError, index: number | undefined): boolean {
    if (UNKNOWN.test(error.message)) {
      this.unknown++;
      return true;
    }
    if (!NEVER_PROPOSED.includes(error.message)) return false;
    if (index !== undefined)
      throw new SimulationViolation(`write ${requestId} at ${index} is refused with "${error.message}"`);
    this.#refused.add(requestId);
    return true;
  }
}
