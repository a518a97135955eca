import { expect, test } from 'vitest';
import { type ChangeEvent, PREVIEW_BYTES } from '../../../lib/api/types.ts';
import { utf8Encode } from '../../../lib/base/bytes.ts';
import { previewOf } from './change-event.ts';
import { RECENT_EVENTS_MAX, RecentChanges } from './recent-changes.ts';
import { RevisionTimes, SAMPLES_MAX } from './revision-times.ts';

const event = (revision: number): ChangeEvent => ({ revision: String(revision), at: revision * 10 }) as ChangeEvent;

test('recent changes answer from any revision they reach back to, and say when they do not', () => {
  const recent = new RecentChanges(5);
  for (const revision of [6, 7, 7, 9]) recent.push(revision, event(revision));
  expect(recent.since(4)).toBeNull();
  expect(recent.since(5)?.map((e) => e.revision)).toEqual(['6', '7', '7', '9']);
  expect(recent.since(7)?.map((e) => e.revision)).toEqual(['9']);
  expect(recent.since(9)).toEqual([]);
  expect([5, 6, 7, 8, 9, 10].map((revision) => recent.timeOf(revision))).toEqual([null, 60, 70, null, 90, null]);
});

test('recent changes are bounded and let go of whole revisions', () => {
  const recent = new RecentChanges(0);
  for (let i = 1; i <= RECENT_EVENTS_MAX; i++) recent.push(Math.ceil(i / 2), event(Math.ceil(i / 2)));
  expect(recent.reachesBack).toBe(0);
  recent.push(1_000_000, event(1_000_000));
  expect(recent.reachesBack).toBe(1);
  expect(recent.since(1)).toHaveLength(RECENT_EVENTS_MAX - 1);
  for (let i = 1; i <= RECENT_EVENTS_MAX * 2; i++) recent.push(1_000_000 + i, event(1_000_000 + i));
  expect(recent.since(recent.reachesBack)).toHaveLength(RECENT_EVENTS_MAX);
});

test('times are bounded, thinned evenly, and none is claimed for what was not seen', () => {
  const times = new RevisionTimes();
  for (let i = 1; i <= 5_000; i++) times.note(i * 10, i * 1_000);
  expect(times.samples().length).toBeLessThanOrEqual(SAMPLES_MAX);
  expect(times.samples()[0]).toEqual({ revision: 10, at: 1_000 });
  expect(times.timeOf(10)).toBeNull();
  expect(times.timeOf(5)).toBeNull();
  expect(times.timeOf(1_000_000)).toBeNull();
  const at = times.timeOf(25_005) ?? 0;
  expect(at).toBeGreaterThanOrEqual(2_500_500);
  expect(at - 2_500_500).toBeLessThan(60_000);
});

test('the newest revision has its time at once, however close to the one before', () => {
  const times = new RevisionTimes();
  times.note(5, 1_000);
  times.note(6, 1_001);
  times.note(7, 1_002);
  expect(times.samples().at(-1)).toEqual({ revision: 7, at: 1_002 });
  expect(times.timeOf(7)).toBe(1_002);
});

test('a preview never cuts through a character, and is bytes where the value is', () => {
  expect(previewOf(utf8Encode('short'))).toBe('short');
  for (let pad = 0; pad < 4; pad++) {
    const text = `${'a'.repeat(PREVIEW_BYTES - 2 - pad)}${'😀'.repeat(5)}`;
    const preview = previewOf(utf8Encode(text));
    expect(typeof preview === 'string' && text.startsWith(preview)).toBe(true);
    expect(utf8Encode(String(preview)).length).toBeGreaterThan(PREVIEW_BYTES - 4);
  }
  expect(previewOf(new Uint8Array(500).fill(0xff))).toMatchObject({ base64: expect.any(String) });
});
