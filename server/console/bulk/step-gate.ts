/**
 * The steps of the jobs of one store, one at a time, held between two of them: while the session that they work through is replaced
 * by one that has the rights its user has now.
 */
export class StepGate {
  #held: PromiseWithResolvers<void> | null = null;
  #underWay: Promise<unknown> = Promise.resolve();

  /** Begins no further step; resolves when the one under way has ended, at the latest after `ms`. */
  async hold(ms: number): Promise<void> {
    this.#held ??= Promise.withResolvers();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, ms);
    });
    await Promise.race([this.#underWay, late]);
    clearTimeout(timer);
  }

  release(): void {
    this.#held?.resolve();
    this.#held = null;
  }

  /** @throws what `work` throws */
  async step<T>(work: () => Promise<T>): Promise<T> {
    while (this.#held !== null) await this.#held.promise;
    const step = work();
    this.#underWay = step.catch(() => undefined);
    return step;
  }
}
