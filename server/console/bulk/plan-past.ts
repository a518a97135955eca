/** Plans that bring the past back: keys that were deleted, a prefix as it was, the inverse of given revisions. */
import type { BulkProblem, BulkRequest } from '../../../lib/api/bulk-types.ts';
import type { ByteString } from '../../../lib/base/bytes.ts';
import { GrpcCode } from '../../../lib/base/grpc-status.ts';
import { formatCount, plural } from '../../../lib/format/number.ts';
import { byteStringToWire, displayBytes, wireToByteString } from '../../../lib/keys/wire-bytes.ts';
import { ConsoleError } from '../errors.ts';
import { type EntryChange, indexDiff } from '../hub/index-diff.ts';
import type { KeyEntry } from '../hub/key-chunk.ts';
import type { KeyIndex } from '../hub/key-index.ts';
import { toRevision } from '../ids.ts';
import type { StoreContext } from '../operations/context.ts';
import { isReserved } from '../reserved.ts';
import { changesAt } from './changes-at.ts';
import { LeasePlan } from './leases.ts';
import { type Plan, type PlannedUnit, requireFitting } from './plan.ts';

export interface PlanContext {
  readonly context: StoreContext;
  readonly asOf: number;
  /** The key space at `asOf`. */
  readonly now: KeyIndex;
  /** Nothing is granted for a preview. */
  readonly isDryRun: boolean;
}

/** A version that shall stand again (null: none), read at `revision`; and what may stand there until then. */
interface Wanted {
  readonly key: ByteString;
  readonly want: KeyEntry | null;
  readonly revision: number;
  readonly expect: KeyEntry | null;
}

type Request<Kind extends BulkRequest['kind']> = Extract<BulkRequest, { readonly kind: Kind }>;

export async function planUndelete(plan: PlanContext, request: Request<'undelete'>): Promise<Plan> {
  const revision = toRevision(request.revision);
  const prefix = wireToByteString(request.prefix);
  const chosen = request.keys === undefined ? null : new Set(request.keys.map(wireToByteString));
  const wanted: Wanted[] = [];
  let unchanged = 0;
  for (const { key, before, after } of await changesAt(plan.context, revision)) {
    if (after !== null || before === null || !key.startsWith(prefix) || chosen?.has(key) === false) continue;
    // It exists again: somebody else's key now, never overwritten.
    if (plan.now.has(key)) unchanged++;
    else wanted.push({ key, want: before, revision: revision - 1, expect: null });
  }
  const under = request.prefix === '' ? '' : ` under ${displayBytes(request.prefix)}`;
  const title = `Restore ${plural(wanted.length, 'key')}${under} deleted at revision ${formatCount(request.revision)}`;
  return finish(plan, { request, title, wanted, unchanged });
}

export async function planRestore(plan: PlanContext, request: Request<'restore'>): Promise<Plan> {
  const revision = toRevision(request.revision);
  const prefix = wireToByteString(request.prefix);
  const then = (await plan.context.past.at(revision)).index;
  const wanted: Wanted[] = [];
  for (const { key, before, after } of indexDiff(plan.now, then, prefix)) {
    // The console's own records (audit, releases) are no part of "everything": going back in time must not rewrite them.
    if (isReserved(key, prefix)) continue;
    wanted.push({ key, want: after, revision, expect: before });
    requireFitting(wanted.length);
  }
  const all = plan.now.totals(prefix).keys;
  const touched = wanted.filter((one) => one.expect !== null).length;
  const what = request.prefix === '' ? 'every key' : displayBytes(request.prefix);
  const title = `Restore ${what} to revision ${formatCount(request.revision)}`;
  return finish(plan, { request, title, wanted, unchanged: all - touched });
}

/** For keys written by several of the revisions: what stood there before the first, guarded by what the last one left. */
export async function planUndo(plan: PlanContext, request: Request<'undo'>): Promise<Plan> {
  const revisions = [...new Set(request.revisions.map(toRevision))].sort((a, b) => a - b);
  const wanted = new Map<ByteString, Wanted>();
  for (const revision of revisions) {
    for (const change of await changesAt(plan.context, revision)) {
      const first = wanted.get(change.key);
      wanted.set(change.key, { ...(first ?? wantBefore(change, revision)), expect: change.after });
      requireFitting(wanted.size);
    }
  }
  if (wanted.size === 0) {
    throw new ConsoleError(GrpcCode.NOT_FOUND, `nothing was changed at revision ${revisions.join(', ')}`);
  }
  const net = [...wanted.values()].filter((one) => one.want?.modRevision !== one.expect?.modRevision);
  const title =
    revisions.length === 1
      ? `Undo revision ${formatCount(String(revisions[0]))}`
      : `Undo ${plural(revisions.length, 'transaction')}, ${plural(net.length, 'key')}`;
  return finish(plan, { request, title, wanted: net, unchanged: 0 });
}

const wantBefore = ({ key, before }: EntryChange, revision: number): Omit<Wanted, 'expect'> => ({
  key,
  want: before,
  revision: revision - 1,
});

interface Drafted {
  readonly request: Request<'undelete' | 'restore' | 'undo'>;
  readonly title: string;
  readonly wanted: readonly Wanted[];
  readonly unchanged: number;
}

async function finish(plan: PlanContext, { request, title, wanted, unchanged }: Drafted): Promise<Plan> {
  requireFitting(wanted.length);
  const { context, isDryRun } = plan;
  const entries = wanted.map((one) => one.want);
  const leases = await LeasePlan.of(context, { choice: request.lease, entries, isDryRun });
  const skipped: BulkProblem[] = [];
  const units: PlannedUnit[] = [];
  for (const { key, want, revision, expect } of wanted) {
    const stands = plan.now.get(key);
    if ((stands?.modRevision ?? 0) !== (expect?.modRevision ?? 0)) {
      skipped.push({ key: byteStringToWire(key), reason: overtaken(stands, expect) });
      continue;
    }
    if (want === null) units.push([{ key, expect, put: null }]);
    else {
      const lease = leases.for(want, expect);
      if (lease === undefined) continue;
      units.push([{ key, expect, put: { value: { kind: 'stored', entry: want, revision }, lease } }]);
    }
  }
  skipped.push(...leases.skipped);
  return { kind: request.kind, title, asOf: plan.asOf, units, unchanged, skipped, leases: leases.leases };
}

function overtaken(stands: KeyEntry | undefined, expect: KeyEntry | null): string {
  if (stands === undefined) return 'somebody deleted it since';
  if (expect === null) return `it exists by now (revision ${stands.modRevision})`;
  return `somebody wrote it since (revision ${stands.modRevision})`;
}
