/** Releases, and the pointer moved without a rollout. Each act is one guarded transaction. */
import { GrpcCode } from '../../../lib/base/grpc-status.ts';
import { NO_EXPOSURE } from '../../../lib/config/cohort.ts';
import {
  type Assignment,
  addressText,
  type Release,
  type ReleaseContent,
  releaseIdOf,
} from '../../../lib/config/documents.ts';
import { overlapWith } from '../../../lib/config/overlap.ts';
import { bundleOf, type TargetId } from '../../../lib/config/target.ts';
import { compareVersions, parseRange, parseVersion, type Requirements } from '../../../lib/config/version-range.ts';
import { EngineError } from '../../engines/engine.ts';
import { ConsoleError, invalidArgument } from '../errors.ts';
import { type Analysis, analyse } from './analysis.ts';
import { parseContent, sha256 } from './content.ts';
import { actorOf, type ConfigContext, ConfigWrite, committed, conflict, precondition } from './context.ts';
import { pruneHistory } from './history-limit.ts';
import type { ConfigSnapshot } from './snapshot.ts';
import { requireTarget } from './targets.ts';

export const NO_ACTIVE = { rollouts: [] } as const;

export function addressOf(content: ReleaseContent): { readonly releaseId: string; readonly sha256: string } {
  const hash = sha256(addressText(content));
  return { releaseId: releaseIdOf(hash), sha256: hash };
}

export interface PublishBody {
  readonly target: TargetId;
  readonly text: string;
  /** Of the assignment the author saw; the diff and the version were judged against it. */
  readonly expectGeneration: number;
  /** Null: as suggested. */
  readonly semver: string | null;
  readonly note: string;
  readonly requires: Requirements;
  readonly by: string | undefined;
}

/** Makes an immutable release of a document and drops the draft. Affects nobody yet. */
export async function publish(context: ConfigContext, body: PublishBody): Promise<Release> {
  const snapshot = await context.state.ready();
  const target = requireTarget(snapshot, body.target);
  const assign = snapshot.assignment(body.target);
  requireGeneration(assign.value, body.expectGeneration);
  const content = parseContent(body.text);
  for (const [name, range] of Object.entries(body.requires)) {
    if (parseRange(range) === undefined)
      throw invalidArgument(`requires.${name}`, `"${range}" is no range of versions`);
  }
  const analysis = await analyse(context, snapshot, { target: target.value, content });
  requireFaultless(analysis);
  const { kind, schema, locked } = target.value;
  const addressed: ReleaseContent = { target: body.target, kind, content, schema, locked, requires: body.requires };
  const { releaseId, sha256: hash } = addressOf(addressed);
  const known = snapshot.release(body.target, releaseId);
  if (known !== null)
    throw conflict(`this is release ${known.semver} already (${releaseId}); nothing was written`, {
      releaseId,
      semver: known.semver,
    });
  const release: Release = {
    ...addressed,
    releaseId,
    sha256: hash,
    semver: versionFor(snapshot, body, analysis),
    parent: assign.value.stable,
    author: actorOf(context, body.by),
    note: body.note,
    createdAt: context.now(),
  };
  const key = context.keys.release(body.target, releaseId);
  const write = new ConfigWrite(context.engine)
    .expect(key, 0)
    .expect(context.keys.key('targets', body.target), target.modRevision)
    .expect(context.keys.key('assign', body.target), assign.modRevision)
    .put(key, release);
  const draft = snapshot.get('drafts', body.target);
  if (draft !== undefined && draft.value.text === body.text) {
    write
      .expect(context.keys.key('drafts', body.target), draft.modRevision)
      .delete(context.keys.key('drafts', body.target));
  }
  await committed(context, write, () => conflict(`${body.target} changed meanwhile; nothing was written`));
  await pruneHistory(context, body.target).catch(ignoreEngine);
  return release;
}

/** Tidying is no part of what was asked: the next publication tries again. */
function ignoreEngine(error: unknown): void {
  if (!(error instanceof EngineError)) throw error;
}

function versionFor(snapshot: ConfigSnapshot, { semver, target }: PublishBody, { suggested }: Analysis): string {
  const newest = snapshot.releasesOf(target)[0];
  const wanted = semver ?? suggested ?? newest?.semver ?? '1.0.0';
  const parsed = parseVersion(wanted);
  if (parsed === undefined) throw invalidArgument('semver', `"${wanted}" is no semantic version`);
  const latest = newest === undefined ? undefined : parseVersion(newest.semver);
  if (semver !== null && latest !== undefined && compareVersions(parsed, latest) <= 0) {
    throw invalidArgument('semver', `must be above ${newest?.semver}, the newest release`);
  }
  return wanted;
}

/** 400, all faults in the detail. */
export function requireFaultless({ issues }: Analysis): void {
  const [first] = issues;
  if (first === undefined) return;
  const where = first.where === '' ? '' : ` (merged for ${first.where})`;
  const more = issues.length > 1 ? `, and ${issues.length - 1} more` : '';
  throw new ConsoleError(GrpcCode.INVALID_ARGUMENT, `${first.path || 'the document'} ${first.message}${where}${more}`, {
    field: 'content',
    path: first.path,
    issues,
  });
}

export function requireGeneration(current: Assignment, expected: number): void {
  if (current.generation === expected) return;
  throw conflict(`${current.target} is at generation ${current.generation} now, not ${expected}; nothing was written`, {
    current,
  });
}

export interface PointBody {
  readonly target: TargetId;
  readonly releaseId: string;
  readonly expectGeneration: number;
  readonly by: string | undefined;
}

/**
 * Everybody at once: the pointer moves in one transaction, whatever the size of the fleet. For first releases, for going back, and for
 * those who decide against a rollout.
 */
export async function pointAt(context: ConfigContext, body: PointBody): Promise<number> {
  const snapshot = await context.state.ready();
  requireTarget(snapshot, body.target);
  const assign = snapshot.assignment(body.target);
  requireGeneration(assign.value, body.expectGeneration);
  const release = snapshot.release(body.target, body.releaseId);
  if (release === null)
    throw new ConsoleError(GrpcCode.NOT_FOUND, `${body.target} has no release ${body.releaseId}`, {
      releaseId: body.releaseId,
    });
  if (assign.value.stable === body.releaseId && assign.value.candidate === null)
    throw precondition(`release ${release.semver} is live already`);
  requireUntampered(release);
  const bundle = bundleOf(body.target);
  const active = snapshot.get('active', bundle);
  const analysis = await analyse(context, snapshot, {
    target: requireTarget(snapshot, body.target).value,
    content: release.content,
  });
  requireFaultless(analysis);
  const touched = analysis.changes.map(({ path }) => path);
  const inTheWay = overlapWith(active?.value ?? NO_ACTIVE, { target: body.target, touched });
  if (inTheWay !== undefined) throw overlapping(inTheWay);
  const next: Assignment = {
    ...assign.value,
    ...NO_EXPOSURE,
    generation: assign.value.generation + 1,
    stable: body.releaseId,
    previous: assign.value.stable,
    candidate: null,
    rolloutId: null,
    probe: null,
    expiresAt: null,
    readers: snapshot.instancesOf(body.target).length,
  };
  const write = new ConfigWrite(context.engine)
    .expect(context.keys.key('assign', body.target), assign.modRevision)
    .expect(context.keys.key('active', bundle), active?.modRevision ?? 0)
    .fence(
      context.keys.release(body.target, body.releaseId),
      snapshot.createdAt('releases', `${body.target}/${body.releaseId}`),
    )
    .put(context.keys.key('assign', body.target), next);
  return committed(context, write, () => conflict(`${body.target} changed meanwhile; nothing was written`));
}

export const overlapping = (other: {
  readonly rolloutId: string;
  readonly target: TargetId;
  readonly path: string;
}): ConsoleError =>
  conflict(
    other.path === ''
      ? `rollout ${other.rolloutId} of ${other.target} is under way`
      : `rollout ${other.rolloutId} of ${other.target} is under way and touches ${other.path} too`,
    { error: 'OVERLAP', rolloutId: other.rolloutId, target: other.target, path: other.path },
  );

/** A release is what its address says, or somebody has written to the store by hand. */
export function requireUntampered(release: Release): void {
  if (addressOf(release).releaseId === release.releaseId) return;
  throw precondition(
    `release ${release.releaseId} does not match its own address: it was changed in the store by hand`,
  );
}
