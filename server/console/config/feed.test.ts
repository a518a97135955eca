import { expect, test } from 'vitest';
import { utf8Encode } from '../../../lib/base/bytes.ts';
import type { StoredEvent } from '../../engines/engine.ts';
import { WatchTaps } from '../hub/watch-taps.ts';
import { joinFeed } from './feed.ts';

const range = { key: utf8Encode('/config/'), end: utf8Encode('/config0') };

const put = (modRevision: number, key = `/config/${modRevision}`): StoredEvent => ({
  type: 'put',
  kv: { key: utf8Encode(key), value: utf8Encode(''), createRevision: 1, modRevision, version: 1, lease: 0n },
  prev: null,
});

function joined() {
  const taps = new WatchTaps();
  taps.open();
  const heard: string[] = [];
  const feed = joinFeed(taps, range, {
    onEvents: (events, revision) =>
      heard.push(`${events.map(({ kv }) => kv.modRevision).join(' ') || '-'} to ${revision}`),
    onProblem: (problem) => heard.push(problem?.message ?? 'followed'),
    onOver: (error) => heard.push(`over: ${error?.message ?? 'list anew'}`),
  });
  const happen = (...events: StoredEvent[]): void => taps.events(events, events.at(-1)?.kv.modRevision ?? 0);
  return { taps, feed, heard, happen };
}

test('what comes while it is listed waits, and of that only what the listing lacks is told', () => {
  const { feed, heard, happen } = joined();
  happen(put(4));
  happen(put(5), put(6));
  happen(put(7));
  expect(heard).toEqual([]);
  feed?.begin(5);
  expect(heard).toEqual(['6 to 6', '7 to 7', 'followed']);
});

test('a hub that is behind the listing tells nothing of what was listed', () => {
  const { feed, heard, happen } = joined();
  feed?.begin(5);
  happen(put(3), put(4));
  happen(put(5), put(6));
  expect(heard.slice(1)).toEqual(['6 to 6']);
});

test('changes elsewhere only move the revision', () => {
  const { feed, heard, happen } = joined();
  feed?.begin(5);
  happen(put(6, '/config'), put(7, '/config0'), put(8, '/config/last'));
  happen(put(9, '/other'));
  expect(heard.slice(1)).toEqual(['8 to 8', '- to 9']);
});

test('a watch that is broken when the listing is done is told as a problem', () => {
  const { taps, feed, heard } = joined();
  taps.connection({ connected: false, endpoint: 'm1', error: 'gone' });
  feed?.begin(5);
  taps.connection({ connected: true, endpoint: 'm2', error: null });
  taps.over('history was compacted');
  expect(heard).toEqual(['gone', 'followed', 'history was compacted', 'over: list anew']);
});

test('where the hub has no watch there is nothing to join', () => {
  const quiet = { onEvents: () => undefined, onProblem: () => undefined, onOver: () => undefined };
  expect(joinFeed(new WatchTaps(), range, quiet)).toBeNull();
});
