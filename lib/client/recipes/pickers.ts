/** Which of several instances the next call goes to. */

export type Balancing = 'roundRobin' | 'random' | 'leastConnections';

export interface Pick<T> {
  readonly instance: T;
  /** The call has ended. Least connections counts by it; safe to call twice. */
  done(): void;
}

/** Null: nobody is there to be picked. */
export type Picker<T> = () => Pick<T> | null;

/** @param candidates those that may be picked now, in a stable order. @param random uniform in [0, 1). */
export function picker<T extends { readonly key: string }>(
  how: Balancing,
  candidates: () => readonly T[],
  random: () => number,
): Picker<T> {
  const open = new Map<string, number>();
  const connections = (one: T): number => open.get(one.key) ?? 0;
  let last: string | null = null;
  const choose = (from: readonly T[]): T | undefined => {
    switch (how) {
      case 'random':
        return from[Math.floor(random() * from.length)];
      case 'roundRobin': {
        // Behind the one picked last, also when that one is gone meanwhile.
        const at = last;
        return from.find((one) => at !== null && one.key > at) ?? from[0];
      }
      case 'leastConnections': {
        const least = Math.min(...from.map(connections));
        const idle = from.filter((one) => connections(one) === least);
        return idle[Math.floor(random() * idle.length)];
      }
    }
  };
  return () => {
    const instance = choose(candidates());
    if (instance === undefined) return null;
    const { key } = instance;
    last = key;
    open.set(key, connections(instance) + 1);
    let isOpen = true;
    const done = () => {
      if (!isOpen) return;
      isOpen = false;
      const left = connections(instance) - 1;
      if (left > 0) open.set(key, left);
      else open.delete(key);
    };
    return { instance, done };
  };
}
