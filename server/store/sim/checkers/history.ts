/**
 * The one true history: every committed entry, fixed by the first leader that commits it. Every other member's commit,
 * apply, image and restart must agree with it (state-machine safety, Raft paper figure 3).
 */
import { defined } from '../../../../lib/base/assert.ts';
import type { MemberId } from '../../../../lib/base/brand.ts';
import { shortId } from '../../raft/describe.ts';
import type { Entry } from '../../raft/types.ts';
import type { MachineImage } from '../actor.ts';
import { nextDigest, operationOf } from '../machine.ts';
import { SimulationViolation } from '../world.ts';

interface Committed {
  readonly entry: Entry;
  /** Of the history up to and including this entry. */
  readonly digest: number;
}

interface HistoryOptions {
  /** What tells one operation from all others; undefined for entries that are none. */
  readonly operationOf?: (entry: Entry) => number | bigint | undefined;
  /** Called once for every entry, when its commit first becomes known. */
  readonly onCommitted?: (entry: Entry) => void;
}

export class History {
  readonly #options: HistoryOptions;
  readonly #committed: Committed[] = [];
  readonly #operations = new Map<number | bigint, number>();

  constructor(options: HistoryOptions = {}) {
    this.#options = options;
  }

  /** Index of the last entry known to be committed anywhere. */
  get lastIndex(): number {
    return this.#committed.length;
  }

  termAt(index: number): number | undefined {
    return index === 0 ? 0 : this.#committed[index - 1]?.entry.term;
  }

  digestAt(index: number): number | undefined {
    return index === 0 ? 0 : this.#committed[index - 1]?.digest;
  }

  /** Where an operation was committed. */
  indexOf(operation: number | bigint): number | undefined {
    return this.#operations.get(operation);
  }

  /** `id` considers `entry` committed. Extends the history when it is the next one. */
  commit(id: MemberId, entry: Entry): void {
    const known = this.#committed[entry.index - 1];
    if (known === undefined) {
      this.#extend(id, entry);
      return;
    }
    if (known.entry.term === entry.term && known.entry.type === entry.type) return;
    throw new SimulationViolation(
      `${shortId(id)} commits term ${entry.term} at index ${entry.index}, where term ${known.entry.term} was committed`,
    );
  }

  #extend(id: MemberId, entry: Entry): void {
    if (entry.index !== this.#committed.length + 1) {
      throw new SimulationViolation(`${shortId(id)} commits ${entry.index} after ${this.#committed.length}`);
    }
    const digest = nextDigest(this.digestAt(this.#committed.length) ?? 0, entry);
    this.#committed.push({ entry, digest });
    this.#countOperation(entry);
    this.#options.onCommitted?.(entry);
  }

  #countOperation(entry: Entry): void {
    const operation = (this.#options.operationOf ?? operationOf)(entry);
    if (operation === undefined) return;
    const before = this.#operations.get(operation);
    if (before !== undefined) {
      throw new SimulationViolation(`operation ${operation} is committed twice, at ${before} and ${entry.index}`);
    }
    this.#operations.set(operation, entry.index);
  }

  applied(id: MemberId, entry: Entry, digest: number): void {
    const known = this.#committed[entry.index - 1];
    if (known === undefined) {
      throw new SimulationViolation(`${shortId(id)} applies ${entry.index}, committed is ${this.lastIndex}`);
    }
    if (known.digest === digest) return;
    throw new SimulationViolation(
      `${shortId(id)} differs from the history after applying ${entry.index} of term ${entry.term}, committed was term ${known.entry.term}`,
    );
  }

  /** An image that a member starts from or installs. */
  image(id: MemberId, image: MachineImage): void {
    const digest = this.digestAt(image.index);
    if (digest !== image.digest || this.termAt(image.index) !== image.term) {
      throw new SimulationViolation(`${shortId(id)} holds an image at ${image.index} that is not the history's`);
    }
  }

  entryAt(index: number): Entry {
    return defined(this.#committed[index - 1], `nothing is committed at ${index}`).entry;
  }
}
