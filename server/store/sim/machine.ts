/**
 * The replicated state machine of the simulation: a chain digest over everything applied. Equal digests at equal indexes
 * mean equal histories, which is all the checkers need. Write entries carry the operation's number and padding.
 */
import { assert } from '../../../lib/base/assert.ts';
import { type LogIndex, logIndex, term } from '../../../lib/base/brand.ts';
import { EMPTY_CONF_STATE } from '../raft/conf-change.ts';
import { ENTRY_NORMAL, type Entry } from '../raft/types.ts';
import type { MachineImage } from './actor.ts';
import { hashBytes, mix } from './trace.ts';

const OPERATION_BYTES = 4;

export const FRESH_IMAGE: MachineImage = {
  term: term(0),
  index: logIndex(0),
  digest: 0,
  confState: EMPTY_CONF_STATE,
};

export const nextDigest = (digest: number, entry: Entry): number =>
  mix(mix(mix(digest, entry.term), entry.type), hashBytes(entry.data));

export function encodeOperation(operation: number, paddingBytes: number): Uint8Array {
  const data = new Uint8Array(OPERATION_BYTES + paddingBytes);
  new DataView(data.buffer).setUint32(0, operation);
  return data;
}

/** The operation an entry carries; undefined for a leader's own and for configuration entries. */
export function operationOf(entry: Entry): number | undefined {
  if (entry.type !== ENTRY_NORMAL || entry.data.length < OPERATION_BYTES) return undefined;
  return new DataView(entry.data.buffer, entry.data.byteOffset, OPERATION_BYTES).getUint32(0);
}

export class Machine {
  #image: MachineImage;

  constructor(image: MachineImage) {
    this.#image = image;
  }

  get index(): LogIndex {
    return this.#image.index;
  }

  /** A consistent copy of the state. */
  image(): MachineImage {
    return this.#image;
  }

  apply(entry: Entry, confState: MachineImage['confState'] = this.#image.confState): void {
    assert(entry.index === this.#image.index + 1, `machine: entry ${entry.index} after ${this.#image.index}`);
    const digest = nextDigest(this.#image.digest, entry);
    this.#image = { term: entry.term, index: entry.index, digest, confState };
  }

  /** What a broken member does: the entry leaves its mark a second time. */
  applyAgain(entry: Entry): void {
    this.#image = { ...this.#image, digest: nextDigest(this.#image.digest, entry) };
  }

  restore(image: MachineImage): void {
    this.#image = image;
  }
}
