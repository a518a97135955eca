import { expect, test } from 'vitest';
import { type WatchTap, WatchTaps } from './watch-taps.ts';

function tapOf(): WatchTap & { readonly heard: string[] } {
  const heard: string[] = [];
  return {
    heard,
    onEvents: (_events, revision) => heard.push(`to ${revision}`),
    onConnection: ({ connected }) => heard.push(connected ? 'connected' : 'broken'),
    onOver: (reason) => heard.push(`over: ${reason}`),
  };
}

const connection = (connected: boolean) => ({ connected, endpoint: 'm1', error: connected ? null : 'gone' });

test('there is nothing to join before the watch stands, nor after it is over', () => {
  const taps = new WatchTaps();
  expect(taps.join(tapOf())).toBeNull();
  taps.open();
  expect(taps.join(tapOf())).not.toBeNull();
  taps.over('compacted');
  expect(taps.join(tapOf())).toBeNull();
});

test('who joined hears everything from then on, and nothing once it left or was told that it is over', () => {
  const taps = new WatchTaps();
  const [stays, leaves] = [tapOf(), tapOf()];
  taps.open();
  taps.connection(connection(true));
  taps.events([], 5);
  taps.join(stays);
  const leave = taps.join(leaves);
  taps.events([], 6);
  leave?.();
  taps.connection(connection(false));
  taps.events([], 7);
  taps.over('compacted');
  taps.open();
  taps.events([], 8);
  expect(stays.heard).toEqual(['connected', 'to 6', 'broken', 'to 7', 'over: compacted']);
  expect(leaves.heard).toEqual(['connected', 'to 6']);
});

test('whoever waits is told that there is a watch, that there is none for now, or that there will be none', async () => {
  const taps = new WatchTaps();
  const refused = taps.opened();
  taps.refused();
  const opened = taps.opened();
  taps.open();
  expect(await Promise.all([refused, opened, taps.opened()])).toEqual([false, true, true]);
  taps.over('lost');
  const closed = taps.opened();
  taps.close();
  expect(await closed).toBe(false);
});

test('an opener is called each time the watch stands again, until it stops', () => {
  const taps = new WatchTaps();
  let opened = 0;
  const stop = taps.onOpen(() => {
    opened++;
  });
  taps.open();
  taps.over('lost');
  taps.open();
  stop();
  taps.over('lost');
  taps.open();
  expect(opened).toBe(2);
});
