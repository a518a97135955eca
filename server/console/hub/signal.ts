/** "Something changed": whoever waits looks again. */
export class Signal {
  #waiting: (() => void)[] = [];

  /** Resolves at the next fire, or after `ms`. */
  next(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#waiting.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  fire(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
