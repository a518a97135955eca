import { expect, test } from 'vitest';
import { silentLog } from '../ports/log.ts';
import { ManualClock } from '../ports/manual-clock.ts';
import { type AutoCompaction, startAutoCompaction } from './auto-compaction.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** A store whose revision grows by one a minute, and what was compacted when (minutes). */
function world(setting: AutoCompaction) {
  const clock = new ManualClock();
  const compactions: [minute: number, revision: number][] = [];
  const state = { isLeader: true, failing: false };
  const minute = () => Math.floor(clock.now() / MINUTE);
  const compactor = startAutoCompaction(setting, {
    clock,
    log: silentLog,
    isLeader: () => state.isLeader,
    revision: () => 1 + minute(),
    compact: async (revision) => {
      if (state.failing) throw new Error('no leader');
      compactions.push([minute(), revision]);
      return true;
    },
  });
  /** Minute by minute, so that promises settle in between. */
  const run = async (minutes: number): Promise<void> => {
    for (let i = 0; i < minutes * 2; i++) {
      clock.advance(MINUTE / 2);
      await Promise.resolve();
      await Promise.resolve();
    }
  };
  return { clock, compactions, state, compactor, run };
}

test('a short retention compacts once per retention what is older than it', async () => {
  const { compactions, run } = world({ mode: 'periodic', retentionMs: 10 * MINUTE });
  await run(35);
  expect(compactions).toEqual([
    [10, 1],
    [20, 11],
    [30, 21],
  ]);
});

test('a long retention waits for itself first, then compacts every hour', async () => {
  const { compactions, run } = world({ mode: 'periodic', retentionMs: 5 * HOUR });
  await run(7 * 60 + 30);
  expect(compactions).toEqual([
    [300, 1],
    [360, 61],
    [420, 121],
  ]);
});

test('only the leader compacts, a new one at once with the history it followed', async () => {
  const { compactions, state, run } = world({ mode: 'periodic', retentionMs: 10 * MINUTE });
  state.isLeader = false;
  await run(25);
  expect(compactions).toEqual([]);
  state.isLeader = true;
  await run(1);
  expect(compactions).toEqual([[26, 17]]);
});

test('what failed is tried again at the next look', async () => {
  const { compactions, state, run } = world({ mode: 'periodic', retentionMs: 10 * MINUTE });
  state.failing = true;
  await run(11);
  state.failing = false;
  await run(2);
  expect(compactions).toEqual([[12, 3]]);
});

test('by revisions, the last ones are kept, looked at every five minutes', async () => {
  const { compactions, run, compactor } = world({ mode: 'revision', revisions: 7 });
  await run(16);
  expect(compactions).toEqual([
    [10, 4],
    [15, 9],
  ]);
  compactor.stop();
  await run(60);
  expect(compactions).toHaveLength(2);
});

test('switched off, nothing happens', async () => {
  const { compactions, run } = world({ mode: 'off' });
  await run(600);
  expect(compactions).toEqual([]);
});
