import { beforeEach, expect, test } from 'vitest';
import { memberId } from '../../../lib/base/brand.ts';
import { AlarmAction, type AlarmMember, AlarmType } from '../../../lib/base/etcdpb/cluster.ts';
import { EtcdError } from '../../../lib/base/etcdpb/errors.ts';
import { GrpcCode } from '../../../lib/base/grpc-status.ts';
import { ManualClock } from '../ports/manual-clock.ts';
import { NoSpaceAlarm } from './no-space-alarm.ts';

const ME = memberId(7n);
const MINE: AlarmMember = { memberId: ME, alarm: AlarmType.NOSPACE };

let clock: ManualClock;
let isLow: boolean;
let standing: AlarmMember[];
/** What was proposed, in order. */
let asked: string[];
/** What becomes of a proposal. */
let outcome: 'taken' | 'lost' | 'taken later';
let later: (() => void)[];
let alarm: NoSpaceAlarm;

const late = (): EtcdError => new EtcdError(GrpcCode.UNAVAILABLE, 'etcdserver: request timed out');

/** Lets time pass, a look at a time, with what each of them began. */
async function pass(looks: number): Promise<void> {
  for (let i = 0; i < looks; i++) {
    clock.advance(2000);
    for (let turn = 0; turn < 20; turn++) await Promise.resolve();
  }
}

beforeEach(() => {
  clock = new ManualClock();
  [isLow, standing, asked, outcome, later] = [false, [], [], 'taken', []];
  alarm = new NoSpaceAlarm({
    ...{ memberId: ME, clock, log: () => undefined },
    space: { isLow: () => isLow },
    alarms: () => standing,
    propose: async (request) => {
      const action = 'alarm' in request ? request.alarm?.action : undefined;
      const apply = (): void => {
        standing = action === AlarmAction.ACTIVATE ? [MINE] : [];
      };
      asked.push(action === AlarmAction.ACTIVATE ? 'raise' : 'lift');
      if (outcome === 'taken') apply();
      if (outcome === 'taken later') later.push(apply);
      if (outcome !== 'taken') throw late();
    },
  });
});

test('it is raised while the disk is full, once, and lifted when there is room', async () => {
  isLow = true;
  await pass(3);
  expect([asked, standing]).toEqual([['raise'], [MINE]]);
  isLow = false;
  await pass(3);
  expect([asked, standing]).toEqual([['raise', 'lift'], []]);
});

test('one that the cluster took although nobody heard of it is lifted all the same', async () => {
  isLow = true;
  outcome = 'taken later';
  await pass(1);
  for (const apply of later) apply();
  [isLow, outcome] = [false, 'taken'];
  await pass(2);
  expect([asked, standing]).toEqual([['raise', 'lift'], []]);
});

test('an attempt that may still be taken is lifted before it is seen, until the cluster has taken that', async () => {
  isLow = true;
  outcome = 'lost';
  await pass(2);
  isLow = false;
  await pass(2);
  outcome = 'taken';
  await pass(3);
  expect(asked).toEqual(['raise', 'raise', 'lift', 'lift', 'lift']);
});

test('one that the quota raised is for the operator to disarm', async () => {
  await alarm.raise();
  await pass(3);
  expect([asked, standing]).toEqual([['raise'], [MINE]]);
});

test('one of a former process is left alone, and nothing is asked after a stop', async () => {
  standing = [MINE];
  await pass(2);
  isLow = true;
  await pass(2);
  alarm.stop();
  standing = [];
  await pass(2);
  expect(asked).toEqual([]);
});
