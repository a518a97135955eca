import { beforeEach, expect, test } from 'vitest';
import { silentLog } from '../ports/log.ts';
import { ManualClock } from '../ports/manual-clock.ts';
import { DRILL_MS_MAX, Drills, FLUSH_DELAY_MS_MAX } from './drills.ts';

let clock: ManualClock;
let drills: Drills;
let isIsolated: boolean;
let delayMs: number;
let healed: number;

beforeEach(() => {
  clock = new ManualClock();
  [isIsolated, delayMs, healed] = [false, 0, 0];
  drills = new Drills({
    network: {
      isolate: (on) => {
        isIsolated = on;
      },
    },
    disk: {
      slowBy: (ms) => {
        delayMs = ms;
      },
    },
    clock,
    log: silentLog,
    onHealed: () => healed++,
  });
});

test('a member that is cut off comes back by itself', () => {
  expect(drills.take({ drill: 'isolate', forMs: 5_000 })).toEqual({ drill: 'began' });
  clock.advance(4_999);
  expect(isIsolated).toBe(true);
  clock.advance(1);
  expect({ isIsolated, healed }).toEqual({ isIsolated: false, healed: 1 });
});

test('healed early it does not heal again', () => {
  drills.take({ drill: 'slowDisk', forMs: 5_000, delayMs: 300 });
  expect(delayMs).toBe(300);
  expect(drills.take({ drill: 'heal' })).toEqual({ drill: 'healed' });
  clock.advance(10_000);
  expect({ delayMs, healed }).toEqual({ delayMs: 0, healed: 0 });
});

test('the next drill ends the one before', () => {
  drills.take({ drill: 'slowDisk', forMs: 5_000, delayMs: 300 });
  drills.take({ drill: 'isolate', forMs: 9_000 });
  expect({ delayMs, isIsolated }).toEqual({ delayMs: 0, isIsolated: true });
  clock.advance(5_000);
  expect(isIsolated, 'the clock of the first one is over too').toBe(true);
});

test.each([
  ['no drill at all', undefined],
  ['an unknown one', { drill: 'explode', forMs: 1 }],
  ['one without end', { drill: 'isolate' }],
  ['one that lasts too long', { drill: 'isolate', forMs: DRILL_MS_MAX + 1 }],
  ['no delay', { drill: 'slowDisk', forMs: 1_000 }],
  ['too long a delay', { drill: 'slowDisk', forMs: 1_000, delayMs: FLUSH_DELAY_MS_MAX + 1 }],
  ['half a millisecond', { drill: 'isolate', forMs: 0.5 }],
])('%s is refused, and nothing is done', (_name, message) => {
  expect(drills.take(message)).toMatchObject({ drill: 'refused' });
  expect({ isIsolated, delayMs }).toEqual({ isIsolated: false, delayMs: 0 });
});
