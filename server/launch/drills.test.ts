import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { DrillChange, DrillOrder } from '../console/drills/supervisor.ts';
import { type DrilledMember, MemberDrills } from './drills.ts';

/** A member that does as it is told, or not. */
class FakeMember implements DrilledMember {
  readonly name: string;
  pid: number | undefined = 4_242;
  readonly done: string[] = [];
  answer: unknown = { drill: 'began' };
  #onExit: () => void = () => undefined;
  #onAnswer: (answer: unknown) => void = () => undefined;

  constructor(name: string) {
    this.name = name;
  }

  holdDown(untilMs: number): void {
    this.done.push(`down until ${untilMs}`);
    this.pid = undefined;
    this.#onExit();
  }
  letUp(): void {
    this.done.push('up');
    this.pid = 4_243;
  }
  async order(message: object): Promise<unknown> {
    this.done.push(JSON.stringify(message));
    return this.answer;
  }
  onAnswer(listener: (answer: unknown) => void): void {
    this.#onAnswer = listener;
  }
  onExit(listener: () => void): void {
    this.#onExit = listener;
  }
  say(answer: unknown): void {
    this.#onAnswer(answer);
  }
  die(): void {
    this.#onExit();
  }
}

let m1: FakeMember;
let drills: MemberDrills;
let changes: string[];
const order = (more: Partial<DrillOrder> = {}): DrillOrder => ({
  kind: 'isolate',
  member: 'm1',
  forMs: 5_000,
  delayMs: null,
  ...more,
});

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000 });
  m1 = new FakeMember('m1');
  drills = new MemberDrills([m1, new FakeMember('m2')], { write: () => undefined, remove: () => undefined });
  changes = [];
  drills.onChange((change: DrillChange) =>
    changes.push(`${change.drill.member} ${change.type}${change.type === 'ended' ? ` ${change.how}` : ''}`),
  );
});
afterEach(() => vi.useRealTimers());

test('a killed member is held down until the countdown ends, and its own end is not the end of the drill', async () => {
  await drills.begin(order({ kind: 'kill' }));
  expect(drills.running).toMatchObject([{ kind: 'kill', member: 'm1', startedAt: 1_000, healsAt: 6_000 }]);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(m1.done).toEqual(['down until 6000', 'up']);
  expect(changes).toEqual(['m1 began', 'm1 ended inTime']);
  expect(drills.running).toEqual([]);
});

test('a member that is cut off says itself when it is over', async () => {
  await drills.begin(order());
  expect(m1.done).toEqual(['{"drill":"isolate","forMs":5000}']);
  m1.say({ drill: 'healed' });
  expect(changes).toEqual(['m1 began', 'm1 ended inTime']);
});

test('one that does not say so in time is told to', async () => {
  await drills.begin(order({ kind: 'slowDisk', delayMs: 200 }));
  await vi.advanceTimersByTimeAsync(6_500);
  expect(m1.done).toEqual(['{"drill":"slowDisk","forMs":5000,"delayMs":200}', '{"drill":"heal"}']);
  expect(drills.running).toEqual([]);
});

test('healed by hand it is over at once, and only once', async () => {
  await drills.begin(order());
  await drills.heal('m1');
  await drills.heal('m1');
  await vi.advanceTimersByTimeAsync(10_000);
  expect(changes).toEqual(['m1 began', 'm1 ended early']);
  expect(m1.done).toHaveLength(2);
});

test('a member that dies of something else takes its drill with it', async () => {
  await drills.begin(order());
  m1.die();
  expect(changes).toEqual(['m1 began', 'm1 ended memberEnded']);
});

test('closing heals all: a member that stands still would not hear that it is to stop', async () => {
  await drills.begin(order());
  await drills.begin(order({ member: 'm2', kind: 'kill' }));
  await drills.close();
  expect(drills.running).toEqual([]);
});

test('a drill that the member refuses, or on a member that has one, did not begin', async () => {
  m1.answer = { drill: 'refused', why: 'no' };
  await expect(drills.begin(order())).rejects.toThrow('m1 refused');
  expect(drills.running).toEqual([]);
  m1.answer = { drill: 'began' };
  await drills.begin(order());
  await expect(drills.begin(order({ kind: 'kill' }))).rejects.toThrow('a drill on m1 is under way');
  expect(drills.refusalOf({ kind: 'kill', member: 'm9' })).toBe('m9 is not run by this program');
  m1.pid = undefined;
  expect(drills.refusalOf({ kind: 'kill', member: 'm1' })).toContain('under way');
});
