/** From a request to its plan, and from the plan to what is shown before anything happens. */
import type { BulkPreview, BulkRequest, BulkRow } from '../../../lib/api/bulk-types.ts';
import { byteStringToWire } from '../../../lib/keys/wire-bytes.ts';
import { leaseToHex } from '../ids.ts';
import { requireView } from '../operations/browse.ts';
import { explainCompacted, requireRetained, type StoreContext } from '../operations/context.ts';
import { metaOf } from '../operations/key-meta.ts';
import { bytesOf, type Plan, type PlannedWrite } from './plan.ts';
import { planCopy } from './plan-copy.ts';
import { planImport } from './plan-import.ts';
import { type PlanContext, planRestore, planUndelete, planUndo } from './plan-past.ts';

/** Rows of a preview; the counts are of all. */
const PREVIEW_ROWS_MAX = 500;
const PREVIEW_SKIPPED_MAX = 200;
const FOLLOW_MS = 1_000;
const ALL = { key: Uint8Array.of(0), end: Uint8Array.of(0) };

/** @param asOf the revision the guards come from; undefined: now */
export async function planOf(
  context: StoreContext,
  request: BulkRequest,
  { asOf, isDryRun }: { readonly asOf: number | undefined; readonly isDryRun: boolean },
): Promise<Plan> {
  if (asOf !== undefined) requireRetained(context, asOf);
  const revision = asOf ?? (await newest(context));
  try {
    const now = (await context.past.at(revision)).index;
    return await dispatch({ context, asOf: revision, now, isDryRun }, request);
  } catch (error) {
    throw await explainCompacted(context, 'revision' in request ? Number(request.revision) : revision, error);
  }
}

/** Every write made so far is known: what the operator did a moment ago must be in the preview. */
async function newest(context: StoreContext): Promise<number> {
  // A range, not a key: where a user may read only some ranges, the engine asks for those.
  const { revision } = await context.engine.kv.list({ ...ALL, limit: 1, keysOnly: true });
  await context.hub.follows(revision, FOLLOW_MS);
  return (await requireView(context)).revision;
}

function dispatch(plan: PlanContext, request: BulkRequest): Promise<Plan> {
  switch (request.kind) {
    case 'undelete':
      return planUndelete(plan, request);
    case 'restore':
      return planRestore(plan, request);
    case 'undo':
      return planUndo(plan, request);
    case 'copy':
    case 'move':
      return planCopy(plan, request);
    case 'import':
      return planImport(plan, request);
  }
}

export function previewOf(plan: Plan): BulkPreview {
  const writes = plan.units.flat();
  const count = (change: BulkRow['change']) => writes.filter((write) => changeOf(write) === change).length;
  return {
    kind: plan.kind,
    asOf: String(plan.asOf),
    creates: count('create'),
    updates: count('update'),
    deletes: count('delete'),
    unchanged: plan.unchanged,
    bytes: writes.reduce((sum, { put }) => sum + (put === null ? 0 : bytesOf(put.value)), 0),
    rows: writes.slice(0, PREVIEW_ROWS_MAX).map(rowOf),
    skipped: plan.skipped.slice(0, PREVIEW_SKIPPED_MAX),
    skippedTotal: plan.skipped.length,
    leases: [...plan.leases].map(([id, state]) => ({ id: leaseToHex(id) ?? '0', ...state })),
  };
}

const changeOf = ({ put, expect }: PlannedWrite): BulkRow['change'] =>
  put === null ? 'delete' : expect === null ? 'create' : 'update';

function rowOf(write: PlannedWrite): BulkRow {
  const { key, expect, put } = write;
  return {
    change: changeOf(write),
    key: byteStringToWire(key),
    before: expect === null ? null : metaOf(expect),
    valueBytes: put === null ? null : bytesOf(put.value),
    lease: put === null ? null : leaseToHex(put.lease === 'keep' ? (expect?.lease ?? 0n) : put.lease),
  };
}
