import { readFileSync } from 'node:fs';
import path from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { defined } from '../base/assert.ts';
import { utf8Encode } from '../base/bytes.ts';
import { BUCKETS, bucketOf, explainCohort, isCandidate, thresholdBp } from './cohort.ts';
import { murmur3, murmur3Text } from './murmur3.ts';
import { exposureOf, type Plan, PRESETS, planIssues, previewPlan } from './plan.ts';

/** Published, for clients in other languages; ours are held to them here. */
const VECTORS = JSON.parse(readFileSync(path.join(import.meta.dirname, 'bucketing-vectors.json'), 'utf8')) as {
  readonly hashes: readonly {
    readonly text?: string;
    /** Hex. */
    readonly bytes?: string;
    readonly seed: number;
    readonly hash: number;
  }[];
  readonly buckets: readonly { readonly id: string; readonly seed: string; readonly bucket: number }[];
};

describe('murmur3 x86 32', () => {
  test.each(VECTORS.hashes)('%j', ({ text, bytes, seed, hash }) => {
    const input = text === undefined ? Uint8Array.from(Buffer.from(bytes ?? '', 'hex')) : utf8Encode(text);
    expect(murmur3(input, seed)).toBe(hash);
    if (text !== undefined) expect(murmur3Text(text, seed)).toBe(hash);
  });

  test('Unleash’s published normalisations come out of it', () => {
    const normalised = (id: string, group: string, seed = 0) => (murmur3Text(`${group}:${id}`, seed) % 100) + 1;
    expect(normalised('123', 'gr1')).toBe(73);
    expect(normalised('999', 'groupX')).toBe(25);
    expect(normalised('123', 'gr1', 86028157)).toBe(96);
    expect(normalised('999', 'groupX', 86028157)).toBe(60);
    expect(normalised('174', 'Feature.flexibleRollout.10')).toBe(10);
    expect(normalised('499', 'Feature.flexibleRollout.10')).toBe(32);
    expect(normalised('25', 'Feature.flexibleRollout.userId.55')).toBe(55);
    expect(normalised('147', 'Feature.flexibleRollout.sessionId.42')).toBe(42);
  });
});

describe('buckets', () => {
  test.each(VECTORS.buckets)('%j', ({ id, seed, bucket }) => expect(bucketOf(id, seed)).toBe(bucket));

  test('of ten instances, the published ones are canaries', () => {
    const canaries = (percent: number) =>
      Array.from({ length: 10 }, (_, i) => i).filter((i) => bucketOf(`instance-${i}`, '') < Math.round(percent * 100));
    expect(canaries(0.5)).toEqual([5]);
    expect(canaries(10)).toEqual([4, 5]);
    expect(canaries(25)).toEqual([2, 4, 5, 9]);
    expect(canaries(50)).toEqual([2, 3, 4, 5, 9]);
  });

  test('for whole percents it is hash % 100 < percent, exactly', () => {
    void fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 0, max: 100 }), (id, percent) => {
        expect(bucketOf(id, '') < percent * 100).toBe(murmur3(utf8Encode(id)) % 100 < percent);
      }),
      { numRuns: 2_000 },
    );
  });
});

const ids = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 12 }), { maxLength: 40 });

const phases = fc
  .array(
    fc.record({
      percent: fc.double({ min: 0, max: 100, noNaN: true }),
      tags: fc.subarray(['eu', 'us', 'edge']),
      include: fc.subarray(['a', 'b', 'c']),
      observeSeconds: fc.nat(10),
      pause: fc.boolean(),
    }),
    { minLength: 1, maxLength: 6 },
  )
  .map((list) => list.sort((a, b) => a.percent - b.percent));

const planOf = (list: Plan['phases'], more: Partial<Plan> = {}): Plan => ({
  ...PRESETS[0].plan,
  phases: list,
  ...more,
});

test('a later phase never takes anybody out, whoever joins or leaves the fleet', () => {
  void fc.assert(
    fc.property(phases, ids, ids, fc.constantFrom('', 'ro_1'), fc.nat(3), (list, fleet, others, seed, minCanary) => {
      const plan = planOf(list, { minCanaryInstances: minCanary });
      const members = [...new Set([...fleet, 'a', 'b'])].map((instanceId, i) => ({
        instanceId,
        tags: i % 3 === 0 ? ['eu'] : [],
      }));
      let inside: string[] = [];
      let atLeast = 0;
      list.forEach((_, index) => {
        // What was stored for a phase stays; the floor of the next one is computed from whoever lives then.
        const fleetNow =
          index % 2 === 0 ? members.map((one) => one.instanceId) : [...members.map((one) => one.instanceId), ...others];
        const exposure = exposureOf(plan, index, { seed, instanceIds: fleetNow, atLeast });
        atLeast = exposure.thresholdBp;
        const now = members.filter((one) => isCandidate(exposure, seed, one)).map((one) => one.instanceId);
        expect(now).toEqual(expect.arrayContaining(inside));
        inside = now;
      });
    }),
  );
});

test('the floor exposes at least as many live instances as asked, or all there are', () => {
  void fc.assert(
    fc.property(ids, fc.nat(8), fc.double({ min: 0.01, max: 100, noNaN: true }), (instanceIds, minCanary, percent) => {
      const seed = 'ro_7';
      const threshold = thresholdBp(percent, { seed, instanceIds, minCanary });
      const exposed = instanceIds.filter((id) => bucketOf(id, seed) < threshold).length;
      expect(exposed).toBeGreaterThanOrEqual(
        Math.min(Math.round(percent * 100) === 0 ? 0 : minCanary, instanceIds.length),
      );
      expect(threshold).toBeLessThanOrEqual(BUCKETS);
    }),
  );
});

test('exclusion beats inclusion beats tags beats buckets, and each says so', () => {
  const exposure = { thresholdBp: 10_000, tags: ['eu'], include: ['x'], exclude: ['x', 'y'] };
  const why = (instanceId: string, tags: string[], changes = {}) =>
    explainCohort({ ...exposure, ...changes }, '', { instanceId, tags }).reason;
  expect(why('x', ['eu'])).toBe('excluded');
  expect(why('x', ['eu'], { exclude: [] })).toBe('included');
  expect(why('z', ['eu'])).toBe('tag');
  expect(why('z', [])).toBe('bucket');
  expect(why('z', [], { thresholdBp: 0 })).toBe('not yet');
});

test('the preview names everyone once, in the phase in which they enter', () => {
  const members = Array.from({ length: 10 }, (_, i) => ({ instanceId: `instance-${i}`, tags: [] }));
  const preview = previewPlan(PRESETS[0].plan, '', members);
  expect(preview.map(({ total }) => total)).toEqual([2, 4, 4, 9, 10]);
  expect(preview[0]?.enters).toEqual(['instance-4', 'instance-5']);
  expect(new Set(preview.flatMap(({ enters }) => enters)).size).toBe(10);
});

test('a plan that shrinks, exposes nobody or stops short is refused with the place', () => {
  const first = defined(PRESETS[0].plan.phases[0], 'a preset has phases');
  const issues = planIssues(
    planOf([
      { ...first, percent: 20 },
      { ...first, percent: 10 },
    ]),
  );
  expect(issues.map(({ path }) => path)).toEqual(['/phases/1/percent', '/phases/1/percent']);
  expect(planIssues(planOf([])).map(({ path }) => path)).toEqual(['/phases']);
  for (const { plan } of PRESETS) expect(planIssues(plan)).toEqual([]);
});

test('what is asked besides the fleet needs a name, an address and bounds that can be met', () => {
  const [{ plan }] = PRESETS;
  const issues = planIssues({
    ...plan,
    gate: {
      ...plan.gate,
      metrics: [{ name: 'errors', url: 'prometheus:9090', query: ' ', min: 2, max: 1 }],
      webhooks: [{ name: ' ', url: 'https://on-call.example/ok' }],
    },
  });
  expect(issues.map(({ path }) => path)).toEqual([
    '/gate/metrics/0',
    '/gate/metrics/0/query',
    '/gate/metrics/0/url',
    '/gate/webhooks/0/name',
  ]);
});
