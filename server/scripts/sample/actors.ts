/**
 * The living part of the sample. Each actor has a connection of its own and ends in one of two ways, as programs do: it
 * leaves (closes its session) or dies (drops its connection, so that the store must wait for the lease to run out).
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { errorText } from '../../../lib/base/error-text.ts';
import type { Prng } from '../../../lib/base/prng.ts';
import { type Client, connect, election, type Session, serviceRegistry } from '../../../lib/client/index.ts';

const SERVICE_TTL_SECONDS = 10;
const CRASHING_TTL_SECONDS = 3;
const CANDIDATE_TTL_SECONDS = 5;

export interface Stage {
  readonly endpoints: readonly string[];
  /** Aborts when the sample ends. */
  readonly signal: AbortSignal;
  readonly report: (line: string) => void;
  /** Waits; ends early, without an error, when the sample does. */
  readonly pause: (ms: number) => Promise<void>;
  /** Remembers a key to delete at the end. */
  readonly wrote: (key: string) => void;
}

/** Waits up to a random time within the bounds; ends early, without an error, when the sample does. */
export const between = (prng: Prng, minMs: number, maxMs: number, signal: AbortSignal): Promise<void> =>
  sleep(prng.int(minMs, maxMs), undefined, { signal }).catch(() => undefined);

export interface Life {
  readonly client: Client;
  readonly session: Session;
}

/** Lives again and again until the sample ends: connects, opens a session, runs `act`, then leaves or dies. */
export async function live(
  stage: Stage,
  ttlSeconds: number,
  act: (life: Life) => Promise<'leave' | 'die'>,
): Promise<void> {
  while (!stage.signal.aborted) {
    const client = connect({ endpoints: stage.endpoints });
    try {
      const session = await client.session({ ttlSeconds });
      const how = await act({ client, session }).catch((cause: unknown) => {
        stage.report(errorText(cause));
        return 'leave' as const;
      });
      if (how === 'leave' || stage.signal.aborted) await session.close();
    } catch (cause) {
      // The store is away: say so, and try again like any client. At the end there is nothing left to try.
      if (!stage.signal.aborted) stage.report(errorText(cause));
      await sleep(1000, undefined, { signal: stage.signal }).catch(() => undefined);
    } finally {
      client.close();
    }
  }
}

/** One instance of a service: registered under its lease, coming and going; its load changes, and one of them crashes again and again. */
export function serviceInstance(stage: Stage, prng: Prng, name: string, index: number): Promise<void> {
  const isCrashing = name === 'search' && index === 3;
  return live(stage, isCrashing ? CRASHING_TTL_SECONDS : SERVICE_TTL_SECONDS, async ({ client, session }) => {
    const registration = await serviceRegistry(client).register(session, {
      service: name,
      address: `10.0.${name.length}.${index + 10}:8080`,
      id: `${name}-${index}`,
      version: index === 1 ? '1.5.0' : '1.4.2',
    });
    const beats = isCrashing ? 1 : prng.int(6, 20);
    for (let beat = 0; beat < beats && !stage.signal.aborted && !session.signal.aborted; beat++) {
      await registration.update({ load: Number(prng.float().toFixed(2)) });
      await between(prng, 2000, 6000, stage.signal);
    }
    const how = isCrashing || prng.chance(0.3) ? 'die' : 'leave';
    if (!stage.signal.aborted) stage.report(`${name}-${index} ${how === 'die' ? 'died' : 'was stopped'}`);
    if (how === 'leave') await registration.deregister();
    if (stage.signal.aborted) return 'leave';
    client.close();
    // The dead wait until the store has noticed, the stopped for a deployment.
    await between(prng, 3000, 9000, stage.signal);
    return 'die';
  });
}

/** A candidate that leads for a while, then hands over or dies in office. A flapping one does not stay long. */
export function candidate(
  stage: Stage,
  prng: Prng,
  { name, office, isFlapping }: { readonly name: string; readonly office: string; readonly isFlapping: boolean },
): Promise<void> {
  return live(stage, CANDIDATE_TTL_SECONDS, async ({ client, session }) => {
    const leadership = await election(client, office)
      .campaign(session, name, { signal: stage.signal })
      .catch((cause: unknown) => {
        if (stage.signal.aborted) return undefined;
        throw cause;
      });
    if (leadership === undefined) return 'leave';
    stage.report(`${name} leads ${office} (fencing token ${leadership.createRevision})`);
    const over = AbortSignal.any([stage.signal, leadership.signal]);
    await (isFlapping ? between(prng, 800, 3000, over) : between(prng, 8000, 25_000, over));
    const how = !isFlapping && prng.chance(0.4) ? 'die' : 'leave';
    if (stage.signal.aborted || how === 'die') {
      if (!stage.signal.aborted) stage.report(`${name} died in office`);
      return how;
    }
    if (!leadership.signal.aborted) await leadership.resign();
    stage.report(`${name} handed ${office} over`);
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
      if (!stage.signal.aborted) stage.report(errorText(cause));
    }
    await between(prng, 500, 1500, stage.signal);
  }
  client.close();
}
