import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MARGIN, type Placement, place } from './floating.layout.ts';

const WINDOW = { width: 1_000, height: 800 };
const BELOW: Placement = { side: 'bottom', align: 'start', gap: 4 };

test('a list stands below its button, its left edge under the button’s', () => {
  const placed = place({ left: 100, top: 50, width: 40, height: 20 }, { width: 200, height: 300 }, WINDOW, BELOW);
  expect(placed).toEqual({ left: 100, top: 74, maxHeight: 800 - 50 - 20 - MARGIN - 4 });
});

test('it stands above where there is too little room below and more above', () => {
  const placed = place({ left: 100, top: 700, width: 40, height: 20 }, { width: 200, height: 300 }, WINDOW, BELOW);
  expect(placed.top).toBe(700 - 4 - 300);
});

test('a list longer than the room is as high as the room, so that it scrolls', () => {
  const placed = place({ left: 100, top: 300, width: 40, height: 20 }, { width: 200, height: 5_000 }, WINDOW, BELOW);
  expect(placed.top + placed.maxHeight).toBe(800 - MARGIN);
});

test('aligned at the end, the right edges meet', () => {
  const anchor = { left: 900, top: 50, width: 60, height: 20 };
  expect(place(anchor, { width: 200, height: 100 }, WINDOW, { ...BELOW, align: 'end' }).left).toBe(760);
});

test('whatever fits is inside the window, wherever the anchor is', () => {
  const box = fc.record({
    left: fc.integer({ min: -200, max: 1_200 }),
    top: fc.integer({ min: -200, max: 1_000 }),
    width: fc.integer({ min: 0, max: 400 }),
    height: fc.integer({ min: 0, max: 100 }),
  });
  const size = fc.record({ width: fc.integer({ min: 1, max: 900 }), height: fc.integer({ min: 1, max: 700 }) });
  const placement = fc.record({
    side: fc.constantFrom('top' as const, 'right' as const, 'bottom' as const, 'left' as const),
    align: fc.constantFrom('start' as const, 'center' as const, 'end' as const),
    gap: fc.integer({ min: 0, max: 12 }),
  });
  fc.assert(
    fc.property(box, size, placement, (anchor, own, how) => {
      const { left, top, maxHeight } = place(anchor, own, WINDOW, how);
      expect(left).toBeGreaterThanOrEqual(MARGIN);
      expect(left + own.width).toBeLessThanOrEqual(WINDOW.width - MARGIN + 1e-9);
      expect(top).toBeGreaterThanOrEqual(MARGIN);
      expect(top + Math.min(own.height, maxHeight)).toBeLessThanOrEqual(WINDOW.height - MARGIN + 1e-9);
    }),
  );
});
