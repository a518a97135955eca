import type { MemberId } from '../../../lib/base/brand.ts';
import type { World } from './world.ts';

/** Which ways between members are cut, and until when nothing comes through. */
export class Ways {
  readonly #world: World;
  readonly #cuts = new Map<string, number>();
  readonly #clogs = new Map<string, number>();

  constructor(world: World) {
    this.#world = world;
  }

  isCut(from: MemberId, to: MemberId): boolean {
    return this.#cuts.has(`${from}>${to}`);
  }

  /** Cuts nest: each needs its own mend. */
  cut(from: MemberId, to: MemberId): void {
    const way = `${from}>${to}`;
    this.#cuts.set(way, (this.#cuts.get(way) ?? 0) + 1);
  }

  mend(from: MemberId, to: MemberId): void {
    const way = `${from}>${to}`;
    const left = (this.#cuts.get(way) ?? 0) - 1;
    if (left > 0) this.#cuts.set(way, left);
    else this.#cuts.delete(way);
  }

  /** What waits there arrives afterwards. */
  clog(from: MemberId, to: MemberId, lengthMs: number): void {
    this.#clogs.set(`${from}>${to}`, this.#world.now + lengthMs);
  }

  /** By the world's time; in the past: nothing waits. */
  opensAt(from: MemberId, to: MemberId): number {
    return this.#clogs.get(`${from}>${to}`) ?? 0;
  }

  heal(): void {
    this.#cuts.clear();
    this.#clogs.clear();
  }
}
