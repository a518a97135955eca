import { expect, test } from 'vitest';
import { type ConnectionWorld, LiveConnection, RETRY_MS_MAX, SILENCE_MS_MAX } from './connection.ts';
import type { ConnectionStatus, LiveMessage } from './protocol.ts';

interface Attempt {
  readonly headers: Headers;
  readonly signal: AbortSignal;
  answer(response: Response): void;
  fail(cause: Error): void;
}

/** A world with a hand-moved clock in which the test plays the server. */
class FakeWorld implements ConnectionWorld {
  readonly attempts: Attempt[] = [];
  time = 0;
  readonly #timers = new Set<{ at: number; task: () => void }>();

  readonly fetch = (_path: string, init: RequestInit): Promise<Response> =>
    new Promise((resolve, reject) => {
      const signal = init.signal as AbortSignal;
      signal.addEventListener('abort', () => reject(signal.reason));
      this.attempts.push({ headers: new Headers(init.headers), signal, answer: resolve, fail: reject });
    });

  readonly now = (): number => this.time;

  readonly after = (ms: number, task: () => void): (() => void) => {
    const timer = { at: this.time + ms, task };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  };

  pass(ms: number): void {
    this.time += ms;
    for (const timer of [...this.#timers]) {
      if (timer.at > this.time) continue;
      this.#timers.delete(timer);
      timer.task();
    }
  }

  last(): Attempt {
    const attempt = this.attempts.at(-1);
    if (attempt === undefined) throw new Error('nothing was asked');
    return attempt;
  }
}

/** Lets all settled promises run. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function start() {
  const world = new FakeWorld();
  const statuses: ConnectionStatus[] = [];
  const messages: LiveMessage[] = [];
  const connection = new LiveConnection(
    '/live',
    { onStatus: (one) => statuses.push(one), onMessage: (one) => messages.push(one) },
    world,
  );
  return { world, statuses, messages, connection, status: () => statuses.at(-1) };
}

async function openStream(world: FakeWorld) {
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  const body = new ReadableStream<Uint8Array>({
    start: (one) => {
      controller = one;
    },
  });
  const { signal } = world.last();
  // As fetch does it: the body breaks when the call is called off.
  signal.addEventListener('abort', () => controller?.error(signal.reason));
  world.last().answer(new Response(body));
  await settle();
  return {
    send: async (text: string) => {
      controller?.enqueue(new TextEncoder().encode(text));
      await settle();
    },
    end: async () => {
      controller?.close();
      await settle();
    },
  };
}

const HELLO = 'event: hello\nid: 7\ndata: {"store":{},"revision":"7","resumed":true}\n\n';

test('it is open once the console has said hello, not before', async () => {
  const { world, status, messages } = start();
  const stream = await openStream(world);
  expect(status()?.phase).toBe('connecting');
  await stream.send(HELLO);
  expect(status()).toEqual({ phase: 'open', since: 0 });
  expect(messages.map((message) => message.name)).toEqual(['hello']);
});

test('after a break it asks for what came after the last id, and says since when it was down', async () => {
  const { world, status } = start();
  const stream = await openStream(world);
  await stream.send(`${HELLO}event: changes\nid: 12\ndata: []\n\n`);
  world.pass(5_000);
  await stream.end();
  expect(status()).toMatchObject({ phase: 'waiting', attempt: 1, downSince: 5_000, retryAt: 5_250 });
  world.pass(250);
  expect(world.last().headers.get('last-event-id')).toBe('12');
  expect(status()).toMatchObject({ phase: 'connecting', downSince: 5_000 });
});

test('a refusal keeps the code and the words of the console', async () => {
  const { world, status } = start();
  world.last().answer(Response.json({ code: 'UNAVAILABLE', message: 'the store is starting' }, { status: 503 }));
  await settle();
  expect(status()).toMatchObject({
    phase: 'waiting',
    failure: { code: 'UNAVAILABLE', message: 'the store is starting', where: '/live' },
  });
});

test('waits grow to a bound, the time it went down stays, and trying by hand does not wait', async () => {
  const { world, status, connection } = start();
  const waits: number[] = [];
  for (let attempt = 1; attempt <= 8; attempt++) {
    world.last().fail(new TypeError('refused'));
    await settle();
    const now = status();
    if (now?.phase !== 'waiting') throw new Error('it should wait');
    expect([now.attempt, now.downSince]).toEqual([attempt, 0]);
    waits.push(now.retryAt - world.time);
    world.pass(now.retryAt - world.time);
  }
  expect(waits).toEqual([250, 500, 1_000, 2_000, 4_000, 8_000, 8_000, RETRY_MS_MAX]);
  world.last().fail(new TypeError('refused'));
  await settle();
  const asked = world.attempts.length;
  connection.retryNow();
  expect(world.attempts.length).toBe(asked + 1);
});

test('a silent stream counts as broken; a heartbeat is not silence', async () => {
  const { world, status } = start();
  const stream = await openStream(world);
  await stream.send(HELLO);
  world.pass(SILENCE_MS_MAX - 1);
  await stream.send(': \n\n');
  world.pass(SILENCE_MS_MAX - 1);
  await settle();
  expect(status()?.phase).toBe('open');
  world.pass(1);
  await settle();
  expect(status()).toMatchObject({ phase: 'waiting', failure: { code: 'NETWORK' } });
});

test('once closed it neither asks nor tells', async () => {
  const { world, statuses, connection } = start();
  const stream = await openStream(world);
  await stream.send(HELLO);
  const told = statuses.length;
  connection.close();
  await settle();
  world.pass(60_000);
  connection.retryNow();
  expect([statuses.length, world.attempts.length, world.last().signal.aborted]).toEqual([told, 1, true]);
});
