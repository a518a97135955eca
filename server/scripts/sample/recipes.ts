/** The part of the sample that uses locks, semaphores, barriers, queues, counters and groups as programs do. */

import type { Prng } from '../../../lib/base/prng.ts';
import {
  counter,
  delayedQueue,
  doubleBarrier,
  group,
  mutex,
  priorityQueue,
  queue,
  rwLock,
  semaphore,
  shardedCounter,
} from '../../../lib/client/index.ts';
import { between, type Life, live, type Stage } from './actors.ts';

const TTL_SECONDS = 8;

type Turn = (life: Life, prng: Prng, stage: Stage) => Promise<void>;

/** A program that does the same again and again with one session, and now and then dies over it. */
function worker(stage: Stage, prng: Prng, name: string, turn: Turn): Promise<void> {
  return live(stage, TTL_SECONDS, async (life) => {
    for (let turns = prng.int(3, 12); turns > 0 && !stage.signal.aborted && !life.session.signal.aborted; turns--) {
      try {
        await turn(life, prng, stage);
      } catch (cause) {
        if (stage.signal.aborted) return 'leave';
        throw cause;
      }
    }
    if (stage.signal.aborted || !prng.chance(0.3)) return 'leave';
    stage.report(`${name} died at work`);
    return 'die';
  });
}

const migrating: Turn = async ({ client, session }, prng, { signal }) => {
  const held = await mutex(client, 'locks/migrations').acquire(session, { signal });
  await between(prng, 1_500, 6_000, AbortSignal.any([signal, held.signal]));
  await held.release();
};

const reading: Turn = async ({ client, session }, prng, { signal }) => {
  const catalogue = rwLock(client, 'locks/catalogue');
  const lock = prng.chance(0.25) ? catalogue.write : catalogue.read;
  const held = await lock.acquire(session, { signal });
  await between(prng, 1_000, 5_000, AbortSignal.any([signal, held.signal]));
  await held.release();
  await between(prng, 500, 3_000, signal);
};

const exporting: Turn = async ({ client, session }, prng, { signal }) => {
  const held = await semaphore(client, 'limits/exports', 2).acquire(session, { signal });
  await between(prng, 2_000, 6_000, AbortSignal.any([signal, held.signal]));
  await held.release();
};

const comparing: Turn = async ({ client, session }, prng, { signal }) => {
  await between(prng, 500, 6_000, signal);
  const inside = await doubleBarrier(client, 'barriers/benchmark', 3).enter(session, { signal });
  await between(prng, 2_000, 4_000, signal);
  await inside.leave({ signal });
};

const ordering: Turn = async ({ client }, prng, { signal }) => {
  const id = prng.int(10_000, 99_999);
  const at = Date.now() + prng.int(5_000, 40_000);
  const kind = prng.int(0, 9);
  if (kind < 6) await queue(client, 'queues/mails').put(`welcome mail ${id}`);
  else if (kind < 8) await priorityQueue(client, 'queues/tickets').put(`ticket ${id}`, prng.pick([1, 5, 5, 9]));
  else await delayedQueue(client, 'queues/reminders').put(`reminder ${id}`, at);
  await between(prng, 300, 1_200, signal);
};

const delivering =
  (open: (life: Life) => Pick<ReturnType<typeof queue>, 'take'>): Turn =>
  async (life, prng, { signal }) => {
    const item = await open(life).take(life.session, { signal });
    await between(prng, 500, 2_500, signal);
    if (prng.chance(0.1)) await item.putBack();
    else await item.done();
  };

const counting: Turn = async ({ client, session }, prng, { signal, wrote }) => {
  wrote('counters/visits');
  await counter(client, 'counters/visits').add(prng.int(1, 5), { session, signal });
  await shardedCounter(client, 'counters/clicks', 4).add(1, { session, signal });
  await between(prng, 400, 1_500, signal);
};

const belonging =
  (id: string): Turn =>
  async ({ client, session }, prng, { signal }) => {
    const metadata = JSON.stringify({ zone: prng.pick(['north', 'south']), slots: prng.int(2, 8) });
    const member = await group(client, 'groups/workers').join(session, { id, metadata });
    await between(prng, 5_000, 20_000, AbortSignal.any([signal, member.signal]));
    await member.leave();
  };

/** Two programs that take the same two locks, each in another order; a third waits behind them. For `--deadlock`. */
export function deadlock(stage: Stage): readonly Promise<void>[] {
  const take = (name: string, first: string, second: string) =>
    live(stage, TTL_SECONDS, async ({ client, session }) => {
      const one = await mutex(client, first)
        .acquire(session, { signal: stage.signal })
        .catch(() => null);
      if (one === null) return 'leave';
      stage.report(`${name} holds ${first} and asks for ${second}`);
      // Long enough for the other to take its first: from then on both wait for good.
      await stage.pause(2_000);
      const two = await mutex(client, second)
        .acquire(session, { signal: stage.signal })
        .catch(() => null);
      if (two !== null) await two.release();
      await one.release();
      return 'leave';
    });
  return [
    take('billing', 'locks/accounts', 'locks/invoices'),
    take('invoicing', 'locks/invoices', 'locks/accounts'),
    take('reporting', 'locks/reports', 'locks/accounts'),
  ];
}

/** All of them. */
export function recipes(stage: Stage, prng: Prng): readonly Promise<void>[] {
  const cast: readonly (readonly [name: string, turn: Turn])[] = [
    ['migration-1', migrating],
    ['migration-2', migrating],
    ['migration-3', migrating],
    ['reader-1', reading],
    ['reader-2', reading],
    ['reader-3', reading],
    ['export-1', exporting],
    ['export-2', exporting],
    ['export-3', exporting],
    ['export-4', exporting],
    ['bench-1', comparing],
    ['bench-2', comparing],
    ['bench-3', comparing],
    ['shop', ordering],
    ['shop-2', ordering],
    ['mailer-1', delivering(({ client }) => queue(client, 'queues/mails'))],
    ['mailer-2', delivering(({ client }) => queue(client, 'queues/mails'))],
    ['desk', delivering(({ client }) => priorityQueue(client, 'queues/tickets'))],
    ['reminder', delivering(({ client }) => delayedQueue(client, 'queues/reminders'))],
    ['counter-1', counting],
    ['counter-2', counting],
    ['worker-a', belonging('worker-a')],
    ['worker-b', belonging('worker-b')],
    ['worker-c', belonging('worker-c')],
  ];
  return cast.map(([name, turn]) => worker(stage, prng.fork(), name, turn));
}
