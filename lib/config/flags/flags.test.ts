import { describe, expect, test } from 'vitest';
import type { Json, JsonObject } from '../json.ts';
import { satisfies, unmet } from '../version-range.ts';
import { readFlagSet } from './definition.ts';
import { evaluateFlag } from './evaluate.ts';
import { OPERATORS, run } from './json-logic.ts';

const flag = (targeting: Json, more: JsonObject = {}): JsonObject => ({
  state: 'ENABLED',
  variants: { lower: 'low', upper: 'high' },
  defaultVariant: 'lower',
  targeting,
  ...more,
});

function evaluate(content: JsonObject, context: JsonObject, key = 'f') {
  const set = readFlagSet(content);
  if (!set.ok) throw new Error(JSON.stringify(set.error));
  return evaluateFlag({ set: set.value, key, context, timestamp: 1_700_000_000 });
}

const logic = (rule: Json, data: Json = {}) =>
  run(rule, { data, flagKey: 'f', targetingKey: null, trace: () => undefined, budget: { left: 10_000 } });

describe('JsonLogic', () => {
  test.each<[Json, Json, Json]>([
    [{ '==': [1, '1'] }, {}, true],
    [{ '===': [1, '1'] }, {}, false],
    [{ '<': [1, 2, 3] }, {}, true],
    [{ '<=': [1, 1, 0] }, {}, false],
    [{ '!': [[]] }, {}, true],
    [{ '!!': '0' }, {}, true],
    [{ and: [1, 0, 2] }, {}, 0],
    [{ or: [0, 'a', 2] }, {}, 'a'],
    [{ if: [false, 1, true, 2, 3] }, {}, 2],
    [{ if: [false, 1] }, {}, null],
    [{ var: 'a.b' }, { a: { b: 7 } }, 7],
    [{ var: ['x', 9] }, {}, 9],
    [{ var: 'constructor' }, {}, null],
    [{ var: '' }, 5, 5],
    [{ missing: ['a', 'b'] }, { a: 1 }, ['b']],
    [{ missing_some: [1, ['a', 'b']] }, { a: 1 }, []],
    [{ in: ['a', 'bar'] }, {}, true],
    [{ in: ['x', ['x', 'y']] }, {}, true],
    [{ cat: ['a', 1, null] }, {}, 'a1'],
    [{ substr: ['jsonlogic', -5] }, {}, 'logic'],
    [{ substr: ['jsonlogic', 1, -5] }, {}, 'son'],
    [{ '%': [101, 2] }, {}, 1],
    [{ '-': [2] }, {}, -2],
    [{ '+': [1, '2', 3] }, {}, 6],
    [{ '/': [1, 0] }, {}, null],
    [{ max: [1, 5, 2] }, {}, 5],
    [{ merge: [[1], 2, [3]] }, {}, [1, 2, 3]],
    [{ map: [[1, 2], { '*': [{ var: '' }, 2] }] }, {}, [2, 4]],
    [{ filter: [{ var: 'n' }, { '>': [{ var: '' }, 1] }] }, { n: [1, 2, 3] }, [2, 3]],
    [{ all: [[], true] }, {}, false],
    [{ some: [[0, 1], { var: '' }] }, {}, true],
    [{ none: [[0], { var: '' }] }, {}, true],
    [{ reduce: [[1, 2, 3], { '+': [{ var: 'current' }, { var: 'accumulator' }] }, 0] }, {}, 6],
    [{ starts_with: ['user@faas.com', 'user@'] }, {}, true],
    [{ ends_with: [5, '5'] }, {}, null],
    [{ sem_ver: ['1.2.3', '>=', '1.2.0'] }, {}, true],
    [{ sem_ver: ['v1.0.0', '=', 'V1.0.0'] }, {}, true],
    [{ sem_ver: ['1.0', '=', '1.0.0'] }, {}, true],
    [{ sem_ver: [1.2, '=', '1.2.0'] }, {}, true],
    [{ sem_ver: ['1.0.0+a', '=', '1.0.0+b'] }, {}, true],
    [{ sem_ver: ['2.0.0.0', '=', '2.0.0'] }, {}, null],
    [{ sem_ver: ['2.0.0-alpha', '<', '2.0.0'] }, {}, true],
    [{ sem_ver: ['3.1.0', '^', '3.0.0'] }, {}, true],
    [{ sem_ver: ['3.1.0', '~', '3.0.0'] }, {}, false],
    [{ sem_ver: ['3.0.0', 'nope', '3.0.0'] }, {}, null],
  ])('%j of %j is %j', (rule, data, result) => expect(logic(rule, data)).toEqual(result));

  test('a rule that multiplies without end is refused, not obeyed', () => {
    const tens = Array.from({ length: 10 }, (_, i) => i);
    let rule: Json = 1;
    for (let i = 0; i < 6; i++) rule = { map: [tens, rule] };
    const content = { flags: { f: flag(rule) } };
    expect(evaluate(content, {})).toMatchObject({ ok: false, errorCode: 'GENERAL' });
  });

  test('prototype names are no operators', () => {
    expect(OPERATORS.has('constructor')).toBe(false);
    expect(logic({ constructor: ['x'] })).toBe(null);
  });
});

describe('fractional', () => {
  const half = { fractional: [{ var: 'targetingKey' }, ['lower', 50], ['upper', 50]] };
  test.each([
    ['ejOoVL', 'lower'],
    ['bY9fO-', 'lower'],
    ['SI7p-', 'lower'],
    ['6LvT0', 'upper'],
    ['ceQdGm', 'upper'],
  ])('flagd’s edge key %s is %s', (targetingKey, variant) => {
    expect(evaluate({ flags: { f: flag(half) } }, { targetingKey })).toMatchObject({
      ok: true,
      variant,
      reason: 'SPLIT',
    });
  });

  test('published buckets of a hundred', () => {
    const hundred = { fractional: [{ var: 'id' }, ...Array.from({ length: 100 }, (_, i) => [String(i), 1])] };
    const variants = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [String(i), i]));
    const bucket = (id: string) => evaluate({ flags: { f: flag(hundred, { variants, defaultVariant: '0' }) } }, { id });
    expect(bucket('jon@company.com')).toMatchObject({ value: 36 });
    expect(bucket('user1')).toMatchObject({ value: 76 });
  });

  test('without a key of its own it divides by flag key and targeting key', () => {
    const content = { flags: { f: flag({ fractional: [['lower'], ['upper']] }) } };
    const own = { flags: { f: flag({ fractional: [{ cat: ['f', { var: 'targetingKey' }] }, ['lower'], ['upper']] }) } };
    for (let i = 0; i < 50; i++) {
      const context = { targetingKey: `usér-${i}` };
      expect(evaluate(content, context)).toMatchObject({
        variant: (evaluate(own, context) as { variant: string }).variant,
      });
    }
  });

  test('misfits fall through to the default, and a missing targeting key is said', () => {
    expect(
      evaluate(
        {
          flags: {
            f: flag({
              fractional: [
                ['lower', 0],
                ['upper', 0],
              ],
            }),
          },
        },
        { targetingKey: 'a' },
      ),
    ).toMatchObject({ reason: 'DEFAULT', variant: 'lower' });
    expect(
      evaluate(
        {
          flags: {
            f: flag({
              fractional: [
                ['lower', -5],
                ['upper', 1],
              ],
            }),
          },
        },
        { targetingKey: 'a' },
      ),
    ).toMatchObject({ variant: 'upper' });
    expect(
      evaluate({ flags: { f: flag({ fractional: [{ var: 'email' }, ['lower'], ['upper']] }) } }, { targetingKey: 'a' }),
    ).toMatchObject({ reason: 'DEFAULT' });
    expect(evaluate({ flags: { f: flag({ fractional: [['lower'], ['upper']] }) } }, {})).toMatchObject({
      ok: false,
      errorCode: 'TARGETING_KEY_MISSING',
    });
  });
});

describe('a flag', () => {
  const content = {
    $evaluators: { staff: { ends_with: [{ var: 'email' }, '@quorate.example'] } },
    metadata: { flagSetId: 'shop', version: '1' },
    flags: {
      off: { ...flag(null), state: 'DISABLED' },
      plain: flag({}),
      own: { state: 'ENABLED', variants: { on: true, off: false }, defaultVariant: null, targeting: {} },
      staff: flag({ if: [{ $ref: 'staff' }, 'upper', null] }, { metadata: { version: '2' } }),
      bool: {
        state: 'ENABLED',
        variants: { true: 1, false: 0 },
        defaultVariant: 'false',
        targeting: { '>': [{ var: '$flagd.timestamp' }, 1] },
      },
      wrong: flag('nowhere'),
      list: flag([1]),
    },
  };
  test.each([
    ['off', { ok: true, reason: 'DISABLED' }],
    ['plain', { reason: 'STATIC', variant: 'lower', value: 'low' }],
    ['own', { reason: 'DEFAULT' }],
    ['staff', { reason: 'TARGETING_MATCH', variant: 'upper', metadata: { flagSetId: 'shop', version: '2' } }],
    ['bool', { variant: 'true', value: 1 }],
    ['wrong', { ok: false, errorCode: 'GENERAL' }],
    ['list', { ok: false, errorCode: 'GENERAL' }],
    ['absent', { ok: false, errorCode: 'FLAG_NOT_FOUND' }],
  ])('%s evaluates to %j', (key, expected) => {
    const result = evaluate(content, { email: 'ada@quorate.example' }, key);
    expect(result).toMatchObject(expected);
    if (key === 'off' || key === 'own') expect(result).not.toHaveProperty('value');
  });

  test('the explanation names the steps', () => {
    const { steps } = evaluate(content, { email: 'eve@elsewhere.example' }, 'staff');
    expect(steps.map(({ says }) => says)).toEqual([
      '"eve@elsewhere.example" does not end with "@quorate.example"',
      'the rule chose nothing',
    ]);
  });

  test('what is wrong with a definition is told with its place', () => {
    const result = readFlagSet({
      flags: {
        a: {
          state: 'ON',
          variants: { x: 1, y: 'z' },
          defaultVariant: 'q',
          targeting: { if: [{ $ref: 'none' }, { exec: [] }] },
        },
      },
    });
    expect(result.ok ? [] : result.error.map(({ path }) => path)).toEqual([
      '/flags/a/state',
      '/flags/a/variants',
      '/flags/a/defaultVariant',
      '/flags/a/targeting/if/0/$ref',
      '/flags/a/targeting/if/1/exec',
    ]);
  });
});

test.each([
  ['2.1.0-rc.1', '^2.0.0', true],
  ['1.4.0', '>=1.4 <2', true],
  ['2.0.0', '>=1.4 <2', false],
  ['0.3.0', '^0.2.0', false],
  ['0.2.9', '^0.2.0', true],
  ['1.9.0', '<1 || >=1.5', true],
  ['1.2.9', '~1.2.3', true],
  ['nonsense', '*', false],
  ['1.0.0', '*', true],
])('%s satisfies %s: %s', (version, range, result) => expect(satisfies(version, range)).toBe(result));

test('an unmet requirement says which', () => {
  expect(unmet({ app: '>=2' }, { appVersion: '1.0.0', clientVersion: '' })).toContain('requires application >=2');
  expect(unmet({}, { appVersion: '', clientVersion: '' })).toBeUndefined();
});
