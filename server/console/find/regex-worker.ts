/**
 * A thread that does nothing but try one regular expression on texts: an expression can take for ever on a short text, and
 * then only a thread can be stopped. Tells through shared memory which text it is at.
 */
import { parentPort, workerData } from 'node:worker_threads';

export interface RegexSetup {
  readonly pattern: string;
  /** One Int32: the position of the text under way. */
  readonly at: SharedArrayBuffer;
}

/** [start, length] of the first match; null: none. */
export type RegexAnswer = readonly (readonly [number, number] | null)[];

const { pattern, at } = workerData as RegexSetup;
const expression = new RegExp(pattern, 'u');
const position = new Int32Array(at);

parentPort?.on('message', (texts: readonly string[]) => {
  const answer = texts.map((text, i) => {
    Atomics.store(position, 0, i);
    const found = expression.exec(text);
    return found === null ? null : ([found.index, found[0].length] as const);
  });
  parentPort?.postMessage(answer);
});
