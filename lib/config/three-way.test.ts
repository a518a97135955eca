import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalJson, type JsonObject } from './json.ts';
import { mergeThreeWays, type Side } from './three-way.ts';

const BASE = { db: { port: 1, host: 'a' }, list: [1], gone: true };

test('what one side changed is taken from it, what both changed alike once, what differs is a conflict', () => {
  const { document, differences, open } = mergeThreeWays({
    base: BASE,
    mine: { db: { port: 2, host: 'a' }, list: [1, 2], gone: true, both: 1 },
    theirs: { db: { port: 3, host: 'b' }, list: [1], both: 1 },
  });
  expect(differences.map(({ path, by }) => `${path} ${by}`)).toEqual([
    '/db/port conflict',
    '/db/host theirs',
    '/list mine',
    '/gone theirs',
    '/both both',
  ]);
  expect(open).toEqual(['/db/port']);
  expect(document).toEqual({ db: { port: 2, host: 'b' }, list: [1, 2], both: 1 });
});

test('a choice settles its conflict, a deletion included', () => {
  const versions = { base: { a: 1, b: 1 }, mine: { b: 2 }, theirs: { a: 2, b: 1 } };
  expect(mergeThreeWays(versions).open).toEqual(['/a']);
  const kept = mergeThreeWays(versions, new Map<string, Side>([['/a', 'theirs']]));
  expect([kept.document, kept.open]).toEqual([{ a: 2, b: 2 }, []]);
  const dropped = mergeThreeWays(versions, new Map<string, Side>([['/a', 'mine']]));
  expect([dropped.document, dropped.open]).toEqual([{ b: 2 }, []]);
});

test('two who put different objects where nothing was are merged inside', () => {
  const { document, open } = mergeThreeWays({ base: {}, mine: { new: { a: 1 } }, theirs: { new: { b: 2 } } });
  expect([document, open]).toEqual([{ new: { a: 1, b: 2 } }, []]);
});

/** Small alphabets, so that the sides meet. */
const leaf = fc.constantFrom(0, 1, 'x', null, true);
const documents: fc.Arbitrary<JsonObject> = fc.letrec<{ object: JsonObject }>((tie) => ({
  object: fc.dictionary(
    fc.constantFrom('a', 'b', 'c'),
    fc.oneof({ depthSize: 'small', withCrossShrink: true }, leaf, fc.array(leaf, { maxLength: 2 }), tie('object')),
    { maxKeys: 3, noNullPrototype: true },
  ) as fc.Arbitrary<JsonObject>,
})).object;

test('with an unchanged side the other one comes out', () => {
  fc.assert(
    fc.property(documents, documents, (base, other) => {
      expect(canonicalJson(mergeThreeWays({ base, mine: other, theirs: base }).document)).toBe(canonicalJson(other));
      expect(canonicalJson(mergeThreeWays({ base, mine: base, theirs: other }).document)).toBe(canonicalJson(other));
    }),
  );
});

test('swapping the sides swaps only who did it, and choices for all conflicts leave none', () => {
  fc.assert(
    fc.property(documents, documents, documents, (base, mine, theirs) => {
      const one = mergeThreeWays({ base, mine, theirs });
      const other = mergeThreeWays({ base, mine: theirs, theirs: mine });
      expect([...one.open].sort()).toEqual([...other.open].sort());
      const choose = (side: Side) => new Map(one.open.map((path) => [path, side]));
      const left = mergeThreeWays({ base, mine, theirs }, choose('theirs'));
      const right = mergeThreeWays({ base, mine: theirs, theirs: mine }, choose('mine'));
      expect(left.open).toEqual([]);
      expect(canonicalJson(left.document)).toBe(canonicalJson(right.document));
    }),
  );
});
