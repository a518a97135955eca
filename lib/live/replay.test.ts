import { expect, test } from 'vitest';
import type { ChangesPage, PastChange } from '../api/types.ts';
import { QUIET_MAX_MS, Replay, TICK_CHANGES_MAX, TICK_MS, UNKNOWN_GAP_MS } from './replay.ts';

const change = (revision: number, at: number | null, key = `k${revision}`): PastChange => ({
  revision: String(revision),
  type: 'put',
  key,
  createRevision: '1',
  version: '1',
  lease: null,
  valueBytes: 1,
  preview: 'x',
  at,
});

/** A store of changes behind a clock that moves by hand; pages of `pageRevisions`. */
function world(all: readonly PastChange[], { pageRevisions = 3, fail = false } = {}) {
  let now = 0;
  let tasks: { at: number; task: () => void }[] = [];
  const reads: { from: number; to: number }[] = [];
  const control = { fail };
  const newest = Number(all.at(-1)?.revision ?? 0);
  const replay = new Replay({
    read: async ({ from, to }): Promise<ChangesPage> => {
      if (control.fail) throw new Error('compacted');
      reads.push({ from, to });
      const last = Math.min(to, from + pageRevisions - 1);
      const changes = all.filter((one) => Number(one.revision) >= from && Number(one.revision) <= last);
      return { from: String(from), to: String(last), source: 'memory', changes };
    },
    newest: () => newest,
    now: () => now,
    after: (ms, task) => {
      const entry = { at: now + ms, task };
      tasks.push(entry);
      return () => {
        tasks = tasks.filter((one) => one !== entry);
      };
    },
  });
  const run = async (ms: number): Promise<void> => {
    for (const end = now + ms; now < end; ) {
      now += TICK_MS;
      for (let i = 0; i < 20; i++) await Promise.resolve();
      const due = tasks.filter((one) => one.at <= now);
      tasks = tasks.filter((one) => one.at > now);
      for (const { task } of due) task();
    }
  };
  const played = (): string[] =>
    [...replay.ring.since(0)].flatMap((row) => (row.kind === 'change' ? [String(row.event.key)] : []));
  return { replay, run, played, reads, control };
}

test('changes are played once, in order, in the rhythm in which they happened', async () => {
  const { replay, run, played } = world([change(11, 0), change(12, 1_000), change(13, 1_500), change(14, 60_000)]);
  replay.setSpeed(1);
  replay.start(10);
  await run(UNKNOWN_GAP_MS + TICK_MS);
  expect(played()).toEqual(['k11']);
  await run(800);
  expect(played()).toEqual(['k11']);
  await run(800);
  expect(played()).toEqual(['k11', 'k12', 'k13']);
  // A minute of silence is cut short.
  await run(QUIET_MAX_MS + 2 * TICK_MS);
  expect(played()).toEqual(['k11', 'k12', 'k13', 'k14']);
  await run(TICK_MS);
  expect(replay.state.get()).toMatchObject({ phase: 'ended', revision: 14 });
});

test('ten times the speed takes a tenth of the time', async () => {
  const all = Array.from({ length: 30 }, (_, i) => change(i + 1, i * 1_000));
  const slow = world(all);
  const quick = world(all);
  slow.replay.setSpeed(1);
  quick.replay.setSpeed(10);
  slow.replay.start(0);
  quick.replay.start(0);
  await slow.run(3_000);
  await quick.run(3_000);
  expect(slow.replay.state.get().revision).toBeLessThanOrEqual(4);
  expect(quick.replay.state.get().revision).toBeGreaterThanOrEqual(28);
});

test('a revision is never split, not even by the bound of a tick', async () => {
  const many = Array.from({ length: TICK_CHANGES_MAX + 500 }, (_, i) => change(5, 0, `m${i}`));
  const { replay, run, played } = world([...many, change(6, 0, 'next')]);
  replay.setSpeed(100);
  replay.start(4);
  await run(TICK_MS);
  expect(played()).toHaveLength(TICK_CHANGES_MAX + 500);
  await run(2 * TICK_MS);
  expect(played().at(-1)).toBe('next');
});

test('while a page is being read nothing moves, and then it goes on', async () => {
  const { replay, run, played } = world(Array.from({ length: 50 }, (_, i) => change(i + 1, i * 10)));
  replay.start(0);
  await run(3 * TICK_MS);
  const thaw = replay.freeze();
  const before = played().length;
  await run(1_000);
  expect(played()).toHaveLength(before);
  thaw();
  thaw();
  await run(2_000);
  expect(played()).toHaveLength(50);
});

test('paused it stays, resumed it goes on where it was', async () => {
  const { replay, run, played } = world(Array.from({ length: 20 }, (_, i) => change(i + 1, i * 1_000)));
  replay.setSpeed(1);
  replay.start(0);
  await run(2_500);
  replay.pause();
  const before = played();
  await run(5_000);
  expect(played()).toEqual(before);
  replay.setSpeed(100);
  replay.resume();
  await run(2_000);
  expect(played()).toEqual(Array.from({ length: 20 }, (_, i) => `k${i + 1}`));
});

test('a failed read says why, and trying again goes on without losing a change', async () => {
  const { replay, run, played, control } = world([change(1, null), change(2, null)], { fail: true });
  replay.start(0);
  await run(TICK_MS);
  expect(replay.state.get()).toMatchObject({ phase: 'failed', error: 'compacted' });
  control.fail = false;
  replay.resume();
  await run(1_000);
  expect(played()).toEqual(['k1', 'k2']);
});

test('another start is another ring, and what an old read brings is dropped', async () => {
  const { replay, run, played } = world(Array.from({ length: 9 }, (_, i) => change(i + 1, 0)));
  replay.start(0);
  replay.start(6);
  await run(1_000);
  expect(played()).toEqual(['k7', 'k8', 'k9']);
});
