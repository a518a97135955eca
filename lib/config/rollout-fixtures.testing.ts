/** Rollouts, reports and sightings for tests. */
import type { Sighting, Verdict } from './gate.ts';
import { DEFAULT_GATE, type GateParameters, type Plan, PRESETS } from './plan.ts';
import type { InstanceReport } from './report.ts';
import { newRollout, type Rollout } from './rollout-document.ts';

export const TARGET = 'settings/shop/prod/web';
export const CANDIDATE = 'r_new';
export const STABLE = 'r_old';

export function planWith(changes: Partial<GateParameters> = {}, more: Partial<Plan> = {}): Plan {
  return { ...PRESETS[0].plan, gate: { ...DEFAULT_GATE, ...changes }, ...more };
}

export function rolloutWith(changes: Partial<Rollout> = {}): Rollout {
  const given = { rolloutId: 'ro_1', target: TARGET, candidate: CANDIDATE, stable: STABLE, plan: planWith() };
  const fresh = newRollout({
    ...{ ...given, bases: [], approvalsNeeded: 0, startAt: null, parent: null },
    ...{ createdAt: 0, createdBy: 'ada' },
  });
  return { ...fresh, seed: '', reason: '', ...changes };
}

export function reportWith(changes: Partial<InstanceReport> = {}): InstanceReport {
  const layers = [{ target: TARGET, releaseId: CANDIDATE, generation: 5 }];
  return {
    instanceId: 'i1',
    app: 'shop',
    env: 'prod',
    service: 'web',
    bundle: 'settings',
    bootId: 'b1',
    seq: 1,
    clientVersion: '1.0.0',
    appVersion: '1.0.0',
    tags: [],
    schemaVersions: [],
    state: 'APPLIED',
    layers,
    running: layers,
    error: null,
    health: 'UP',
    appliedAt: 0,
    reportedAt: 0,
    configSha256: '',
    ...changes,
  };
}

export function sightingWith(changes: Partial<Sighting> = {}): Sighting {
  return {
    instanceId: 'i1',
    isHeldBack: false,
    report: reportWith(),
    reportedAt: 0,
    firstSeenAt: 0,
    ackedAt: 0,
    lostAt: null,
    leftGracefully: false,
    bootsInWindow: 0,
    ...changes,
  };
}

export const verdictOf = (kind: Verdict['kind']): Verdict => ({
  kind,
  why: `it is ${kind}`,
  counts: { healthy: 0, unhealthy: 0, rejected: 0, lost: 0, silent: 0, pending: 0, stale: 0, excluded: 0 },
});
