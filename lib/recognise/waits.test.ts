import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CIRCLES_MAX, circlesOf, type Line, waitsOf } from './waits.ts';

const line = (lock: string, ...leases: readonly (string | null)[]): Line => ({ lock, leases });
const circles = (...lines: readonly Line[]) =>
  circlesOf(waitsOf(lines)).map((circle) => circle.map(({ waiter, lock }) => `${waiter}→${lock}`));

test('who stands in line waits for the one before it; who lost its lease is not known', () => {
  expect(waitsOf([line('a', 'p', 'q', 'r')])).toEqual([
    { waiter: 'q', lock: 'a', behind: 'p', holder: 'p', place: 1 },
    { waiter: 'r', lock: 'a', behind: 'q', holder: 'p', place: 2 },
  ]);
  expect(waitsOf([line('a', null, 'q')])).toEqual([]);
});

test('two that hold what the other waits for are a circle, whoever waits behind them is not in it', () => {
  expect(circles(line('a', 'p', 'q', 'r'), line('b', 'q', 'p'))).toEqual([['q→a', 'p→b']]);
});

test('a circle through the middle of a line is one too', () => {
  expect(circles(line('a', 'x', 'p', 'q'), line('b', 'q', 'p'))).toEqual([['p→b', 'q→a']]);
});

test('a line alone is none, and two circles are two', () => {
  expect(circles(line('a', 'p', 'q'), line('b', 'r', 'p'))).toEqual([]);
  expect(circles(line('a', 'p', 'q'), line('b', 'q', 'p'), line('c', 'r', 's'), line('d', 's', 'r'))).toHaveLength(2);
});

test('a circle is found exactly when somebody can be reached from itself', () => {
  const program = fc.constantFrom('p', 'q', 'r', 's', 't');
  const lines = fc.array(fc.uniqueArray(program, { minLength: 1, maxLength: 4 }), { maxLength: 6 });
  fc.assert(
    fc.property(lines, (all) => {
      const waits = waitsOf(all.map((leases, at) => line(`l${at}`, ...leases)));
      const found = circlesOf(waits);
      for (const circle of found) {
        circle.forEach((wait, at) => {
          expect(wait.behind).toBe(circle[(at + 1) % circle.length]?.waiter);
        });
      }
      // The naive way: does following the waits from somebody ever lead back?
      const reaches = (from: string): boolean => {
        const seen = new Set<string>();
        const go = (at: string): boolean =>
          waits.some(({ waiter, behind }) => {
            if (waiter !== at) return false;
            if (behind === from) return true;
            if (seen.has(behind)) return false;
            seen.add(behind);
            return go(behind);
          });
        return go(from);
      };
      expect(found.length > 0).toBe(waits.some(({ waiter }) => reaches(waiter)));
    }),
  );
});

test('a thousand waiters behind a deadlock are not in it, and of very many deadlocks the first are told', () => {
  const tail = Array.from({ length: 1_000 }, (_, at) => `t${at}`);
  expect(circles(line('a', 'p', 'q', ...tail), line('b', 'q', 'p'))).toEqual([['q→a', 'p→b']]);
  const pairs = Array.from({ length: CIRCLES_MAX + 5 }, (_, at) => [
    line(`x${at}`, `p${at}`, `q${at}`),
    line(`y${at}`, `q${at}`, `p${at}`),
  ]);
  expect(circles(...pairs.flat())).toHaveLength(CIRCLES_MAX);
});
