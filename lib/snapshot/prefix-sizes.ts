/** How much lies below each prefix, where keys are cut at "/": a bounded tree of sums. */
import type { ByteString } from '../base/bytes.ts';

export const PREFIXES_MAX = 20_000;
export const PREFIXES_TOLD = 20;
const DEPTH_MAX = 4;
const CUT = '/';

export interface PrefixSize {
  readonly prefix: ByteString;
  /** Keys there are, and the bytes of them and their values. */
  readonly keys: number;
  readonly livingBytes: number;
  /** Stored changes below it, and the bytes they take: all of its history. */
  readonly changes: number;
  readonly storedBytes: number;
}

interface Sum {
  keys: number;
  livingBytes: number;
  changes: number;
  storedBytes: number;
}

export class PrefixSizes {
  readonly #sums = new Map<string, Sum>();

  addStored(key: ByteString, bytes: number): void {
    this.#each(key, true, (sum) => {
      sum.changes++;
      sum.storedBytes += bytes;
    });
  }

  addLiving(key: ByteString, bytes: number): void {
    this.#each(key, false, (sum) => {
      sum.keys++;
      sum.livingBytes += bytes;
    });
  }

  /** The PREFIXES_TOLD with the most stored bytes. One that holds nothing beside a prefix below it is left out for that one. */
  biggest(): PrefixSize[] {
    const largestChild = new Map<string, number>();
    for (const [prefix, { changes }] of this.#sums) {
      const parent = prefix.slice(0, prefix.lastIndexOf(CUT, prefix.length - 2) + 1);
      largestChild.set(parent, Math.max(largestChild.get(parent) ?? 0, changes));
    }
    return [...this.#sums]
      .filter(([prefix, { changes }]) => largestChild.get(prefix) !== changes)
      .sort(([a, x], [b, y]) => y.storedBytes - x.storedBytes || (a < b ? -1 : 1))
      .slice(0, PREFIXES_TOLD)
      .map(([prefix, sum]) => ({ prefix: prefix as ByteString, ...sum }));
  }

  /** Every prefix of `key` that ends in a cut. Keys without one have none; "/" alone, at the front, is no prefix worth telling. */
  #each(key: ByteString, mayAdd: boolean, change: (sum: Sum) => void): void {
    let end = key.indexOf(CUT, 1);
    for (let depth = 0; end !== -1 && depth < DEPTH_MAX; depth++) {
      const prefix = key.slice(0, end + 1);
      let sum = this.#sums.get(prefix);
      if (sum === undefined) {
        if (!mayAdd || this.#sums.size >= PREFIXES_MAX) return;
        sum = { keys: 0, livingBytes: 0, changes: 0, storedBytes: 0 };
        this.#sums.set(prefix, sum);
      }
      change(sum);
      end = key.indexOf(CUT, end + 1);
    }
  }
}
