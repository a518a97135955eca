/** What becomes of the leases that keys had: asked of the store once per lease, decided once per plan. */
import type { BulkLease, BulkProblem } from '../../../lib/api/bulk-types.ts';
import { byteStringToWire } from '../../../lib/keys/wire-bytes.ts';
import type { KeyEntry } from '../hub/key-chunk.ts';
import { requireLeases, type StoreContext } from '../operations/context.ts';
import type { Plan } from './plan.ts';
import { LEASE_ENDED } from './runner.ts';

const CONCURRENT_READS = 16;

export class LeasePlan {
  readonly #choice: BulkLease;
  readonly #alive: ReadonlyMap<bigint, boolean>;
  readonly #keys = new Map<bigint, number>();
  readonly #granted: bigint;
  readonly skipped: BulkProblem[] = [];

  private constructor(choice: BulkLease, alive: ReadonlyMap<bigint, boolean>, granted: bigint) {
    this.#choice = choice;
    this.#alive = alive;
    this.#granted = granted;
  }

  /**
   * @param entries the versions that will be written again
   * @param isDryRun a new lease is not granted yet: its id is 0n then
   */
  static async of(
    context: StoreContext,
    { choice, entries, isDryRun }: { choice: BulkLease; entries: Iterable<KeyEntry | null>; isDryRun: boolean },
  ): Promise<LeasePlan> {
    const ids = new Set<bigint>();
    for (const entry of entries) if (entry !== null && entry.lease !== 0n) ids.add(entry.lease);
    const alive = new Map<bigint, boolean>();
    const queue = [...ids];
    const work = async (): Promise<void> => {
      for (let id = queue.shift(); id !== undefined; id = queue.shift()) {
        alive.set(id, (await requireLeases(context).read(id)).remainingTtlSeconds >= 0);
      }
    };
    await Promise.all(Array.from({ length: Math.min(CONCURRENT_READS, queue.length) }, work));
    const needsNew = choice.mode === 'new' && ids.size > 0 && !isDryRun;
    const granted = needsNew ? (await requireLeases(context).grant(choice.ttlSeconds, 0n)).id : 0n;
    return new LeasePlan(choice, alive, granted);
  }

  get leases(): Plan['leases'] {
    return new Map([...this.#keys].map(([id, keys]) => [id, { keys, alive: this.#alive.get(id) === true }]));
  }

  /** For a version to be written again over `current`; undefined: it must be left alone, and `skipped` says so. */
  for(entry: KeyEntry, current: KeyEntry | null): 'keep' | bigint | undefined {
    const { lease } = entry;
    if (lease === 0n) return 0n;
    this.#keys.set(lease, (this.#keys.get(lease) ?? 0) + 1);
    if (this.#choice.mode === 'none') return 0n;
    if (this.#choice.mode === 'new') return this.#granted;
    if (this.#alive.get(lease) === true) return current?.lease === lease ? 'keep' : lease;
    this.skipped.push({ key: byteStringToWire(entry.key), reason: LEASE_ENDED });
    return undefined;
  }
}
