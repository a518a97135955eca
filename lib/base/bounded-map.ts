/**
 * A map that forgets: beyond its bound the entry that was set first goes. Each at constant cost, also when hundreds of thousands went
 * before: asking a map for its first entry steps over the place of each that was deleted since the table was last built anew.
 */
export class BoundedMap<Key, Value> {
  readonly #max: number;
  readonly #entries = new Map<Key, Value>();
  /** Stands behind the last one that was let go; null: none was yet. Made late: it keeps what the map outgrows from being freed. */
  #oldest: MapIterator<Key> | null = null;

  /** @param max entries; at least one */
  constructor(max: number) {
    this.#max = max;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: Key): Value | undefined {
    return this.#entries.get(key);
  }

  /** A key that is there keeps its age. */
  set(key: Key, value: Value): void {
    this.#entries.set(key, value);
    if (this.#entries.size <= this.#max) return;
    this.#oldest ??= this.#entries.keys();
    const oldest = this.#oldest.next();
    if (oldest.done !== true) this.#entries.delete(oldest.value);
  }

  /** Oldest first. */
  values(): MapIterator<Value> {
    return this.#entries.values();
  }
}
