/**
 * The living part of the sample. Each actor has a connection of its own and ends in one of two ways, as programs do: it
 * leaves (closes its session) or dies (drops its connection, so that the store must wait for the lease to run out).
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Prng } from '../../../lib/base/prng.ts';
import { type Client, connect, election, type Session } from '../../../lib/client/index.ts';

const SERVICE_TTL_SECONDS = 10;
const CANDIDATE_TTL_SECONDS = 5;

export interface Stage {
  readonly endpoints: readonly string[];
  /** Aborts when the sample ends. */
  readonly signal: AbortSignal;
  readonly report: (line: string) => void;
  /** Remembers a key to delete at the end. */
  readonly wrote: (key: string) => void;
}

/** Waits up to a random time within the bounds; ends early, without an error, when the sample does. */
const between = (prng: Prng, minMs: number, maxMs: number, signal: AbortSignal): Promise<void> =>
  sleep(prng.int(minMs, maxMs), undefined, { signal }).catch(() => undefined);

interface Life {
  readonly client: Client;
  readonly session: Session;
}

/** Lives again and again until the sample ends: connects, opens a session, runs `act`, then leaves or dies. */
async function live(stage: Stage, ttlSeconds: number, act: (life: Life) => Promise<'leave' | 'die'>): Promise<void> {
  while (!stage.signal.aborted) {
    const client = connect({ endpoints: stage.endpoints });
    try {
      const session = await client.session({ ttlSeconds });
      const how = await act({ client, session }).catch((cause: unknown) => {
        stage.report(cause instanceof Error ? cause.message : String(cause));
        return 'leave' as const;
      });
      if (how === 'leave' || stage.signal.aborted) await session.close();
    } catch (cause) {
      // The store is away: say so, and try again like any client.
      stage.report(cause instanceof Error ? cause.message : String(cause));
      await sleep(1000, undefined, { signal: stage.signal }).catch(() => undefined);
    } finally {
      client.close();
    }
  }
}

/** One instance of a service: registered under its lease, with a load that changes, coming and going. */
export function serviceInstance(stage: Stage, prng: Prng, name: string, index: number): Promise<void> {
  const key = `services/${name}/${name}-${index}`;
  return live(stage, SERVICE_TTL_SECONDS, async ({ client, session }) => {
    const address = `10.0.${name.length}.${index + 10}:8080`;
    const beats = prng.int(6, 20);
    for (let beat = 0; beat < beats && !stage.signal.aborted && !session.signal.aborted; beat++) {
      const value = JSON.stringify({ address, version: `1.${index}.0`, load: Number(prng.float().toFixed(2)) });
      await client.put(key, value, { lease: session.lease });
      await between(prng, 2000, 6000, stage.signal);
    }
    const how = prng.chance(0.3) ? 'die' : 'leave';
    if (!stage.signal.aborted) stage.report(`${name}-${index} ${how === 'die' ? 'died' : 'was stopped'}`);
    if (how === 'leave') await session.close();
    await between(prng, 3000, 12_000, stage.signal);
    return how;
  });
}

/** A candidate that leads for a while, then hands over or dies in office. */
export function candidate(stage: Stage, prng: Prng, name: string): Promise<void> {
  return live(stage, CANDIDATE_TTL_SECONDS, async ({ client, session }) => {
    const leadership = await election(client, 'elections/scheduler')
      .campaign(session, name, { signal: stage.signal })
      .catch((cause: unknown) => {
        if (stage.signal.aborted) return undefined;
        throw cause;
      });
    if (leadership === undefined) return 'leave';
    stage.report(`${name} leads the scheduler (fencing token ${leadership.createRevision})`);
    const over = AbortSignal.any([stage.signal, leadership.signal]);
    await between(prng, 8000, 25_000, over);
    const how = prng.chance(0.4) ? 'die' : 'leave';
    if (stage.signal.aborted || how === 'die') {
      if (!stage.signal.aborted) stage.report(`${name} died in office`);
      return how;
    }
    if (!leadership.signal.aborted) await leadership.resign();
    stage.report(`${name} handed the scheduler over`);
    return 'leave';
  });
}

/** Small steady writes: a few counters and measurements, about one a second. */
export async function writer(stage: Stage, prng: Prng): Promise<void> {
  const client = connect({ endpoints: stage.endpoints });
  const machines = ['web-1', 'web-2', 'payments-1', 'search-1'];
  for (let orders = 1; !stage.signal.aborted; ) {
    try {
      const key = prng.chance(0.4) ? 'counters/orders' : `telemetry/${prng.pick(machines)}/load`;
      stage.wrote(key);
      await client.put(key, key === 'counters/orders' ? String(orders++) : prng.float().toFixed(3), {
        signal: stage.signal,
      });
    } catch (cause) {
      if (!stage.signal.aborted) stage.report(cause instanceof Error ? cause.message : String(cause));
    }
    await between(prng, 500, 1500, stage.signal);
  }
  client.close();
}
