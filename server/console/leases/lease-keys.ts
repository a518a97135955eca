/**
 * Which keys hang on which lease, kept fresh from the hub: a change costs two look-ups. Costs the store nothing.
 *
 * Invariant (lease-keys.test.ts holds it against a plain scan): `keysOf(lease)` is every key of the index with that lease, as long as
 * no more than `keysMax` keys have one; beyond that nothing is known, and `isKnown` says so.
 */
import type { ChangeEvent } from '../../../lib/api/types.ts';
import type { ByteString } from '../../../lib/base/bytes.ts';
import { wireToByteString } from '../../../lib/keys/wire-bytes.ts';
import type { KeyIndex } from '../hub/key-index.ts';
import { leaseFromHex } from '../ids.ts';

/** Some 200 bytes each. */
const LEASED_KEYS_MAX = 1_000_000;

const NONE: ReadonlySet<ByteString> = new Set();

export class LeaseKeys {
  readonly #keysMax: number;
  readonly #byLease = new Map<bigint, Set<ByteString>>();
  readonly #leaseOf = new Map<ByteString, bigint>();
  #follows = false;
  #isKnown = false;
  #revision = 0;

  constructor(keysMax = LEASED_KEYS_MAX) {
    this.#keysMax = keysMax;
  }

  /** False: before the first listing, or too many keys. After a gap what was known stands, true at its revision. */
  get isKnown(): boolean {
    return this.#isKnown;
  }

  get revision(): number {
    return this.#revision;
  }

  /** Changes are being followed; otherwise a rebuild is due. */
  get follows(): boolean {
    return this.#follows;
  }

  keysOf(lease: bigint): ReadonlySet<ByteString> {
    return this.#byLease.get(lease) ?? NONE;
  }

  /** Leases with keys. */
  leases(): bigint[] {
    return [...this.#byLease.keys()];
  }

  lost(): void {
    this.#follows = false;
  }

  clear(): void {
    this.#follows = false;
    this.#isKnown = false;
    this.#byLease.clear();
    this.#leaseOf.clear();
  }

  rebuild(index: KeyIndex, revision: number): void {
    this.clear();
    this.#follows = true;
    this.#isKnown = true;
    this.#revision = revision;
    for (const cursor = index.seek('' as ByteString); cursor.key !== undefined; cursor.next()) {
      const lease = cursor.lease();
      if (lease !== 0n && !this.#attach(cursor.key, lease)) return;
    }
  }

  /** True when a key came to a lease or left one. */
  apply(changes: readonly ChangeEvent[]): boolean {
    if (!this.#follows) return false;
    let isTouched = false;
    for (const change of changes) {
      this.#revision = Number(change.revision);
      if (!this.#isKnown) continue;
      if (change.lease === null && this.#leaseOf.size === 0) continue;
      isTouched = this.#applyOne(change) || isTouched;
    }
    return isTouched;
  }

  #applyOne({ key: wire, lease: hex }: ChangeEvent): boolean {
    const key = wireToByteString(wire);
    const before = this.#leaseOf.get(key) ?? 0n;
    const lease = hex === null ? 0n : leaseFromHex(hex);
    if (lease === before) return false;
    if (before !== 0n) this.#detach(key, before);
    if (lease !== 0n) this.#attach(key, lease);
    return true;
  }

  #attach(key: ByteString, lease: bigint): boolean {
    if (this.#leaseOf.size >= this.#keysMax) {
      this.#isKnown = false;
      this.#byLease.clear();
      this.#leaseOf.clear();
      return false;
    }
    const keys = this.#byLease.get(lease);
    if (keys === undefined) this.#byLease.set(lease, new Set([key]));
    else keys.add(key);
    this.#leaseOf.set(key, lease);
    return true;
  }

  #detach(key: ByteString, lease: bigint): void {
    const keys = this.#byLease.get(lease);
    keys?.delete(key);
    if (keys?.size === 0) this.#byLease.delete(lease);
    this.#leaseOf.delete(key);
  }
}
