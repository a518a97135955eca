/** Whether two rollouts would decide about one effective key: their targets meet in some instance, and their paths touch. */
import type { ActiveRollouts } from './documents.ts';
import type { Pointer } from './json.ts';
import { meet, type TargetId } from './target.ts';

/** Beyond this many paths a rollout is taken to touch the branches above them. */
export const TOUCHED_MAX = 200;

/** The paths of a change, shortened evenly until they are few: claiming too much is safe, too little is not. */
export function touchedPaths(paths: readonly Pointer[]): Pointer[] {
  let shown = [...new Set(paths)];
  while (shown.length > TOUCHED_MAX) {
    const depth = Math.max(...shown.map((path) => path.split('/').length));
    shown = [
      ...new Set(
        shown.map((path) =>
          path
            .split('/')
            .slice(0, depth - 1)
            .join('/'),
        ),
      ),
    ];
  }
  return shown.sort();
}

const nests = (a: Pointer, b: Pointer): boolean =>
  a === b || a.startsWith(`${b}/`) || b.startsWith(`${a}/`) || a === '' || b === '';

/** The active rollout in the way, and a path both touch. */
export function overlapWith(
  active: ActiveRollouts,
  wanted: { readonly target: TargetId; readonly touched: readonly Pointer[] },
): { readonly rolloutId: string; readonly target: TargetId; readonly path: Pointer } | undefined {
  for (const { rolloutId, target, touched } of active.rollouts) {
    // One assignment holds one candidate, whatever the paths.
    if (target === wanted.target) return { rolloutId, target, path: '' };
    if (!meet(target, wanted.target)) continue;
    for (const path of wanted.touched) {
      if (touched.some((other) => nests(path, other))) return { rolloutId, target, path };
    }
  }
  return undefined;
}
