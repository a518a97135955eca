import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { ChangeEvent, ClusterView, LiveEventName } from '../../../lib/api/types.ts';
import { RecentChanges } from '../hub/recent-changes.ts';
import { Broadcaster, batches, FRAME_EVENTS_MAX } from './broadcaster.ts';
import { frame, parseLastEventId } from './frames.ts';

interface Received {
  readonly event: LiveEventName;
  readonly id: string | null;
  readonly data: unknown;
}

const change = (revision: number, key = `/k${revision}`): ChangeEvent => ({
  revision: String(revision),
  type: 'put',
  key,
  createRevision: String(revision),
  version: '1',
  lease: null,
  valueBytes: 1,
  preview: 'x',
  at: 0,
});

let revision: number;
let recent: RecentChanges;
let live: Broadcaster;

beforeEach(() => {
  vi.useFakeTimers();
  revision = 10;
  recent = new RecentChanges(10);
  live = new Broadcaster({
    summary: {
      id: 's',
      label: 's',
      colour: null,
      kind: 'external',
      endpoints: [],
      readOnly: false,
      access: { mode: 'open' },
    },
    revision: () => revision,
    cluster: () => ({ term: '1' }) as ClusterView,
    revisions: () => ({ current: String(revision), compacted: '0', remembered: null, times: [] }),
    index: () => ({ phase: 'live', keysLoaded: 0, keysTotal: 0, revision: String(revision), reason: null }),
    changesSince: (from) => recent.since(from),
    lastChanges: (count) => recent.last(count),
  });
});
afterEach(() => {
  live.close();
  vi.useRealTimers();
});

/** As the hub does it: into the recent changes, then to the browsers. */
function happen(...changes: ChangeEvent[]): void {
  for (const c of changes) recent.push(Number(c.revision), c);
  revision = Number(changes.at(-1)?.revision ?? revision);
  live.changes(changes);
}

function join(lastEventId: string | null = null) {
  const abort = new AbortController();
  const reader = live.join({ lastEventId, signal: abort.signal }).getReader();
  const decoder = new TextDecoder();
  let text = '';
  let ended = false;
  // A read that found nothing goes on waiting; the next call must not lose what it gets.
  let pending: ReturnType<typeof reader.read> | undefined;
  /** Reads what is there now. */
  const read = async (): Promise<Received[]> => {
    for (;;) {
      pending ??= reader.read();
      const chunk = await Promise.race([pending, vi.advanceTimersByTimeAsync(0).then(() => null)]);
      if (chunk === null) break;
      pending = undefined;
      if (chunk.done) {
        ended = true;
        break;
      }
      text += decoder.decode(chunk.value);
    }
    const frames = text.split('\n\n').filter((part) => part.includes('event: '));
    text = '';
    return frames.map(parseFrame);
  };
  return { abort, read, ended: () => ended };
}

function parseFrame(text: string): Received {
  const line = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(text)?.[1];
  return {
    event: line('event') as LiveEventName,
    id: line('id') ?? null,
    data: JSON.parse(line('data') ?? 'null'),
  };
}

const changesOf = ({ data }: Received) => data as readonly ChangeEvent[];
const names = (received: readonly Received[]): string[] => received.map((r) => r.event);
const revisionsOf = (received: readonly Received[]): string[] =>
  received.filter((r) => r.event === 'changes').flatMap((r) => changesOf(r).map((c) => c.revision));

test('a frame is one event with id and one line of data', () => {
  const text = new TextDecoder().decode(frame('changes', [change(7, 'a\nb')], 7));
  expect(text).toMatch(/^event: changes\nid: 7\ndata: \[.*"key":"a\\nb".*\]\n\n$/);
  expect(text.split('\n')).toHaveLength(5);
});

test('a Last-Event-ID that is no revision of ours is ignored', () => {
  expect(parseLastEventId('42')).toBe(42);
  for (const bad of [null, '', '-1', '1.5', 'x', '99999999999999999999']) expect(parseLastEventId(bad)).toBeNull();
});

test('a new client is greeted with the present, and an id to resume from', async () => {
  const received = await join().read();
  expect(names(received)).toEqual(['hello', 'cluster', 'revision', 'index']);
  expect(received[0]).toMatchObject({ id: '10', data: { revision: '10', resumed: true } });
});

test('changes go out in one batch within 50 ms, the same bytes to everybody', async () => {
  const [a, b] = [join(), join()];
  await a.read();
  await b.read();
  happen(change(11));
  await vi.advanceTimersByTimeAsync(0);
  happen(change(12));
  happen(change(13), change(13, '/second'));
  await vi.advanceTimersByTimeAsync(50);
  const received = await a.read();
  expect(names(received)).toEqual(['changes', 'changes']);
  expect(received[1]).toMatchObject({ id: '13' });
  expect(revisionsOf(received)).toEqual(['11', '12', '13', '13']);
  expect(await b.read()).toEqual(received);
});

test('a storm goes out in fewer frames, all of it, and the first change after it is as quick as ever', async () => {
  const client = join();
  await client.read();
  let next = 11;
  const storm = async (ms: number): Promise<void> => {
    for (let passed = 0; passed < ms; passed += 5) {
      happen(...Array.from({ length: 25 }, () => change(next++)));
      await vi.advanceTimersByTimeAsync(5);
    }
  };
  await storm(200);
  await client.read();
  const first = next;
  await storm(400);
  await vi.advanceTimersByTimeAsync(100);
  const received = await client.read();
  expect(revisionsOf(received).at(-1)).toBe(String(next - 1));
  expect(revisionsOf(received)).toHaveLength(next - Number(revisionsOf(received)[0]));
  expect(Number(revisionsOf(received)[0])).toBeLessThanOrEqual(first);
  expect(received.length).toBeLessThanOrEqual(5);
  // Calm again: the batch before was a small one.
  happen(change(next++));
  await vi.advanceTimersByTimeAsync(100);
  happen(change(next++));
  await vi.advanceTimersByTimeAsync(25);
  expect(revisionsOf(await client.read())).toEqual([String(next - 2), String(next - 1)]);
});

test('a client that comes back gets exactly what it missed', async () => {
  happen(change(11), change(12));
  happen(change(13));
  const received = await join('11').read();
  expect(received[0]).toMatchObject({ event: 'hello', data: { resumed: true } });
  expect(revisionsOf(received)).toEqual(['12', '13']);
  expect(names(received)).not.toContain('gap');
});

test('a client that was away too long is told so by a gap', async () => {
  happen(change(11));
  const received = await join('5').read();
  expect(received[0]).toMatchObject({ event: 'hello', data: { resumed: false } });
  expect(received.at(-1)).toMatchObject({ event: 'gap', id: '11', data: { from: '5', to: '11' } });
});

test('a client that joins while a batch waits gets no change twice and none too few', async () => {
  const early = join();
  await early.read();
  happen(change(11));
  await vi.advanceTimersByTimeAsync(0);
  happen(change(12));
  const late = join();
  happen(change(13));
  await vi.advanceTimersByTimeAsync(50);
  expect(revisionsOf(await early.read())).toEqual(['11', '12', '13']);
  expect(revisionsOf(await late.read())).toEqual(['13']);
});

test('a client that does not read is not buffered for, and is caught up when it reads again', async () => {
  const slow = join();
  const big = 'x'.repeat(1_000);
  for (let i = 11; i < 2_000; i++) {
    happen(change(i, `/${i}/${big}`));
    live.flush();
  }
  const received = await slow.read();
  const seen = revisionsOf(received);
  expect(seen).toEqual(Array.from({ length: 1_989 }, (_, i) => String(11 + i)));
  expect(names(received)).not.toContain('gap');
});

test('a slow client whose changes are gone gets a gap instead of silence', async () => {
  const slow = join();
  const big = 'x'.repeat(1_000);
  for (let i = 11; i < 1_000; i++) {
    happen(change(i, `/${i}/${big}`));
    live.flush();
  }
  recent = new RecentChanges(revision);
  const received = await slow.read();
  const last = Number(revisionsOf(received).at(-1));
  expect(last).toBeLessThan(999);
  expect(received.find((r) => r.event === 'gap')?.data).toMatchObject({ from: String(last), to: '999' });
});

test('a gap upstream reaches every client once, with what it had seen', async () => {
  const client = join();
  happen(change(11));
  live.gap({ from: 11, to: 20, reason: 'compacted' });
  revision = 20;
  const received = await client.read();
  expect(names(received).slice(-2)).toEqual(['changes', 'gap']);
  expect(received.at(-1)).toMatchObject({ id: '20', data: { from: '11', to: '20', reason: 'compacted' } });
});

test('closing says bye and ends every stream; leaving clients are forgotten', async () => {
  const [stays, leaves] = [join(), join()];
  leaves.abort.abort();
  expect(live.clients).toBe(1);
  live.close();
  expect(names(await stays.read()).at(-1)).toBe('bye');
  expect(stays.ended()).toBe(true);
  expect(live.clients).toBe(0);
});

test('batches are bounded and never split a revision', () => {
  const many = Array.from({ length: FRAME_EVENTS_MAX + 10 }, (_, i) => change(i < 995 ? i : 995));
  expect([...batches(many)].map((batch) => batch.length)).toEqual([FRAME_EVENTS_MAX + 10]);
  const plain = Array.from({ length: FRAME_EVENTS_MAX * 2 + 1 }, (_, i) => change(i));
  expect([...batches(plain)].map((batch) => batch.length)).toEqual([FRAME_EVENTS_MAX, FRAME_EVENTS_MAX, 1]);
});

test('a new browser is shown the last changes as the past, one that resumes is not', async () => {
  happen(change(11), change(12));
  live.flush();
  const fresh = join();
  const resuming = join('11');
  happen(change(13));
  live.flush();
  const revisions = (events: readonly Received[], name: LiveEventName) =>
    events.filter(({ event }) => event === name).flatMap((one) => changesOf(one).map((c) => c.revision));
  const first = await fresh.read();
  expect(revisions(first, 'recent')).toEqual(['11', '12']);
  expect(revisions(first, 'changes')).toEqual(['13']);
  const second = await resuming.read();
  expect(revisions(second, 'recent')).toEqual([]);
  expect(revisions(second, 'changes')).toEqual(['12', '13']);
});

test('who comes back to a console that just started is told what it missed once that is known', async () => {
  revision = 0;
  const away = join('5');
  const upToDate = join('12');
  expect(names(await away.read()), 'nothing is known yet, nothing is claimed').toEqual([
    'hello',
    'cluster',
    'revision',
    'index',
  ]);
  expect((await upToDate.read())[0]?.id, 'a second break loses no place').toBe('12');
  revision = 12;
  recent = new RecentChanges(12);
  live.gap({ from: 0, to: 12, reason: 'the watch was lost' });
  expect(await away.read()).toMatchObject([{ event: 'gap', id: '12', data: { from: '5', to: '12' } }]);
  expect(await upToDate.read(), 'nothing happened meanwhile').toEqual([]);
  happen(change(13));
  live.flush();
  expect([await away.read(), await upToDate.read()].map(revisionsOf)).toEqual([['13'], ['13']]);
});
