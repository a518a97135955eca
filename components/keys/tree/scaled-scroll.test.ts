import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ScaledScroll, SPACER_PX_MAX } from './scaled-scroll.ts';

const VIEW = 600;

function scroller(rows: number): ScaledScroll {
  const scroll = new ScaledScroll();
  scroll.resize(rows * 24, VIEW);
  return scroll;
}

test('lists that fit are scrolled one to one', () => {
  const scroll = scroller(100_000);
  scroll.scrolled(123_456);
  expect(scroll.virtual).toBe(123_456);
  expect(scroll.rowTop(10, 24)).toBe(240);
});

test('a wheel step moves the rows by exactly that step, however long the list', () => {
  const scroll = scroller(1_000_000);
  scroll.scrolled(scroll.moveTo(9_000_000));
  const before = scroll.virtual;
  scroll.scrolled(scroll.physical + 120);
  expect(scroll.virtual - before).toBeCloseTo(120);
});

test('both ends meet and the rows on screen lie inside the spacer, wherever one scrolls', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.integer({ min: -900, max: 900 }), fc.nat(SPACER_PX_MAX)), { maxLength: 60 }),
      (moves) => {
        const scroll = scroller(1_000_000);
        let top = 0;
        for (const move of moves) {
          top = Math.min(SPACER_PX_MAX - VIEW, Math.max(0, Math.abs(move) <= 900 ? top + move : move));
          scroll.scrolled(top);
          if (top === 0) expect(scroll.virtual).toBe(0);
          if (top === SPACER_PX_MAX - VIEW) expect(scroll.virtual).toBe(24_000_000 - VIEW);
          const first = Math.floor(scroll.virtual / 24);
          expect(scroll.rowTop(first, 24)).toBeLessThanOrEqual(top);
          expect(scroll.rowTop(first, 24)).toBeGreaterThan(top - 24.001);
        }
      },
    ),
  );
});

test('the thumb rests in proportion, so small steps always have room', () => {
  const scroll = scroller(1_000_000);
  scroll.moveTo(12_000_000);
  expect(scroll.rest() / (SPACER_PX_MAX - VIEW)).toBeCloseTo(12_000_000 / (24_000_000 - VIEW), 6);
});

test('a list that shrinks pulls the position back to its new end', () => {
  const scroll = scroller(1000);
  scroll.scrolled(20_000);
  scroll.resize(50 * 24, VIEW);
  expect(scroll.virtual).toBe(50 * 24 - VIEW);
});
