/**
 * Operators who defragment now and then a member drawn at random, sometimes several times at once. Whoever asks must be told how it went,
 * unless the process dies first.
 */
import type { Prng } from '../../../../lib/base/prng.ts';
import { Recurring } from '../recurring.ts';
import { SimulationViolation, type World } from '../world.ts';
import type { MemberSite, RunningMember } from './member-site.ts';
import type { MemberParameters } from './parameters.ts';

interface DefragmentersOptions {
  readonly world: World;
  readonly prng: Prng;
  readonly sites: readonly MemberSite[];
  readonly parameters: MemberParameters;
}

export class Defragmenters extends Recurring {
  readonly #options: DefragmentersOptions;
  readonly #waiting = new Set<{ readonly site: MemberSite; readonly process: RunningMember }>();
  answered = 0;

  constructor(options: DefragmentersOptions) {
    super(options);
    this.#options = options;
  }

  start(): void {
    this.every(this.#options.parameters.clients.defragmentMsMean, () => {
      const site = this.prng.pick(this.#options.sites);
      for (let i = this.prng.pick([1, 1, 1, 3]); i > 0; i--) this.#ask(site);
    });
  }

  /** A member among these whose process owes an answer. */
  owing(sites: readonly MemberSite[]): MemberSite | undefined {
    for (const call of this.#waiting)
      if (call.site.running === call.process && sites.includes(call.site)) return call.site;
    return undefined;
  }

  #ask(site: MemberSite): void {
    const { world, prng } = this;
    const process = site.running;
    if (process === undefined) return;
    const call = { site, process };
    this.#waiting.add(call);
    const giveUpMs = prng.chance(0.2) ? prng.int(0, 300) : undefined;
    site.act(({ core }) => {
      const stopWaiting = core.defragment((error) => {
        if (!this.#waiting.delete(call)) throw new SimulationViolation(`${site.name} answers a defragmentation twice`);
        world.note(`${site.name} defragmented ${error?.message ?? 'all'}`);
        if (error === undefined) this.answered++;
        else if (this.#options.parameters.diskFault !== 'fullDisk' && site.running === process)
          throw new SimulationViolation(`${site.name} refuses to defragment: ${error.message}`);
      });
      if (giveUpMs === undefined) return;
      world.after(giveUpMs, () => {
        // Nobody is told any more.
        if (this.#waiting.delete(call)) stopWaiting();
      });
    });
  }
}
