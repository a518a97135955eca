/** Waiting for a gate, for each other, and for whole groups of others. */
import { BarrierTimeoutError, barrier, type Client, doubleBarrier, hierarchicalBarrier } from '../index.ts';

/** Resolves once the gate is open. */
export async function gate(client: Client): Promise<readonly string[]> {
  const story: string[] = [];
  const launch = barrier(client, 'gates/launch');
  await launch.hold();
  const waiting = launch.wait().then(() => story.push('through'));
  story.push('closed');
  await launch.release();
  await waiting;
  return story;
}

/** All start together and end together. Resolves to how many had entered when each started. */
export async function together(client: Client, parties: number): Promise<readonly number[]> {
  let entered = 0;
  const party = async () => {
    const session = await client.session({ ttlSeconds: 10 });
    entered++;
    const inside = await doubleBarrier(client, 'jobs/benchmark', parties).enter(session);
    const seen = entered;
    await inside.leave();
    await session.close();
    return seen;
  };
  return Promise.all(Array.from({ length: parties }, party));
}

/** Two racks of two: nobody starts before both racks are complete. */
export async function racks(client: Client): Promise<readonly number[]> {
  let entered = 0;
  const machine = async (rack: string) => {
    const session = await client.session({ ttlSeconds: 10 });
    entered++;
    const start = hierarchicalBarrier(client, [
      { name: `jobs/rollout/${rack}`, count: 2 },
      { name: 'jobs/rollout', count: 2 },
    ]);
    const inside = await start.enter(session);
    const seen = entered;
    await inside.leave();
    await session.close();
    return seen;
  };
  return Promise.all(['rack-1', 'rack-1', 'rack-2', 'rack-2'].map(machine));
}

/** Nobody else comes: what each way of giving up leads to. */
export async function alone(client: Client): Promise<readonly string[]> {
  const session = await client.session({ ttlSeconds: 10 });
  const pair = doubleBarrier(client, 'jobs/pair', 2);
  const failed = await pair.enter(session, { timeoutMs: 200 }).catch((cause: unknown) => cause);
  const partial = await pair.enter(session, { timeoutMs: 200, onTimeout: 'partial' });
  await partial.leave();
  const released = await pair.enter(session, { timeoutMs: 200, onTimeout: 'release' });
  await released.leave();
  await session.close();
  return [
    failed instanceof BarrierTimeoutError ? `${failed.present} of ${failed.expected}` : String(failed),
    `partial: complete ${partial.isComplete}`,
    `release: complete ${released.isComplete}`,
  ];
}
