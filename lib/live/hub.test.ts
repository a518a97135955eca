import { expect, test } from 'vitest';
import type { ChangeEvent, LiveEvents } from '../api/types.ts';
import { type HubTab, LiveHub, RECENT_EVENTS_MAX } from './hub.ts';
import { type LiveMessage, readSent, type SentEvent, type StreamListener } from './protocol.ts';

class Tab implements HubTab {
  readonly heard: string[] = [];
  onStatus(status: { phase: string }): void {
    this.heard.push(`status ${status.phase}`);
  }
  onSent(sent: SentEvent): void {
    const message = readSent(sent);
    this.heard.push(message.name === 'changes' ? `changes ${message.data.at(-1)?.revision}` : message.name);
  }
}

function start() {
  const lines: { path: string; listener: StreamListener; isClosed: boolean; retries: number }[] = [];
  const hub = new LiveHub((path, listener) => {
    const line = { path, listener, isClosed: false, retries: 0 };
    lines.push(line);
    return {
      retryNow: () => void line.retries++,
      close: () => {
        line.isClosed = true;
      },
    };
  });
  return { hub, lines };
}

const hello = (revision: string): LiveMessage => ({
  name: 'hello',
  data: { revision } as LiveEvents['hello'],
  receivedAt: 0,
});
const changes = (first: number, count = 1): LiveMessage => ({
  name: 'changes',
  data: Array.from({ length: count }, (_, index) => ({ revision: String(first + index) }) as ChangeEvent),
  receivedAt: 0,
});

/** As the stream brings it. */
const bring = (listener: StreamListener | undefined, message: LiveMessage): void =>
  listener?.onMessage(message, {
    name: message.name,
    text: JSON.stringify(message.data),
    receivedAt: message.receivedAt,
  });

test('tabs on the same store share one line, which the last to leave closes', () => {
  const { hub, lines } = start();
  const first = hub.join('local', '/live', new Tab());
  const second = hub.join('local', '/live', new Tab());
  hub.join('staging', '/live2', new Tab());
  expect(lines.map((line) => line.path)).toEqual(['/live', '/live2']);
  first.close();
  first.close();
  expect(lines[0]?.isClosed).toBe(false);
  second.close();
  expect([lines[0]?.isClosed, hub.streams]).toEqual([true, 1]);
});

test('a tab that joins late is told the state first and then the recent changes in order', () => {
  const { hub, lines } = start();
  hub.join('local', '/live', new Tab());
  const server = lines[0]?.listener;
  server?.onStatus({ phase: 'open', since: 0 });
  bring(server, hello('1'));
  bring(server, changes(2));
  bring(server, changes(3));
  const late = new Tab();
  hub.join('local', '/live', late);
  expect(late.heard).toEqual(['status open', 'hello', 'changes 2', 'changes 3']);
});

test('what is kept for late tabs is bounded', () => {
  const { hub, lines } = start();
  hub.join('local', '/live', new Tab());
  for (let batch = 0; batch < 5; batch++) bring(lines[0]?.listener, changes(batch * 1_000 + 1, 1_000));
  const late = new Tab();
  hub.join('local', '/live', late);
  expect(RECENT_EVENTS_MAX).toBe(2_000);
  expect(late.heard.filter((one) => one.startsWith('changes'))).toEqual(['changes 4000', 'changes 5000']);
});

test('changes of data that was replaced are not handed on as the present', () => {
  const { hub, lines } = start();
  hub.join('local', '/live', new Tab());
  bring(lines[0]?.listener, changes(900));
  bring(lines[0]?.listener, hello('0'));
  bring(lines[0]?.listener, hello('3'));
  const late = new Tab();
  hub.join('local', '/live', late);
  expect(late.heard).toEqual(['status connecting', 'hello']);
});
