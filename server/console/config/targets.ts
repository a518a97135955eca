/** What is configured, and the schema it must meet. Each act is one guarded transaction. */
import { GrpcCode } from '../../../lib/base/grpc-status.ts';
import type { TargetDocument, TargetKind } from '../../../lib/config/documents.ts';
import { canonicalJson, type Json, splitPointer } from '../../../lib/config/json.ts';
import type { TargetId } from '../../../lib/config/target.ts';
import { ConsoleError, invalidArgument } from '../errors.ts';
import { sha256 } from './content.ts';
import {
  actorOf,
  type ConfigContext,
  ConfigWrite,
  committed,
  conflict,
  contentError,
  precondition,
} from './context.ts';
import type { ConfigSnapshot, Kept } from './snapshot.ts';

export function requireTarget(snapshot: ConfigSnapshot, target: TargetId): Kept<TargetDocument> {
  const found = snapshot.get('targets', target);
  if (found === undefined) throw new ConsoleError(GrpcCode.NOT_FOUND, `there is no target ${target}`, { target });
  return found;
}

export interface TargetBody {
  readonly target: TargetId;
  readonly kind: TargetKind;
  readonly description: string;
  /** The schema itself; null: none. */
  readonly schema: Json | null;
  readonly locked: readonly string[];
  readonly approvals: number;
  /** "0": it must not exist. */
  readonly expectModRevision: number;
  /** True: put it in force although what is served now does not meet it. */
  readonly evenIfFailing: boolean;
  readonly by: string | undefined;
}

export async function putTarget(context: ConfigContext, body: TargetBody): Promise<number> {
  const snapshot = await context.state.ready();
  const existing = snapshot.get('targets', body.target);
  if ((existing?.modRevision ?? 0) !== body.expectModRevision) throw staleTarget(body.target, existing);
  if (existing !== undefined && existing.value.kind !== body.kind)
    throw invalidArgument('kind', 'a target stays what it is');
  const unreadable = body.locked.find((path) => splitPointer(path) === undefined);
  if (unreadable !== undefined) throw invalidArgument('locked', `${unreadable} is no JSON pointer`);
  const schema = body.schema === null ? null : sha256(canonicalJson(body.schema));
  const document: TargetDocument = {
    target: body.target,
    kind: body.kind,
    description: body.description,
    schema,
    locked: body.locked,
    approvals: body.approvals,
    createdAt: existing?.value.createdAt ?? context.now(),
    createdBy: existing?.value.createdBy ?? actorOf(context, body.by),
  };
  const write = new ConfigWrite(context.engine).expect(
    context.keys.key('targets', body.target),
    body.expectModRevision,
  );
  if (body.schema !== null && schema !== null) {
    const [problem] = await context.checker.schema(body.schema);
    if (problem !== undefined) throw contentError('schema', problem.path, problem.message);
    if (!body.evenIfFailing) await requireMet(context, snapshot, document, body.schema);
    if (snapshot.get('schemas', schema) === undefined) write.put(context.keys.key('schemas', schema), body.schema);
  }
  write.put(context.keys.key('targets', body.target), document);
  return committed(context, write, () => staleTarget(body.target, context.state.current?.get('targets', body.target)));
}

/** What is served already, measured with the new schema. */
async function requireMet(
  context: ConfigContext,
  snapshot: ConfigSnapshot,
  target: TargetDocument,
  schema: Json,
): Promise<void> {
  const stable = snapshot.release(target.target, snapshot.assignment(target.target).value.stable);
  if (stable === null) return;
  const [issues = []] = await context.checker.check(schema, [stable.content]);
  const failing = issues.filter(({ keyword }) => keyword !== 'required');
  if (failing.length === 0) return;
  throw precondition(
    `${failing.length} existing ${failing.length === 1 ? 'value fails' : 'values fail'} this schema: ${failing[0]?.path} ${failing[0]?.message}`,
    {
      path: failing[0]?.path ?? '',
      issues: failing,
    },
  );
}

const staleTarget = (target: TargetId, current: Kept<TargetDocument> | undefined) =>
  conflict(
    current === undefined
      ? `${target} was deleted; nothing was written`
      : `${target} was changed at revision ${current.modRevision}; nothing was written`,
    { current: current?.value ?? null },
  );
