import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ConfigMark } from '../../lib/api/config-marks.ts';
import type { RevisionView } from '../../lib/api/types.ts';
import { HATCH_PX, layoutTrack, revisionAfterKey } from './revision-track.layout.ts';

const view = (current: number, compacted = 0, times: RevisionView['times'] = []): RevisionView => ({
  current: String(current),
  compacted: String(compacted),
  remembered: null,
  times,
});

test('a pixel leads to the revision that is drawn at it, and back', () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 400 }), fc.nat(1_000), fc.nat(400), (span, compacted, offset) => {
      const track = layoutTrack({
        view: view(compacted + span, compacted),
        leaderChanges: [],
        configMarks: [],
        drills: [],
        width: 900,
      });
      const revision = Math.min(track.current, track.oldest + offset);
      expect(track.revisionAt(track.xOf(revision))).toBe(revision);
    }),
  );
});

test('no pixel leads to a revision that compaction took', () => {
  const track = layoutTrack({ view: view(18_204, 12_000), leaderChanges: [], configMarks: [], drills: [], width: 900 });
  expect(track.hatchedTo).toBe(HATCH_PX);
  expect(track.revisionAt(0)).toBe(12_000);
  expect(track.revisionAt(900)).toBe(18_204);
});

test('a fresh store has one revision, at the live end', () => {
  const track = layoutTrack({ view: view(1), leaderChanges: [], configMarks: [], drills: [], width: 900 });
  expect(track.hatchedTo).toBe(0);
  expect(track.xOf(1)).toBe(900);
  expect(track.revisionAt(450)).toBe(1);
});

test('a leader change from before the compaction is not drawn among what is left', () => {
  const change = {
    at: 0,
    term: '2',
    leaderId: 'a',
    leaderName: 'm1',
    leaderlessMs: null,
    leaderlessMsMax: null,
    unseenTerms: 0,
  };
  const track = layoutTrack({
    view: view(200, 100),
    leaderChanges: [
      { ...change, revision: '50' },
      { ...change, revision: '150' },
    ],
    configMarks: [],
    drills: [],
    width: 800,
  });
  expect(track.marks.map((mark) => mark.change.revision)).toEqual(['150']);
});

test('time ticks keep their distance', () => {
  const noon = new Date(2026, 10, 21, 12, 0, 0).getTime();
  const times = Array.from({ length: 100 }, (_, index) => ({
    revision: String(index * 10 + 1),
    at: noon + index * 60_000,
  }));
  const { ticks } = layoutTrack({
    view: view(991, 0, times),
    leaderChanges: [],
    configMarks: [],
    drills: [],
    width: 700,
  });
  expect(ticks.length).toBeGreaterThan(2);
  ticks.slice(1).forEach((tick, index) => {
    expect(tick.x - (ticks[index]?.x ?? 0)).toBeGreaterThanOrEqual(72);
  });
  expect(ticks[0]?.label).toMatch(/^\d\d:\d\d$/);
});

test('keys move by one, by a tenth and to the ends, and never past them', () => {
  const track = { oldest: 100, current: 300 };
  expect(revisionAfterKey('ArrowLeft', 300, track)).toBe(299);
  expect(revisionAfterKey('PageDown', 110, track)).toBe(100);
  expect(revisionAfterKey('End', 110, track)).toBe(300);
  expect(revisionAfterKey('x', 110, track)).toBeNull();
});

test('releases close to each other are one spot, and those that compaction took are not drawn', () => {
  const mark = (revision: number): ConfigMark => ({
    ...{ revision: String(revision), at: 0, target: 'shop', semver: '1.0.0', by: 'ada' },
    ...{ kind: 'published', rolloutId: null, state: null },
  });
  const track = layoutTrack({
    view: view(1_000, 100),
    leaderChanges: [],
    drills: [],
    configMarks: [50, 200, 202, 800].map(mark),
    width: 900,
  });
  expect(track.spots.map(({ marks }) => marks.map(({ revision }) => revision))).toEqual([['200', '202'], ['800']]);
});

test('a drill is drawn from where it began to where it ended, or to now, and never off the track', () => {
  const drill = { text: 'm2 was paused', startedAt: 1, endedAt: 2 };
  const { drills, xOf } = layoutTrack({
    view: view(1_000, 100),
    leaderChanges: [],
    configMarks: [],
    drills: [
      { ...drill, fromRevision: '10', toRevision: '90' },
      { ...drill, fromRevision: '50', toRevision: '200' },
      { ...drill, fromRevision: '500', toRevision: '500' },
      { ...drill, endedAt: null, fromRevision: '1000', toRevision: null },
    ],
    width: 800,
  });
  expect(drills.map(({ drill: { fromRevision } }) => fromRevision)).toEqual(['50', '500', '1000']);
  expect(drills[0]?.width).toBeCloseTo(xOf(200) - xOf(100));
  for (const { x, width } of drills) {
    expect(width).toBeGreaterThan(0);
    expect(x + width).toBeLessThanOrEqual(800);
  }
});
