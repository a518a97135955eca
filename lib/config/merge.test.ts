import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bumped, growthWarnings, isSecretPath, semanticDiff, suggestedBump } from './diff.ts';
import { canonicalJson, type Json, type JsonObject, leavesOf, sameJson, splitPointer, unfit, valueAt } from './json.ts';
import { effective, type LayerContent, mergePatch } from './merge.ts';
import { overlapWith, TOUCHED_MAX, touchedPaths } from './overlap.ts';
import { covers, layerOf, layersOf, meet, parseTarget } from './target.ts';

const layer = (target: string, content: JsonObject, locked: string[] = []): LayerContent => ({
  target,
  releaseId: `r-${target}`,
  content,
  locked,
});

const json = fc.letrec<{ value: Json; object: JsonObject }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom<Json>(null, true, 0, 1, 'x', 'y'),
    fc.array(fc.constantFrom<Json>(1, 'a'), { maxLength: 2 }),
    tie('object'),
  ),
  object: fc.dictionary(fc.constantFrom('a', 'b', 'c/d', '~'), tie('value'), { maxKeys: 4 }),
})).object;

describe('RFC 7396', () => {
  test.each<[Json, Json, Json]>([
    [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
    [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
    [{ a: 'b' }, { a: null }, {}],
    [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
    [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
    [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
    [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
    [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
    [
      ['a', 'b'],
      ['c', 'd'],
      ['c', 'd'],
    ],
    [{ a: 'b' }, ['c'], ['c']],
    [{ a: 'foo' }, null, null],
    [{ a: 'foo' }, 'bar', 'bar'],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [[1, 2], { a: 'b', c: null }, { a: 'b' }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ])('%j patched with %j is %j', (target, patch, result) => expect(mergePatch(target, patch)).toEqual(result));
});

test('the layers merge as patches do, and every leaf knows the layer it came from', () => {
  void fc.assert(
    fc.property(fc.array(json, { minLength: 1, maxLength: 4 }), (contents) => {
      const layers = contents.map((content, i) => layer(`l${i}`, content));
      const { value, provenance } = effective(layers);
      const naive = contents.reduce<Json>((merged, content) => mergePatch(merged, content), {});
      expect(canonicalJson(value)).toBe(canonicalJson(naive));
      const leaves = [...leavesOf(value)].filter(([path]) => path !== '');
      expect(
        Object.keys(provenance)
          .filter((path) => path !== '')
          .sort(),
      ).toEqual(leaves.map(([path]) => path).sort());
      for (const [path, leaf] of leaves) {
        const from = layers.find(({ target }) => target === provenance[path]?.target);
        const own = from === undefined ? undefined : valueAt(from.content, path);
        if (!(typeof leaf === 'object' && leaf !== null && Object.keys(leaf).length === 0)) expect(own).toEqual(leaf);
      }
    }),
    { numRuns: 500 },
  );
});

test('a narrower layer may not touch what a wider one locked, nor what holds it', () => {
  const global = layer('g', { tls: { min: '1.2', max: '1.3' } }, ['/tls/min']);
  const paths = (content: JsonObject) =>
    effective([global, layer('g/app', content)]).violations.map(({ path }) => path);
  expect(paths({ tls: { min: '1.0' } })).toEqual(['/tls/min']);
  expect(paths({ tls: { min: null } })).toEqual(['/tls/min']);
  expect(paths({ tls: null })).toEqual(['/tls']);
  expect(paths({ tls: 'none' })).toEqual(['/tls']);
  expect(paths({ tls: { min: {} } }), 'an empty object in place of a value').toEqual(['/tls/min']);
  expect(paths({ tls: {} }), 'merged into an object it changes nothing').toEqual([]);
  expect(paths({ tls: { max: '1.2' }, other: 1 })).toEqual([]);
  expect(
    effective([layer('g', {}), layer('g/app', { tls: 1 }, ['/tls'])]).violations,
    'a layer may change what it locks itself',
  ).toEqual([]);
});

const pointer = fc.constantFrom('/a', '/b', '/a/b', '/c~1d', '/a/c~1d/b', '/~0');

test('whatever the layers say, what a layer locks is as it left it, or the violation is named with who did it', () => {
  void fc.assert(
    fc.property(fc.array(json, { minLength: 2, maxLength: 4 }), pointer, fc.nat(2), (contents, locked, at) => {
      const locker = Math.min(at, contents.length - 2);
      const layers = contents.map((content, i) => layer(`l${i}`, content, i === locker ? [locked] : []));
      const { value, violations } = effective(layers);
      const asLeft = valueAt(effective(layers.slice(0, locker + 1)).value, locked);
      const isSame = canonicalJson(valueAt(value, locked) ?? null) === canonicalJson(asLeft ?? null);
      if (!isSame) expect(violations.length, 'a change of it is a violation').toBeGreaterThan(0);
      for (const { path, target, lockedBy } of violations) {
        expect(lockedBy).toBe(`l${locker}`);
        expect(Number(target.slice(1)), 'a layer may change what it locks itself').toBeGreaterThan(locker);
        expect(locked === path || locked.startsWith(`${path}/`), `${path} holds ${locked}`).toBe(true);
      }
    }),
    { numRuns: 2_000 },
  );
});

test('applying the differences leads from one document to the other', () => {
  void fc.assert(
    fc.property(json, json, (before, after) => {
      const changes = semanticDiff(before, after);
      expect(changes.length === 0).toBe(sameJson(before, after));
      for (const { path, kind, before: old, after: now } of changes) {
        if (kind !== 'added') expect(valueAt(before, path)).toEqual(old);
        if (kind !== 'removed') expect(valueAt(after, path)).toEqual(now);
      }
      expect(new Set(changes.map(({ path }) => path)).size).toBe(changes.length);
    }),
    { numRuns: 500 },
  );
});

test('the version grows with what a program may rely on', () => {
  const bump = (before: Json, after: Json) => suggestedBump(semanticDiff(before, after));
  expect(bump({ a: 1 }, { a: 1 })).toBe(null);
  expect(bump({ a: 1 }, { a: 2 })).toBe('patch');
  expect(bump({ a: 1 }, { a: 1, b: 1 })).toBe('minor');
  expect(bump({ a: 1, b: 1 }, { a: 2 })).toBe('major');
  expect(bump({ a: 1 }, { a: '1' })).toBe('major');
  expect([bumped('1.4.2', 'major'), bumped('1.4.2', 'minor'), bumped('1.4.2', 'patch')]).toEqual([
    '2.0.0',
    '1.5.0',
    '1.4.3',
  ]);
});

test('a list that grows by half is worth a sentence', () => {
  const before = { features: Array.from({ length: 10 }, (_, i) => i) };
  const after = { features: Array.from({ length: 20 }, (_, i) => i) };
  expect(growthWarnings(before, after, semanticDiff(before, after))).toEqual(['/features grows from 10 to 20 items']);
  expect(isSecretPath('/db/password')).toBe(true);
  expect(isSecretPath('/db/apiKey')).toBe(true);
  expect(isSecretPath('/monkey')).toBe(false);
});

test('canonical text does not depend on the order of keys', () => {
  expect(canonicalJson({ b: [1, { d: null, c: 'é' }], a: -0 })).toBe('{"a":0,"b":[1,{"c":"é","d":null}]}');
});

test('pointers escape and unescape, and malformed ones are none', () => {
  expect(splitPointer('/a~1b/~0')).toEqual(['a/b', '~']);
  expect(splitPointer('a')).toBeUndefined();
  expect(splitPointer('/a~2')).toBeUndefined();
});

test('what no application should read is refused with its place', () => {
  expect(unfit(JSON.parse('{"a":{"__proto__":1}}'))?.path).toBe('/a/__proto__');
  expect(unfit({ a: ['\ud800'] })?.path).toBe('/a/0');
  let deep: Json = 1;
  for (let i = 0; i < 70; i++) deep = { a: deep };
  expect(unfit(deep)?.message).toContain('deeper');
});

test('targets are prefixes of the places they reach', () => {
  expect(parseTarget('settings/shop/prod/web').ok).toBe(true);
  expect(parseTarget('settings/Shop').ok).toBe(false);
  expect(parseTarget('a/b/c/d/e').ok).toBe(false);
  expect(layersOf('settings/shop/prod')).toEqual(['settings', 'settings/shop', 'settings/shop/prod']);
  expect(layerOf('settings')).toBe('global');
  expect(covers('settings/shop', 'settings/shopping')).toBe(false);
  expect([meet('settings', 'settings/shop'), meet('settings/shop', 'settings/bank')]).toEqual([true, false]);
});

describe('overlap', () => {
  const active = { rollouts: [{ rolloutId: 'ro1', target: 's/shop', touched: ['/db/port'] }] };
  const over = (target: string, ...touched: string[]) => overlapWith(active, { target, touched })?.path;

  test('two rollouts overlap when an instance reads both and their paths nest', () => {
    expect(over('s/shop/prod', '/db/port')).toBe('/db/port');
    expect(over('s/shop/prod', '/db')).toBe('/db');
    expect(over('s', '/db/port/x')).toBe('/db/port/x');
    expect(over('s/shop/prod', '/db/host')).toBeUndefined();
    expect(over('s/bank', '/db/port')).toBeUndefined();
    expect(over('s/shop', '/other'), 'one assignment holds one candidate').toBe('');
  });

  test('claiming fewer paths never claims less', () => {
    const paths = Array.from({ length: TOUCHED_MAX * 2 }, (_, i) => `/a/${i % 7}/${i}`);
    const claimed = touchedPaths(paths);
    expect(claimed.length).toBeLessThanOrEqual(TOUCHED_MAX);
    for (const path of paths) expect(claimed.some((one) => path === one || path.startsWith(`${one}/`))).toBe(true);
  });
});
