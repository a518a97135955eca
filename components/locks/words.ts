/** The sentences of waits. Pure. */
import type { WaitView } from '../../lib/api/coordination-types.ts';
import { formatCount, plural } from '../../lib/format/number.ts';
import { displayBytes } from '../../lib/keys/wire-bytes.ts';
import { CIRCLES_MAX } from '../../lib/recognise/waits.ts';

/**
 * "Deadlock: lease a waits for “x” behind lease b, which waits for “y” behind lease a. …" Steps along one line are told as one: who
 * stands in it waits for everybody before it.
 */
export function circleSentence(circle: readonly WaitView[]): string {
  const steps = stretches(circle).map((stretch, at) => {
    const [first, last] = [stretch[0] as WaitView, stretch.at(-1) as WaitView];
    const between = stretch.length === 1 ? '' : ` (${formatCount(stretch.length - 1)} between)`;
    return `${at === 0 ? `lease ${first.waiter}` : 'which'} waits for “${displayBytes(first.name)}” behind lease ${last.behind}${between}`;
  });
  return `Deadlock: ${steps.join(', ')}. It ends only when one of them gives up, or its lease runs out or is taken away.`;
}

/** The circle in its parts of one lock each, begun where a part begins. */
function stretches(circle: readonly WaitView[]): WaitView[][] {
  const seam = circle.findIndex(({ lock }, at) => lock !== circle.at(at - 1)?.lock);
  const parts: WaitView[][] = [];
  for (const wait of [...circle.slice(Math.max(0, seam)), ...circle.slice(0, Math.max(0, seam))]) {
    const part = parts.at(-1);
    if (part?.[0]?.lock === wait.lock) part.push(wait);
    else parts.push([wait]);
  }
  return parts;
}

/** Beside the title of the locks; null: no deadlock. */
export function deadlockText(circles: number): string | null {
  if (circles === 0) return null;
  return circles < CIRCLES_MAX ? plural(circles, 'deadlock') : `${CIRCLES_MAX} deadlocks or more`;
}
