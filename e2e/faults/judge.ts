/** All that is checked of one round, by the judges that the simulator uses too. */
import { EventHistory, type HistoryEvent } from '../../server/store/sim/histories/events.ts';
import { checkKey, type KvOperation } from '../../server/store/sim/histories/kv-model.ts';
import { checkLease, type LeaseBounds, type LeaseLog } from '../../server/store/sim/histories/lease-bounds.ts';
import { checkLock, type LockNames } from '../../server/store/sim/histories/lock-order.ts';
import { checkRevisions } from '../../server/store/sim/histories/revision-order.ts';
import { checkWatch, type WatchLog } from '../../server/store/sim/histories/watch-order.ts';
import type { Recorder } from './recorder.ts';

export interface Evidence {
  /** From revision 1 on. */
  readonly events: readonly HistoryEvent[];
  readonly lastRevision: number;
  readonly recorder: Recorder;
  readonly watches: readonly WatchLog[];
  readonly leases: readonly LeaseLog[];
  readonly leaseBounds: LeaseBounds;
  readonly lock: LockNames;
}

export interface Judgement {
  /** One sentence each. */
  readonly problems: readonly string[];
  readonly keys: number;
  /** Keys whose history the search could not decide: no pass. */
  readonly undecided: number;
}

const SHOWN_MAX = 6;

export function judge(evidence: Evidence): Judgement {
  const history = new EventHistory(evidence.events);
  const { operations, lists } = evidence.recorder;
  const problems: string[] = [
    ...checkRevisions({ history, lastRevision: evidence.lastRevision, operations, lists }),
    ...evidence.watches.flatMap((log) => checkWatch(history, log) ?? []),
    ...evidence.leases.flatMap((lease) => checkLease(lease, evidence.leaseBounds) ?? []),
    ...checkLock(history, evidence.lock),
  ];
  const byKey = new Map<string, KvOperation[]>();
  for (const { key, operation, isRefused } of operations) {
    if (isRefused === true) continue;
    const list = byKey.get(key);
    if (list === undefined) byKey.set(key, [operation]);
    else list.push(operation);
  }
  let undecided = 0;
  for (const [key, list] of byKey) {
    const verdict = checkKey(list);
    if (verdict.kind === 'undecided') undecided++;
    if (verdict.kind === 'violated') problems.push(describe(key, verdict.fitting, verdict.stuckAt));
  }
  return { problems, keys: byKey.size, undecided };
}

function describe(key: string, fitting: number, stuckAt: readonly KvOperation[]): string {
  const bigints = (_key: string, value: unknown) => (typeof value === 'bigint' ? String(value) : value);
  const shown = stuckAt.slice(0, SHOWN_MAX).map((operation) => JSON.stringify(operation, bigints));
  return `the history of ${key} is not linearizable: after ${fitting} operations none of these fits: ${shown.join(' ')}`;
}
