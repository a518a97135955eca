/** The sentences of waits. Pure. */
import type { WaitView } from '../../lib/api/coordination-types.ts';
import { plural } from '../../lib/format/number.ts';
import { displayBytes } from '../../lib/keys/wire-bytes.ts';
import { CIRCLES_MAX } from '../../lib/recognise/waits.ts';

/** "Deadlock: lease a waits for “x” behind lease b, which waits for “y” behind lease a. …" */
export function circleSentence(circle: readonly WaitView[]): string {
  const steps = circle.map(
    ({ waiter, name, behind }, at) =>
      `${at === 0 ? `lease ${waiter}` : 'which'} waits for “${displayBytes(name)}” behind lease ${behind}`,
  );
  return `Deadlock: ${steps.join(', ')}. It ends only when one of them gives up, or its lease runs out or is taken away.`;
}

/** Beside the title of the locks; null: no deadlock. */
export function deadlockText(circles: number): string | null {
  if (circles === 0) return null;
  return circles < CIRCLES_MAX ? plural(circles, 'deadlock') : `${CIRCLES_MAX} deadlocks or more`;
}
