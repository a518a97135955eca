/**
 * Mutual exclusion by fencing revisions, in the layout of clientv3's recipes: who stands under `<lock>/` with the lowest create
 * revision holds the lock. What holders did under it is a write to `<protected>` whose value names the key they believed to hold it
 * with; the history shows whether they did, at that revision.
 */
import { describeEvent, type EventHistory, type HistoryEvent } from './events.ts';

export interface LockNames {
  /** With its slash. */
  readonly lockPrefix: string;
  readonly protectedKey: string;
}

/** What a holder writes: its key and that key's create revision, which is its fencing token. */
export const guardedValue = (key: string, createRevision: number, serial: number): string =>
  `${key}@${createRevision}#${serial}`;

/** What is wrong, one sentence each; empty: nothing. */
export function checkLock({ events }: EventHistory, { lockPrefix, protectedKey }: LockNames): readonly string[] {
  const standing = new Map<string, number>();
  const problems: string[] = [];
  let fence = 0;
  for (const event of events) {
    if (event.key.startsWith(lockPrefix)) {
      if (event.pair === undefined) standing.delete(event.key);
      else standing.set(event.key, event.pair.createRevision);
    }
    if (event.key !== protectedKey || event.pair === undefined) continue;
    const token = tokenOf(event);
    const holder = [...standing].sort(([, a], [, b]) => a - b)[0];
    if (holder === undefined || token === undefined || `${holder[0]}@${holder[1]}` !== token.holder)
      problems.push(`${describeEvent(event)}, while ${holder?.join('@') ?? 'nobody'} held the lock`);
    if (token !== undefined && token.fence < fence)
      problems.push(`${describeEvent(event)}, after a holder with the later token ${fence}`);
    fence = Math.max(fence, token?.fence ?? 0);
  }
  return problems;
}

function tokenOf({ pair }: HistoryEvent): { readonly holder: string; readonly fence: number } | undefined {
  const [holder = '', fence] = /^(.*@(\d+))#\d+$/.exec(pair?.value ?? '')?.slice(1) ?? [];
  return fence === undefined ? undefined : { holder, fence: Number(fence) };
}
