import { expect, test } from 'vitest';
import { parseMoment } from './moment.ts';

const at = (text: string): number => new Date(text).getTime();
const now = at('2026-11-21T14:30:00');

test('clock times are of today, or of yesterday when they have not come yet', () => {
  expect(parseMoment('14:02:07', now)).toBe(at('2026-11-21T14:02:07.999'));
  expect(parseMoment('14:02', now)).toBe(at('2026-11-21T14:02:59.999'));
  expect(parseMoment(' 23:59:00 ', now)).toBe(at('2026-11-20T23:59:00.999'));
  expect(parseMoment('2026-11-19 08:05', now)).toBe(at('2026-11-19T08:05:59.999'));
});

test('spans count back from now', () => {
  expect(parseMoment('90s', now)).toBe(now - 90_000);
  expect(parseMoment('-5m', now)).toBe(now - 300_000);
  expect(parseMoment('2 h ago', now)).toBe(now - 7_200_000);
});

test('what is no moment is none', () => {
  for (const text of ['', '14', '1234', '25:00', '14:60', 'soon', '5 weeks'])
    expect(parseMoment(text, now)).toBeUndefined();
});
