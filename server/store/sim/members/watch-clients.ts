/** Clients that watch: each follows one range across members, resuming elsewhere when its member dies, and is slow at times. */

import type { ByteString } from '../../../../lib/base/bytes.ts';
import type { Prng } from '../../../../lib/base/prng.ts';
import type { WatchHandle } from '../../mvcc/types.ts';
import type { World } from '../world.ts';
import type { MemberCheckers } from './checkers/member-checkers.ts';
import type { WatchStream } from './checkers/watches.ts';
import type { MemberSite, RunningMember } from './member-site.ts';

const LOOK_MS = 200;
/** How often a client leaves a healthy member for another. */
const WANDER_RATE = 0.03;
/** How often a client is too slow to take a batch. */
const FULL_RATE = 0.1;

interface WatchClientsOptions {
  readonly world: World;
  readonly prng: Prng;
  readonly sites: readonly MemberSite[];
  readonly checkers: MemberCheckers;
  readonly count: number;
}

interface Attachment {
  readonly member: RunningMember;
  readonly handle: WatchHandle;
}

class WatchClient {
  readonly stream: WatchStream;
  readonly #options: WatchClientsOptions;
  #attached: Attachment | undefined;
  #isFull = false;

  constructor(options: WatchClientsOptions, stream: WatchStream) {
    this.#options = options;
    this.stream = stream;
  }

  look(): void {
    const { sites, prng } = this.#options;
    const site = sites.find(({ running }) => running !== undefined && running === this.#attached?.member);
    if (site === undefined) this.#attached = undefined;
    if (this.#attached !== undefined && prng.chance(WANDER_RATE)) this.#leave(this.#attached);
    if (this.#attached === undefined) this.#attach(prng.pick(sites));
    else if (this.#isFull) {
      const { handle, member } = this.#attached;
      this.#isFull = false;
      handle.resume();
      member.core.replica.wakeBackground();
    }
  }

  #leave({ handle }: Attachment): void {
    handle.cancel();
    this.#attached = undefined;
  }

  #attach(site: MemberSite): void {
    const { checkers, prng } = this.#options;
    const { wish } = this.stream;
    this.#isFull = false;
    site.act((member) => {
      const spec = {
        key: wish.key as ByteString,
        rangeEnd: wish.end as ByteString,
        startRevision: this.stream.next,
        prevKv: wish.prevKv,
        noPut: wish.noPut,
        noDelete: wish.noDelete,
      };
      const handle = member.machine.watch(spec, {
        deliver: (batch) => {
          this.#isFull = prng.chance(FULL_RATE);
          if (this.#isFull) return false;
          checkers.watches.delivered(this.stream, batch);
          return true;
        },
        compacted: (revision) => {
          checkers.watches.compacted(this.stream, revision);
          this.#attached = undefined;
        },
      });
      this.#attached = { member, handle };
      member.core.replica.wakeBackground();
    });
  }
}

export class WatchClients {
  readonly #options: WatchClientsOptions;
  readonly #clients: WatchClient[];

  constructor(options: WatchClientsOptions) {
    this.#options = options;
    const { prng, checkers } = options;
    this.#clients = Array.from({ length: options.count }, () => {
      const isNarrow = prng.chance(0.3);
      const wish = {
        key: isNarrow ? 'k01' : 'k',
        end: isNarrow ? '' : prng.pick(['l', 'k03', '\0']),
        prevKv: prng.chance(0.5),
        noPut: prng.chance(0.15),
        noDelete: prng.chance(0.15),
      };
      return new WatchClient(options, checkers.watches.begin(wish, 1));
    });
  }

  start(): void {
    const { world } = this.#options;
    const look = () => {
      for (const client of this.#clients) client.look();
      world.after(LOOK_MS, look);
    };
    look();
  }

  /** Events that some client should have had by now. */
  missing(): number {
    return this.#clients.reduce((sum, { stream }) => sum + this.#options.checkers.watches.missing(stream), 0);
  }
}
