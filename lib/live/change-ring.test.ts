import { expect, test } from 'vitest';
import { ChangeRing } from './change-ring.ts';
import { HISTORY_SECONDS, RateHistory } from './rate-history.ts';
import { RateMeter } from './rate-meter.ts';

const gap = { kind: 'gap', from: '0', to: '1', reason: '', receivedAt: 0 } as const;

test('rows keep their number while the ring moves on, and old ones are gone, not wrong', () => {
  const ring = new ChangeRing(3);
  for (let index = 0; index < 5; index++) ring.push(gap);
  expect([ring.firstSeq, ring.nextSeq]).toEqual([2, 5]);
  expect([...ring.since(0)].map((row) => row.seq)).toEqual([2, 3, 4]);
  expect([ring.at(1), ring.at(5)]).toEqual([undefined, undefined]);
  expect(ring.at(2)?.seq).toBe(2);
});

test('the rate is that of the last two seconds and falls to nothing after them', () => {
  const meter = new RateMeter();
  meter.add(30, 10_000);
  meter.add(10, 11_000);
  expect(meter.perSecond(11_000)).toBe(20);
  expect(meter.perSecond(12_500)).toBe(5);
  expect(meter.perSecond(20_000)).toBe(0);
});

test('seconds without changes count zero, and a second of long ago does not come back', () => {
  const history = new RateHistory();
  history.add({ puts: 2, deletes: 1, at: 5_100 });
  history.add({ puts: 1, deletes: 0, at: 5_900 });
  expect(history.last(3, 7_000)).toEqual([
    { second: 4, puts: 0, deletes: 0 },
    { second: 5, puts: 3, deletes: 1 },
    { second: 6, puts: 0, deletes: 0 },
  ]);
  const later = 5_000 + HISTORY_SECONDS * 1_000;
  expect(history.last(1, later + 1_000)).toEqual([{ second: later / 1_000, puts: 0, deletes: 0 }]);
});
