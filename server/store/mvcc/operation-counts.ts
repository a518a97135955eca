/**
 * What the key space did since the member started, counted as etcd counts it: an operation is one range, put or delete (of however
 * many keys), and each pass over the store with more than one of them is a transaction. A guard of a transaction is a range, and so is a
 * look at the previous value; guards and writes are two passes.
 */
export class OperationCounts {
  ranges = 0;
  puts = 0;
  deletes = 0;
  /** Passes with more than one operation. */
  transactions = 0;
  /** Keys and values of puts. */
  putBytes = 0;
  /** Old revisions that compaction took out. */
  compactedRevisions = 0;
  #inPass = 0;

  range(): void {
    this.ranges++;
    this.#inPass++;
  }

  put(bytes: number): void {
    this.puts++;
    this.putBytes += bytes;
    this.#inPass++;
  }

  delete(): void {
    this.deletes++;
    this.#inPass++;
  }

  endPass(): void {
    if (this.#inPass > 1) this.transactions++;
    this.#inPass = 0;
  }
}
