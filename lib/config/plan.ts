/**
 * How a rollout proceeds: phases that expose ever more instances, how long each is observed, and what its gate demands.
 */
import { BUCKETS, type Exposure, isCandidate, type Member, thresholdBp } from './cohort.ts';

export interface Phase {
  /** Of all instances; 0 where only tags or explicit instances are meant. */
  readonly percent: number;
  readonly tags: readonly string[];
  readonly include: readonly string[];
  readonly observeSeconds: number;
  /** Waits for a person after the gate has passed. */
  readonly pause: boolean;
}

export interface MetricGate {
  readonly name: string;
  /** Prometheus-style: answers `GET url?query=…` with one number. */
  readonly url: string;
  readonly query: string;
  readonly min: number | null;
  readonly max: number | null;
}

export interface WebhookGate {
  readonly name: string;
  /** A POST answered with 2xx passes. */
  readonly url: string;
}

export interface GateParameters {
  readonly evalIntervalSeconds: number;
  readonly minHealthyReports: number;
  readonly minSample: number;
  readonly maxErrorRatio: number;
  readonly maxRejections: number;
  readonly failureLimit: number;
  readonly consecutiveErrorLimit: number;
  readonly onInconclusive: 'pause' | 'rollback';
  readonly minAckRatio: number;
  readonly ackTimeoutSeconds: number;
  readonly warmupSeconds: number;
  readonly crashWindowSeconds: number;
  readonly reportTtlSeconds: number;
  readonly progressDeadlineSeconds: number;
  readonly rollbackConfirmSeconds: number;
  /** Pause instead of rolling back when the stable cohort fails as much; null: no control group. */
  readonly maxDeltaToStable: number | null;
  readonly metrics: readonly MetricGate[];
  readonly webhooks: readonly WebhookGate[];
}

export interface Plan {
  readonly phases: readonly Phase[];
  readonly bakeSeconds: number;
  readonly minCanaryInstances: number;
  readonly exclude: readonly string[];
  /** True: other instances go first each time. False: always the same, as `hash(id) % 100` says. */
  readonly rotate: boolean;
  /**
   * How long the exposure holds without a controller that renews it; then clients that fail safe, and the console's own answers, go back to
   * stable by themselves. Null: it holds (fail static).
   */
  readonly deadManSeconds: number | null;
  readonly gate: GateParameters;
}

export const DEFAULT_GATE: GateParameters = {
  evalIntervalSeconds: 10,
  minHealthyReports: 1,
  minSample: 5,
  maxErrorRatio: 0.05,
  maxRejections: 0,
  failureLimit: 1,
  consecutiveErrorLimit: 4,
  onInconclusive: 'pause',
  minAckRatio: 0.95,
  ackTimeoutSeconds: 150,
  warmupSeconds: 10,
  crashWindowSeconds: 120,
  reportTtlSeconds: 90,
  progressDeadlineSeconds: 600,
  rollbackConfirmSeconds: 150,
  maxDeltaToStable: null,
  metrics: [],
  webhooks: [],
};

/** Least and most of each number, both included. */
export const GATE_RANGES = {
  evalIntervalSeconds: [5, 3600],
  minHealthyReports: [0, 100_000],
  minSample: [0, 100_000],
  maxErrorRatio: [0, 1],
  maxRejections: [0, 100_000],
  failureLimit: [0, 1000],
  consecutiveErrorLimit: [0, 1000],
  minAckRatio: [0, 1],
  ackTimeoutSeconds: [1, 86_400],
  warmupSeconds: [0, 3600],
  crashWindowSeconds: [1, 86_400],
  reportTtlSeconds: [5, 86_400],
  progressDeadlineSeconds: [5, 604_800],
  rollbackConfirmSeconds: [5, 86_400],
} as const satisfies Readonly<Partial<Record<keyof GateParameters, readonly [number, number]>>>;

export const PHASES_MAX = 50;
/** A new leader must have time to take over. */
export const DEAD_MAN_SECONDS_MIN = 30;
export const SECONDS_MAX = 86_400;
/** A pause that lasts longer is shown and logged as forgotten; nothing is done about it. */
export const PAUSE_SECONDS_MAX = 86_400;
const FULL = 100;

const phase = (percent: number, observeSeconds: number): Phase => ({
  percent,
  tags: [],
  include: [],
  observeSeconds,
  pause: false,
});

const plan = (phases: readonly Phase[], bakeSeconds: number): Plan => ({
  phases,
  bakeSeconds,
  minCanaryInstances: 1,
  exclude: [],
  rotate: false,
  deadManSeconds: null,
  gate: DEFAULT_GATE,
});

/** Growth in steps of `factor` percent; the last is 100. */
const linearSteps = (factor: number): number[] => [
  ...Array.from({ length: Math.ceil(FULL / factor) - 1 }, (_, k) => factor * (k + 1)),
  FULL,
];

/** factor, 2·factor, 4·factor … 100. */
function exponentialSteps(factor: number): number[] {
  const steps: number[] = [];
  for (let percent = factor; percent < FULL; percent *= 2) steps.push(percent);
  return [...steps, FULL];
}

export const PRESETS = [
  {
    id: 'careful',
    title: 'Careful',
    purpose: '10, 20, 40, 80, then 100 percent, five minutes each, ten to bake',
    plan: plan(
      exponentialSteps(10).map((percent) => phase(percent, 300)),
      600,
    ),
  },
  {
    id: 'all-at-once',
    title: 'All at once',
    purpose: 'Everyone at the start; ten minutes of watching, and back if something fails',
    plan: plan([phase(FULL, 0)], 600),
  },
  {
    id: 'linear',
    title: 'Half, then all',
    purpose: 'Two steps of 30 seconds and a minute to bake: for trying things out',
    plan: plan(
      linearSteps(50).map((percent) => phase(percent, 30)),
      60,
    ),
  },
  {
    id: 'small-steps',
    title: 'Small steps',
    purpose: '5 percent more each minute up to a half, then all',
    plan: plan([...Array.from({ length: 10 }, (_, k) => phase(5 * (k + 1), 60)), phase(FULL, 60)], 600),
  },
] as const satisfies readonly { id: string; title: string; purpose: string; plan: Plan }[];

export interface PlanIssue {
  /** JSON pointer into the plan. */
  readonly path: string;
  readonly message: string;
}

/** What is wrong with a plan; numbers' own ranges are checked where it is read. */
export function planIssues({ phases, gate }: Plan): PlanIssue[] {
  const issues: PlanIssue[] = [];
  if (phases.length === 0) issues.push({ path: '/phases', message: 'needs at least one phase' });
  if (phases.length > PHASES_MAX) issues.push({ path: '/phases', message: `has more than ${PHASES_MAX} phases` });
  phases.forEach((one, i) => {
    const before = phases[i - 1];
    if (before !== undefined && one.percent < before.percent) {
      issues.push({
        path: `/phases/${i}/percent`,
        message: `is ${one.percent}, less than ${before.percent} before it: phases only grow`,
      });
    }
    if (before === undefined && one.percent === 0 && one.tags.length + one.include.length === 0) {
      issues.push({ path: `/phases/${i}`, message: 'exposes nobody: give a percentage, a tag or an instance' });
    }
  });
  const last = phases.at(-1);
  if (last !== undefined && last.percent !== FULL) {
    issues.push({ path: `/phases/${phases.length - 1}/percent`, message: 'the last phase must be 100 percent' });
  }
  gate.metrics.forEach((metric, i) => {
    const path = `/gate/metrics/${i}`;
    if (metric.min === null && metric.max === null) issues.push({ path, message: 'needs min, max or both' });
    if (metric.min !== null && metric.max !== null && metric.min > metric.max) {
      issues.push({ path, message: `can never pass: min ${metric.min} is above max ${metric.max}` });
    }
    if (metric.query.trim() === '') issues.push({ path: `${path}/query`, message: 'is empty' });
  });
  const checks = [
    ...gate.metrics.map((one, i) => ({ ...one, path: `/gate/metrics/${i}` })),
    ...gate.webhooks.map((one, i) => ({ ...one, path: `/gate/webhooks/${i}` })),
  ];
  for (const { name, url, path } of checks) {
    if (name.trim() === '') issues.push({ path: `${path}/name`, message: 'is empty' });
    if (!isHttp(url))
      issues.push({ path: `${path}/url`, message: 'is no address that begins with http:// or https://' });
  }
  return issues;
}

function isHttp(text: string): boolean {
  try {
    return ['http:', 'https:'].includes(new URL(text).protocol);
  } catch {
    return false;
  }
}

/**
 * What phases 0…index expose together. `atLeast` is the threshold stored already: the floor of a small fleet may have raised it
 * above what this fleet would need, and a later phase never takes anybody out.
 */
export function exposureOf(
  { phases, exclude, minCanaryInstances }: Plan,
  index: number,
  fleet: { readonly seed: string; readonly instanceIds: readonly string[]; readonly atLeast: number },
): Exposure {
  const upTo = phases.slice(0, index + 1);
  const percent = Math.max(0, ...upTo.map((one) => one.percent));
  const excluded = new Set(exclude);
  const eligible = fleet.instanceIds.filter((id) => !excluded.has(id));
  const wanted =
    percent >= FULL
      ? BUCKETS
      : thresholdBp(percent, { ...fleet, instanceIds: eligible, minCanary: minCanaryInstances });
  return {
    thresholdBp: Math.max(fleet.atLeast, wanted),
    tags: [...new Set(upTo.flatMap((one) => one.tags))],
    include: [...new Set(upTo.flatMap((one) => one.include))],
    exclude,
  };
}

export interface PhasePreview {
  readonly thresholdBp: number;
  /** Who enters in this phase. */
  readonly enters: readonly string[];
  /** Who has it by then, in all. */
  readonly total: number;
}

/** Exactly which of these instances enter when. */
export function previewPlan(plan: Plan, seed: string, members: readonly Member[]): PhasePreview[] {
  const instanceIds = members.map((member) => member.instanceId);
  const inside = new Set<string>();
  let atLeast = 0;
  return plan.phases.map((_, index) => {
    const exposure = exposureOf(plan, index, { seed, instanceIds, atLeast });
    atLeast = exposure.thresholdBp;
    const enters = members
      .filter((member) => !inside.has(member.instanceId) && isCandidate(exposure, seed, member))
      .map((member) => member.instanceId);
    for (const id of enters) inside.add(id);
    return { thresholdBp: exposure.thresholdBp, enters, total: inside.size };
  });
}

/** When all goes well, and at worst until a silent failure is turned back. */
export function durations({ phases, bakeSeconds, gate }: Plan): {
  readonly bestSeconds: number;
  readonly worstDetectSeconds: number;
} {
  return {
    bestSeconds: phases.reduce((sum, one) => sum + one.observeSeconds, bakeSeconds),
    worstDetectSeconds: gate.ackTimeoutSeconds + (gate.failureLimit + 1) * gate.evalIntervalSeconds,
  };
}
