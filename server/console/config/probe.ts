/**
 * Shadow validation: the pointer of a target names a release to try, every live instance validates the document
 * it would get and says what it thinks of it, and nobody applies it. Answers lie apart from the reports that gates judge by.
 */
import type { ProbeAnswer, ProbeView } from '../../../lib/api/probe-types.ts';
import { GrpcCode } from '../../../lib/base/grpc-status.ts';
import type { Assignment, Probe, Release } from '../../../lib/config/documents.ts';
import type { InstanceReport } from '../../../lib/config/report.ts';
import { layerOfReport } from '../../../lib/config/report.ts';
import { meets } from '../../../lib/config/resolve.ts';
import type { TargetId } from '../../../lib/config/target.ts';
import { ConsoleError } from '../errors.ts';
import { type ConfigContext, ConfigWrite, committed, conflict } from './context.ts';
import { instanceKey } from './fleet.ts';
import { overlapping, requireGeneration, requireUntampered } from './releases.ts';
import type { ConfigSnapshot } from './snapshot.ts';
import { requireTarget } from './targets.ts';

export interface AskBody {
  readonly target: TargetId;
  readonly releaseId: string | null;
  readonly seconds: number;
  readonly expectGeneration: number;
}

/** @throws ConsoleError 409 while a rollout of the target is under way, or when the pointer moved */
export async function askInstances(context: ConfigContext, body: AskBody): Promise<number> {
  const snapshot = await context.state.ready();
  requireTarget(snapshot, body.target);
  const assign = snapshot.assignment(body.target);
  requireGeneration(assign.value, body.expectGeneration);
  const { rolloutId } = assign.value;
  if (rolloutId !== null) throw overlapping({ rolloutId, target: body.target, path: '' });
  const generation = assign.value.generation + 1;
  const askedAt = context.now();
  let probe: Probe | null = null;
  if (body.releaseId !== null) {
    const release = snapshot.release(body.target, body.releaseId);
    if (release === null) {
      const detail = { releaseId: body.releaseId };
      throw new ConsoleError(GrpcCode.NOT_FOUND, `${body.target} has no release ${body.releaseId}`, detail);
    }
    requireUntampered(release);
    probe = { releaseId: body.releaseId, generation, askedAt, until: askedAt + body.seconds * 1000 };
  }
  const readers = snapshot.instancesOf(body.target).length;
  const next: Assignment = { ...assign.value, generation, probe, readers };
  const key = context.keys.key('assign', body.target);
  return committed(context, new ConfigWrite(context.engine).expect(key, assign.modRevision).put(key, next), () =>
    conflict(`${body.target} changed meanwhile; nothing was written`),
  );
}

/** Null: nobody is asked. */
export function probeView(snapshot: ConfigSnapshot, target: TargetId): ProbeView | null {
  const { probe } = snapshot.assignment(target).value;
  if (probe === null) return null;
  const release = snapshot.release(target, probe.releaseId);
  const instances = snapshot.instancesOf(target).map(({ value: report }) => {
    const key = instanceKey(report);
    const answer = snapshot.get('probes', key)?.value;
    return { key, instanceId: report.instanceId, ...answerOf({ target, probe, release }, report, answer) };
  });
  const counts: Record<ProbeAnswer, number> = { accepts: 0, rejects: 0, waiting: 0, 'held back': 0 };
  for (const { is } of instances) counts[is]++;
  const { releaseId, askedAt, until } = probe;
  return { releaseId, semver: release?.semver ?? null, askedAt, until, counts, instances };
}

interface Asked {
  readonly target: TargetId;
  readonly probe: Probe;
  readonly release: Release | null;
}

function answerOf(
  { target, probe, release }: Asked,
  report: InstanceReport,
  answer: InstanceReport | undefined,
): { readonly is: ProbeAnswer; readonly path: string; readonly why: string } {
  if (release !== null && !meets(release.requires, report))
    return { is: 'held back', path: '', why: 'its version does not meet what the release requires' };
  const told = answer === undefined ? undefined : layerOfReport(answer, target).told;
  const isForThis = told?.releaseId === probe.releaseId && told.generation >= probe.generation;
  if (answer === undefined || !isForThis || answer.bootId !== report.bootId)
    return { is: 'waiting', path: '', why: 'has not answered' };
  if (answer.state === 'WOULD_ACCEPT') return { is: 'accepts', path: '', why: 'would take it' };
  const { path = '', message = 'would reject it' } = answer.error ?? {};
  return { is: 'rejects', path, why: message };
}
