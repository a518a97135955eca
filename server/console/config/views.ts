/** What pages see of configuration, at one revision. */
import type {
  ConfigOverview,
  ConfigTargetDetail,
  ConfigTargetRow,
  InstanceView,
  ReleaseSummary,
  RolloutDetail,
  RolloutInstance,
  RolloutSummary,
  Supervision,
} from '../../../lib/api/config-types.ts';
import { GrpcCode } from '../../../lib/base/grpc-status.ts';
import { explainCohort } from '../../../lib/config/cohort.ts';
import { semanticDiff } from '../../../lib/config/diff.ts';
import type { Assignment, Release, RosterEntry } from '../../../lib/config/documents.ts';
import type { Json } from '../../../lib/config/json.ts';
import { effective } from '../../../lib/config/merge.ts';
import { previewPlan } from '../../../lib/config/plan.ts';
import { type InstanceReport, layerOfReport } from '../../../lib/config/report.ts';
import { isExposing, isTerminal, type Rollout } from '../../../lib/config/rollout-document.ts';
import { layersOf, type TargetId } from '../../../lib/config/target.ts';
import { ConsoleError } from '../errors.ts';
import { layersWith } from './analysis.ts';
import { classifyAll, EMPTY_ROSTER, eligibleFor, instanceKey, isBack, isHeldBack } from './fleet.ts';
import { probeView } from './probe.ts';
import type { ConfigSnapshot, Kept } from './snapshot.ts';
import { requireTarget } from './targets.ts';

/** Rollouts listed; the newest. */
const ROLLOUTS_LISTED = 200;
const BROKEN_LISTED = 20;

export function releaseSummary(release: Release | null): ReleaseSummary | null {
  if (release === null) return null;
  const { releaseId, semver, author, note, createdAt, parent, content } = release;
  return { releaseId, semver, author, note, createdAt, parent, bytes: Buffer.byteLength(JSON.stringify(content)) };
}

export function rolloutSummary(snapshot: ConfigSnapshot, rollout: Rollout): RolloutSummary {
  const {
    rolloutId,
    target,
    state,
    pauseReason,
    pausedAt,
    reason,
    phaseIndex,
    plan,
    candidate,
    verdict,
    createdAt,
    createdBy,
    endedAt,
  } = rollout;
  return {
    rolloutId,
    target,
    state,
    pauseReason,
    pausedAt,
    reason,
    phaseIndex,
    phases: plan.phases.length,
    percent: plan.phases[phaseIndex]?.percent ?? 0,
    candidate,
    semver: snapshot.release(target, candidate)?.semver ?? null,
    verdict: verdict?.kind ?? null,
    createdAt,
    createdBy,
    endedAt,
  };
}

function supervisionOf(snapshot: ConfigSnapshot): Supervision {
  const leader = snapshot.get('controller', 'leader')?.value;
  return { leader: leader?.name ?? null, since: leader?.since ?? null };
}

export function overviewOf(snapshot: ConfigSnapshot, problem: string | null): ConfigOverview {
  const rollouts = [...snapshot.all('rollouts').values()]
    .sort((a, b) => b.createRevision - a.createRevision)
    .map(({ value }) => rolloutSummary(snapshot, value));
  return {
    revision: String(snapshot.revision),
    prefix: snapshot.keys.prefix,
    supervision: supervisionOf(snapshot),
    targets: [...snapshot.all('targets').values()]
      .map(({ value }) => rowOf(snapshot, value.target))
      .sort((a, b) => (a.target < b.target ? -1 : 1)),
    rollouts: rollouts.slice(0, ROLLOUTS_LISTED),
    broken: [...snapshot.broken].slice(0, BROKEN_LISTED).map(([key, what]) => ({ key, problem: what })),
    problem,
  };
}

function rowOf(snapshot: ConfigSnapshot, target: TargetId): ConfigTargetRow {
  const { kind, description } = requireTarget(snapshot, target).value;
  const assign = snapshot.assignment(target).value;
  const live = snapshot.release(target, assign.stable);
  const draft = snapshot.get('drafts', target)?.value;
  return {
    target,
    kind,
    description,
    generation: assign.generation,
    live: releaseSummary(live),
    canary: releaseSummary(snapshot.release(target, assign.candidate)),
    draft:
      draft === undefined
        ? null
        : { author: draft.author, updatedAt: draft.updatedAt, changes: changesIn(draft.text, live?.content ?? {}) },
    rollout: openRollout(snapshot, assign),
    instances: snapshot.instancesOf(target).length,
  };
}

function changesIn(text: string, live: Json): number | null {
  try {
    return semanticDiff(live, JSON.parse(text) as Json).length;
  } catch {
    return null;
  }
}

/** The rollout that holds the pointer, or the newest one that has not ended. */
function openRollout(snapshot: ConfigSnapshot, assign: Assignment): RolloutSummary | null {
  const held = assign.rolloutId === null ? undefined : snapshot.get('rollouts', assign.rolloutId)?.value;
  const own = [...snapshot.all('rollouts').values()].filter(
    ({ value }) => value.target === assign.target && value.endedAt === null,
  );
  const newest = own.sort((a, b) => b.createRevision - a.createRevision)[0]?.value;
  const shown = held ?? newest;
  return shown === undefined ? null : rolloutSummary(snapshot, shown);
}

export function targetDetail(snapshot: ConfigSnapshot, target: TargetId): ConfigTargetDetail {
  const kept = requireTarget(snapshot, target);
  const assign = snapshot.assignment(target).value;
  const draft = snapshot.get('drafts', target);
  const { value, provenance } = effective(layersWith(snapshot, target, null));
  return {
    revision: String(snapshot.revision),
    document: kept.value,
    documentRevision: kept.modRevision,
    schema: kept.value.schema === null ? null : (snapshot.get('schemas', kept.value.schema)?.value ?? null),
    assignment: assign,
    live: snapshot.release(target, assign.stable),
    canary: snapshot.release(target, assign.candidate),
    draft: draft?.value ?? null,
    draftRevision: draft?.modRevision ?? 0,
    releases: snapshot.releasesOf(target).flatMap((release) => releaseSummary(release) ?? []),
    layers: layersOf(target).map((layer) => ({
      target: layer,
      exists: snapshot.get('targets', layer) !== undefined,
      live: releaseSummary(snapshot.release(layer, snapshot.assignment(layer).value.stable)),
    })),
    effective: value,
    provenance,
    rollout: openRollout(snapshot, assign),
    instances: snapshot.instancesOf(target).map((one) => instanceView(one, assign)),
    probe: probeView(snapshot, target),
  };
}

function instanceView({ value: report, seenAt }: Kept<InstanceReport>, assign: Assignment): InstanceView {
  const { cohort, reason, bucket } = explainCohort(assign, assign.seed, report);
  return {
    key: instanceKey(report),
    report,
    cohort: assign.candidate === null ? 'stable' : cohort,
    cohortReason: assign.candidate === null ? 'no rollout is under way' : reason,
    bucket,
    runs: layerOfReport(report, assign.target).runs?.releaseId ?? null,
    seenAt,
  };
}

/** @param problem why the snapshot is not followed; null: it is, or it is of the past */
export function rolloutDetail(
  snapshot: ConfigSnapshot,
  rolloutId: string,
  { now, problem }: Pick<RolloutDetail, 'now' | 'problem'>,
): RolloutDetail {
  const rollout = snapshot.get('rollouts', rolloutId)?.value;
  if (rollout === undefined)
    throw new ConsoleError(GrpcCode.NOT_FOUND, `there is no rollout ${rolloutId}`, { rolloutId });
  const { target } = rollout;
  const assign = snapshot.assignment(target).value;
  const roster = snapshot.get('rosters', rolloutId)?.value ?? EMPTY_ROSTER;
  const classes = new Map(classifyAll(snapshot, rollout, roster, now).map((row) => [row.instanceId, row]));
  const live = snapshot.instancesOf(target);
  const alive = new Set(live.map(({ value }) => instanceKey(value)));
  const instances = live.map((one): RolloutInstance => {
    const view = instanceView(one, assign);
    const judged = classes.get(view.key);
    const row = isExposing(rollout.state) || judged?.is === 'rejected' ? judged : undefined;
    return { ...view, class: row?.is ?? null, why: row?.why ?? placeWords(snapshot, rollout, one), isAlive: true };
  });
  const candidate = snapshot.release(target, rollout.candidate);
  const stable = snapshot.release(target, rollout.stable);
  return {
    revision: String(snapshot.revision),
    rollout,
    assignment: assign,
    candidate: releaseSummary(candidate),
    stable: releaseSummary(stable),
    changes: semanticDiff(stable?.content ?? {}, candidate?.content ?? {}),
    instances,
    gone: [...classes.values()]
      .filter(
        ({ instanceId }) =>
          !alive.has(instanceId) && (isExposing(rollout.state) || hasGone(roster.instances[instanceId])),
      )
      .map(({ instanceId, is, why }) => ({ key: instanceId, class: is, why })),
    preview: previewPlan(rollout.plan, rollout.seed, eligibleFor(snapshot, rollout)),
    log: snapshot.logOf(rolloutId),
    supervision: supervisionOf(snapshot),
    problem,
    now,
  };
}

/** Where an instance is that no gate judges: by what it says it runs. */
function placeWords(snapshot: ConfigSnapshot, rollout: Rollout, kept: Kept<InstanceReport>): string {
  const runs = layerOfReport(kept.value, rollout.target).runs?.releaseId ?? null;
  if (rollout.state === 'ROLLING_BACK') {
    if (isBack(snapshot, rollout, kept)) return 'confirmed that it runs stable';
    return runs === rollout.candidate ? 'still runs the candidate' : 'has not confirmed the way back yet';
  }
  if (runs === rollout.candidate) return 'runs the candidate';
  return !isTerminal(rollout.state) && isHeldBack(snapshot, rollout, kept.value)
    ? 'is held back: its version does not meet what the release requires'
    : 'runs stable';
}

/** Gone while the rollout was under way; what happened to others afterwards is none of its business. */
const hasGone = (entry: RosterEntry | undefined): boolean =>
  entry !== undefined && (entry.left || entry.lostAt !== null);
