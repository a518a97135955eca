/**
 * What clients were told, against the history: an acknowledged write is in it for good, and a read sees every write
 * acknowledged before the read began (linearizability of a register whose value is the whole history).
 */
import type { LogIndex } from '../../../../lib/base/brand.ts';
import { SimulationViolation } from '../world.ts';
import type { History } from './history.ts';

export class ClientChecker {
  readonly #history: History;
  #acknowledged = 0;
  #answered = 0;
  #lastAcknowledged = 0;

  constructor(history: History) {
    this.#history = history;
  }

  get acknowledgedWrites(): number {
    return this.#acknowledged;
  }
  get answeredReads(): number {
    return this.#answered;
  }
  /** Index of the newest acknowledged write. */
  get lastAcknowledgedIndex(): number {
    return this.#lastAcknowledged;
  }

  writeAcknowledged(operation: number, index: LogIndex): void {
    const committed = this.#history.indexOf(operation);
    if (committed !== index) {
      throw new SimulationViolation(`write ${operation} acknowledged at ${index}, committed at ${committed}`);
    }
    this.#acknowledged++;
    this.#lastAcknowledged = Math.max(this.#lastAcknowledged, index);
  }

  /** Called when a read begins; the result is called with the applied index it was answered at. */
  readBegins(): (index: LogIndex) => void {
    const mustSee = this.#lastAcknowledged;
    return (index) => {
      this.#answered++;
      if (index >= mustSee) return;
      throw new SimulationViolation(`stale read: answered at ${index}, ${mustSee} was acknowledged before it began`);
    };
  }
}
