/** Clients that hold leases: each grants one, keeps it alive for a while through changing members, then falls silent or revokes it. */
import { leaseId } from '../../../../lib/base/brand.ts';
import type { Prng } from '../../../../lib/base/prng.ts';
import type { World } from '../world.ts';
import type { MemberCheckers } from './checkers/member-checkers.ts';
import type { MemberSite } from './member-site.ts';

const TTL_SECONDS_MIN = 2;
const TTL_SECONDS_MAX = 5;
const RETRY_MS = 400;
const REVOKE_RATE = 0.25;

interface LeaseClientsOptions {
  readonly world: World;
  readonly prng: Prng;
  readonly sites: readonly MemberSite[];
  readonly checkers: MemberCheckers;
  readonly count: number;
}

export class LeaseClients {
  readonly #options: LeaseClientsOptions;
  readonly #prng: Prng;
  /** Ids that somebody believes to hold; may be gone already. */
  readonly #held: bigint[] = [];
  #drawn = 0n;
  #isStopped = false;

  constructor(options: LeaseClientsOptions) {
    this.#options = options;
    this.#prng = options.prng;
  }

  start(): void {
    for (let i = 0; i < this.#options.count; i++) this.#later(RETRY_MS * i, () => this.#grant());
  }

  /** Nobody renews any more: everything must expire. */
  stop(): void {
    this.#isStopped = true;
  }

  /** The id of some lease, dead or alive; 0n when there was none yet. */
  some(): bigint {
    return this.#held.length === 0 ? 0n : this.#prng.pick(this.#held);
  }

  #grant(): void {
    const { world, checkers } = this.#options;
    const id = ++this.#drawn;
    const ttl = this.#prng.int(TTL_SECONDS_MIN, TTL_SECONDS_MAX);
    const sentAt = world.now;
    let isTold = false;
    const site = this.#site();
    site.act(({ core }) => {
      const told = checkers.requests.writeBegins();
      let requestId = 0n;
      core.propose({ leaseGrant: { id, ttl } }, (result) => {
        isTold = true;
        if (!told(requestId, result)) {
          this.#later(RETRY_MS, () => this.#grant());
          return;
        }
        checkers.leases.granted(id, { ttl, sentAt });
        this.#held.push(id);
        const renewals = this.#prng.int(0, 8);
        this.#later(this.#prng.int(1, 500), () => this.#keepAlive(id, { ttl, renewals }));
        world.note(`granted ${id} for ${ttl}`);
      });
      requestId = site.lastRequestId;
    });
    // A member that dies answers nobody; the client asks another, with another id.
    this.#later(12_000, () => {
      if (!isTold) this.#grant();
    });
  }

  #keepAlive(id: bigint, { ttl, renewals }: { readonly ttl: number; readonly renewals: number }): void {
    const { checkers, world } = this.#options;
    if (renewals === 0) {
      if (this.#prng.chance(REVOKE_RATE)) this.#revoke(id);
      this.#later(ttl * 1000, () => this.#grant());
      return;
    }
    const sentAt = world.now;
    this.#site().act(({ core }) =>
      core.calls.renew(leaseId(id), (result) => {
        if (!result.ok) return;
        world.note(`renewed ${id} for ${result.value}`);
        checkers.leases.renewed(id, { ttl: result.value, sentAt });
      }),
    );
    // Mostly in good time, sometimes at the very last moment or too late.
    const waitMs = ttl * 1000 * this.#prng.pick([0.3, 0.3, 0.6, 0.9, 1, 1.1]);
    this.#later(waitMs, () => this.#keepAlive(id, { ttl, renewals: renewals - 1 }));
  }

  #revoke(id: bigint): void {
    const { checkers } = this.#options;
    checkers.leases.abandoned(id);
    const site = this.#site();
    site.act(({ core }) => {
      const told = checkers.requests.writeBegins();
      let requestId = 0n;
      core.propose({ leaseRevoke: { id } }, (result) => told(requestId, result));
      requestId = site.lastRequestId;
    });
  }

  #site(): MemberSite {
    return this.#prng.pick(this.#options.sites);
  }

  #later(delayMs: number, action: () => void): void {
    this.#options.world.after(delayMs, () => {
      if (!this.#isStopped) action();
    });
  }
}
