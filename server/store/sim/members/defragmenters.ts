/** Operators who defragment a member now and then: any, at any time, often several at once. Each must be answered while its process lives. */
import type { Prng } from '../../../../lib/base/prng.ts';
import { SimulationViolation, type World } from '../world.ts';
import type { MemberSite, RunningMember } from './member-site.ts';
import type { MemberParameters } from './parameters.ts';

interface DefragmentersOptions {
  readonly world: World;
  readonly prng: Prng;
  readonly sites: readonly MemberSite[];
  readonly parameters: MemberParameters;
}

export class Defragmenters {
  readonly #options: DefragmentersOptions;
  readonly #waiting = new Set<{ readonly site: MemberSite; readonly process: RunningMember }>();
  #isStopped = false;
  answered = 0;

  constructor(options: DefragmentersOptions) {
    this.#options = options;
  }

  start(): void {
    const { world, prng, parameters, sites } = this.#options;
    const { defragmentMsMean } = parameters.clients;
    if (defragmentMsMean === 0) return;
    world.after(-Math.log(1 - prng.float()) * defragmentMsMean, () => {
      if (this.#isStopped) return;
      const site = prng.pick(sites);
      for (let i = prng.pick([1, 1, 1, 3]); i > 0; i--) this.#ask(site);
      this.start();
    });
  }

  stop(): void {
    this.#isStopped = true;
  }

  /** A member among these whose process owes an answer. */
  owing(sites: readonly MemberSite[]): MemberSite | undefined {
    for (const call of this.#waiting)
      if (call.site.running === call.process && sites.includes(call.site)) return call.site;
    return undefined;
  }

  #ask(site: MemberSite): void {
    const { world, prng, parameters } = this.#options;
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
        else if (parameters.diskFault !== 'fullDisk' && site.running === process)
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
