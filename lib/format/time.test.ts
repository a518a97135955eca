import { expect, test } from 'vitest';
import { agoText, clockMillis, durationText, momentText } from './time.ts';

const noon = new Date(2026, 10, 21, 12, 3, 4, 56).getTime();

test('a moment of today is a clock time, one of another day brings its day', () => {
  expect(momentText(noon, noon + 1_000)).toBe('12:03:04');
  expect(momentText(noon, noon + 86_400_000)).toBe('2026-11-21 12:03:04');
  expect(clockMillis(noon)).toBe('12:03:04.056');
});

test('spans show at most two units', () => {
  expect(durationText(850)).toBe('850 ms');
  expect(durationText(4_200)).toBe('4.2 s');
  expect(durationText(5_000)).toBe('5 s');
  expect(durationText(59_600)).toBe('1 min');
  expect(durationText(185_000)).toBe('3 min 5 s');
  expect(durationText(7_800_000)).toBe('2 h 10 min');
  expect(durationText(273_600_000)).toBe('3 d 4 h');
});

test('an age is one unit, and a clock that runs ahead is "now", never negative', () => {
  expect(agoText(noon, noon + 400)).toBe('now');
  expect(agoText(noon + 5_000, noon)).toBe('now');
  expect(agoText(noon, noon + 61_000)).toBe('1 min ago');
  expect(agoText(noon, noon + 2 * 86_400_000)).toBe('2 d ago');
});
