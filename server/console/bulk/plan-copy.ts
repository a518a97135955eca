/** Copying and moving a subtree: every key under one prefix to the same place under another. A move is one unit per key. */
import type { BulkProblem, BulkRequest } from '../../../lib/api/bulk-types.ts';
import type { ByteString } from '../../../lib/base/bytes.ts';
import { GrpcCode } from '../../../lib/base/grpc-status.ts';
import { plural } from '../../../lib/format/number.ts';
import { byteStringToWire, displayBytes, wireToByteString } from '../../../lib/keys/wire-bytes.ts';
import { ConsoleError } from '../errors.ts';
import type { KeyEntry } from '../hub/key-chunk.ts';
import { LeasePlan } from './leases.ts';
import { type Plan, type PlannedUnit, requireFitting } from './plan.ts';
import type { PlanContext } from './plan-past.ts';

type CopyRequest = Extract<BulkRequest, { readonly kind: 'copy' | 'move' }>;

export async function planCopy(plan: PlanContext, request: CopyRequest): Promise<Plan> {
  const from = wireToByteString(request.prefix);
  const to = wireToByteString(request.target);
  if (from === to) throw wrongTarget('is where the keys are already');
  // A key written under the source by the copy itself would have to be copied too, and so on.
  if (to.startsWith(from)) throw wrongTarget('lies inside what is copied');
  if (request.kind === 'move' && from.startsWith(to) && from !== '') requireDisjoint(plan, { from, to });
  const entries: KeyEntry[] = [];
  for (const cursor = plan.now.seek(from); cursor.key?.startsWith(from) === true; cursor.next()) {
    entries.push(cursor.entry());
    requireFitting(entries.length);
  }
  const leases = await LeasePlan.of(plan.context, { choice: request.lease, entries, isDryRun: plan.isDryRun });
  const units: PlannedUnit[] = [];
  const skipped: BulkProblem[] = [];
  for (const entry of entries) {
    const key = (to + entry.key.slice(from.length)) as ByteString;
    const stands = plan.now.get(key) ?? null;
    if (key === '') skipped.push({ key: byteStringToWire(entry.key), reason: 'its new name would be empty' });
    else if (stands !== null && !request.overwrite) {
      skipped.push({
        key: byteStringToWire(entry.key),
        reason: `${displayBytes(byteStringToWire(key))} exists already`,
      });
    } else {
      const lease = leases.for(entry, stands);
      if (lease === undefined) continue;
      const value = { kind: 'stored', entry, revision: plan.asOf } as const;
      const put = { key, expect: stands, put: { value, lease } };
      units.push(request.kind === 'copy' ? [put] : [put, { key: entry.key, expect: entry, put: null }]);
    }
  }
  skipped.push(...leases.skipped);
  const verb = request.kind === 'copy' ? 'Copy' : 'Move';
  const title = `${verb} ${plural(entries.length, 'key')} from ${displayBytes(request.prefix)} to ${displayBytes(request.target)}`;
  return { kind: request.kind, title, asOf: plan.asOf, units, unchanged: 0, skipped, leases: leases.leases };
}

/** "a/b/" to "a/": a key "a/b/b/x" would go to "a/b/x", which may itself be one that moves: two writes of one key. */
function requireDisjoint(
  plan: PlanContext,
  { from, to }: { readonly from: ByteString; readonly to: ByteString },
): void {
  for (const cursor = plan.now.seek(from); cursor.key?.startsWith(from) === true; cursor.next()) {
    const target = (to + cursor.key.slice(from.length)) as ByteString;
    if (target.startsWith(from)) {
      throw wrongTarget(`would put ${displayBytes(byteStringToWire(cursor.key))} back under what is moved`);
    }
  }
}

const wrongTarget = (why: string): ConsoleError =>
  new ConsoleError(GrpcCode.INVALID_ARGUMENT, `target: ${why}`, { field: 'target' });
