/**
 * Work on large values in a worker, so that the page stays free. One worker for the page, started with the first large value; where workers
 * cannot be had the work is done in place.
 */
import type { WorkAnswer, WorkInput, WorkName, WorkOutput } from './value-work.ts';

interface Waiting {
  readonly resolve: (output: never) => void;
  readonly reject: (error: Error) => void;
  /** In place, when the worker turns out not to be there. */
  readonly here: () => void;
}

const waiting = new Map<number, Waiting>();
/** Undefined: none was needed yet. Null: none is to be had. */
let worker: Worker | null | undefined;
let lastId = 0;

export function workAway<N extends WorkName>(name: N, input: WorkInput<N>): Promise<WorkOutput<N>> {
  if (worker === undefined) worker = start();
  const there = worker;
  if (there === null) return workHere(name, input);
  return new Promise((resolve, reject) => {
    const id = ++lastId;
    const here = (): void => void workHere(name, input).then(resolve, reject);
    waiting.set(id, { resolve, reject, here });
    there.postMessage({ id, name, input });
  });
}

/** Its code comes only where it is needed. */
const workHere = <N extends WorkName>(name: N, input: WorkInput<N>): Promise<WorkOutput<N>> =>
  import('./value-work.ts').then(({ doWork }) => doWork(name, input));

function start(): Worker | null {
  if (typeof Worker === 'undefined') return null;
  const made = new Worker(new URL('./value.worker.ts', import.meta.url), { type: 'module', name: 'quorate-values' });
  made.onmessage = ({ data }: MessageEvent<WorkAnswer>) => {
    const asked = waiting.get(data.id);
    waiting.delete(data.id);
    if ('error' in data) asked?.reject(new Error(data.error));
    // The answer to the request of this id, by the table of value-work.ts.
    else asked?.resolve(data.output as never);
  };
  made.onerror = () => {
    worker = null;
    const left = [...waiting.values()];
    waiting.clear();
    for (const { here } of left) here();
  };
  return made;
}
