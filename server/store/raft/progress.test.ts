import { expect, test } from 'vitest';
import { logIndex } from '../../../lib/base/brand.ts';
import { Progress } from './progress.ts';
import { id } from './test-cluster.ts';

function progress(next: number, inflightMessagesMax = 2): Progress {
  return new Progress({
    id: id(2),
    next: logIndex(next),
    isLearner: false,
    inflightMessagesMax,
    inflightBytesMax: 1000,
  });
}

test('probe sends one append and waits', () => {
  const peer = progress(5);
  peer.sent(1, 10);
  expect(peer.isPaused()).toBe(true);
  expect(peer.next).toBe(5);
  peer.resume();
  expect(peer.isPaused()).toBe(false);
});

test('an empty probe does not pause', () => {
  const peer = progress(5);
  peer.sent(0, 0);
  expect(peer.isPaused()).toBe(false);
});

test('replicate runs ahead of the acknowledgements until the window is full', () => {
  const peer = progress(1);
  peer.acknowledge(logIndex(1));
  peer.becomeReplicate();
  peer.sent(3, 10);
  expect([peer.match, peer.next, peer.isPaused()]).toEqual([1, 5, false]);
  peer.sent(1, 10);
  expect([peer.next, peer.isPaused()]).toEqual([6, true]);
  peer.acknowledge(logIndex(4));
  expect(peer.isPaused()).toBe(false);
});

test('an old acknowledgement changes nothing', () => {
  const peer = progress(1);
  peer.acknowledge(logIndex(7));
  expect(peer.acknowledge(logIndex(7))).toBe(false);
  expect(peer.acknowledge(logIndex(3))).toBe(false);
  expect([peer.match, peer.next]).toEqual([7, 8]);
});

test('in replicate a rejection at or below match is old', () => {
  const peer = progress(1);
  peer.acknowledge(logIndex(5));
  peer.becomeReplicate();
  peer.sent(4, 10);
  expect(peer.decreaseTo(logIndex(5), logIndex(1))).toBe(false);
  expect(peer.decreaseTo(logIndex(9), logIndex(1))).toBe(true);
  expect(peer.next).toBe(6);
});

test('in probe only the rejection of the outstanding probe counts, and the hint never goes below match', () => {
  const peer = progress(10);
  expect(peer.decreaseTo(logIndex(7), logIndex(2))).toBe(false);
  expect(peer.decreaseTo(logIndex(9), logIndex(4))).toBe(true);
  expect(peer.next).toBe(5);
  peer.acknowledge(logIndex(4));
  expect(peer.decreaseTo(logIndex(4), logIndex(0))).toBe(true);
  expect(peer.next).toBe(5);
});

test('a snapshot blocks appends; when it arrived, probing goes on behind it', () => {
  const peer = progress(3);
  peer.becomeSnapshot(logIndex(20));
  expect(peer.isPaused()).toBe(true);
  peer.resume();
  expect(peer.isPaused()).toBe(true);
  peer.becomeProbe();
  expect([peer.state, peer.next]).toEqual(['probe', 21]);
});

test('after a failed snapshot probing goes on behind what is known', () => {
  const peer = progress(3);
  peer.acknowledge(logIndex(4));
  peer.becomeSnapshot(logIndex(20));
  peer.snapshotFailed();
  expect([peer.state, peer.next]).toEqual(['probe', 5]);
});

test('an append cannot be sent to a member that waits for a snapshot', () => {
  const peer = progress(3);
  peer.becomeSnapshot(logIndex(20));
  expect(() => peer.sent(1, 10)).toThrow('waits for a snapshot');
});

test('a commit index is news only while it tells the member more than it was told', () => {
  const peer = progress(1);
  peer.acknowledge(logIndex(5));
  expect(peer.canLearnCommit(logIndex(4))).toBe(true);
  peer.sentCommit(logIndex(4));
  expect(peer.canLearnCommit(logIndex(4))).toBe(false);
  peer.sentCommit(logIndex(5));
  expect(peer.canLearnCommit(logIndex(9))).toBe(false);
});

test('falling back to probe forgets commit indexes that may not have arrived', () => {
  const peer = progress(1);
  peer.acknowledge(logIndex(2));
  peer.becomeReplicate();
  peer.sent(3, 10);
  peer.sentCommit(logIndex(5));
  peer.becomeProbe();
  expect(peer.canLearnCommit(logIndex(5))).toBe(false);
  peer.acknowledge(logIndex(5));
  expect(peer.canLearnCommit(logIndex(5))).toBe(true);
});

test('a new leader starts everyone from the end of its log', () => {
  const peer = progress(1);
  peer.acknowledge(logIndex(9));
  peer.becomeReplicate();
  peer.restart(logIndex(4));
  expect(peer.view()).toMatchObject({ match: 0, next: 5, state: 'probe', recentActive: false });
});
