/**
 * The recipes on three real members: each round kills the leader and lets the members suffer further faults while programs lock, lead,
 * queue and count; then all heals, programs of their own are stopped and killed while they hold, and the account is held against what the store says.
 */
import { Prng } from '../../lib/base/prng.ts';
import { type Client, connect, counter, queue } from '../../lib/client/index.ts';
import { DrillCluster } from '../faults/drill-members.ts';
import { suffer, untilLeader } from '../faults/schedule.ts';
import { Account, runActors } from './actors.ts';
import { CLIENT_FAULTS, ClientFaults } from './client-faults.ts';

/** Faults that members of a drill know, in turn over the rounds. */
const FAULTS = [
  'killFollower',
  'stopLeader',
  'killAll',
  'stopFollower',
  'isolateLeader',
  'killMajority',
  'isolateFollower',
];
const DRAIN_TTL_SECONDS = 30;

export interface RoundsResult {
  readonly problems: readonly string[];
  readonly turns: number;
}

export async function runRounds(options: {
  readonly rounds: number;
  readonly seed: number;
  readonly print: (line: string) => void;
}): Promise<RoundsResult> {
  const cluster = await DrillCluster.start(3, { hasSmallDisk: false });
  const problems: string[] = [];
  let turns = 0;
  try {
    for (let round = 1; round <= options.rounds; round++) {
      const result = await runRound(cluster, round, new Prng(options.seed * 1_000 + round));
      turns += result.turns;
      problems.push(...result.problems.map((problem) => `round ${round}: ${problem}`));
      options.print(
        `round ${round}: ${result.faults.join(', ')}: ${result.turns} turns, ${result.problems.length} violations`,
      );
    }
  } finally {
    await cluster.destroy();
  }
  return { problems, turns };
}

async function runRound(cluster: DrillCluster, round: number, prng: Prng) {
  const account = new Account();
  const over = new AbortController();
  const endpoints = cluster.members.map((member) => member.endpoint);
  const prefix = `round-${round}/`;
  const clients = await ClientFaults.start(endpoints, prefix);
  const acting = runActors({ endpoints, account, prefix, over: over.signal }, prng.uint32() % 1_000_000);
  const faults = [FAULTS[(2 * round) % FAULTS.length] ?? '', FAULTS[(2 * round + 1) % FAULTS.length] ?? ''];
  try {
    await suffer(cluster, prng, faults);
    await untilLeader(cluster);
    await clients.suffer(account);
  } finally {
    over.abort();
    await acting;
    await clients.stop();
  }
  const client = connect({ endpoints });
  try {
    const problems = [...account.problems, ...(await judge(client, prefix, account)), ...(await clients.judge(client))];
    return { faults: [...faults, ...CLIENT_FAULTS], turns: account.turns, problems };
  } finally {
    client.close();
  }
}

/** Holds the account against what is in the store. */
async function judge(client: Client, prefix: string, account: Account): Promise<readonly string[]> {
  const problems: string[] = [];
  for (const [lock, tokens] of account.fenced) {
    if (lock !== 'limit' && tokens.some((token, i) => token < (tokens[i - 1] ?? 0)))
      problems.push(`${lock}: the store took writes of tokens ${tokens.join(', ')}: not in order`);
  }
  if ((account.fenced.get('lock') ?? []).length === 0)
    problems.push('nobody ever held the lock: the round proves nothing');
  const value = await counter(client, `${prefix}counter`).get();
  if (value < account.counted) problems.push(`${account.counted} counted, ${value} there: additions are lost`);
  if (value > account.counted + account.unclear) problems.push(`${value} there, ${account.counted} counted: too many`);
  const left = await drain(client, `${prefix}queue`);
  const seen = [...account.itemsDone, ...left];
  if (new Set(seen).size < seen.length) problems.push('an item was done by one and still there for another');
  const gone = new Set([...seen, ...account.itemsMaybeDone]);
  for (const item of account.itemsIn) if (!gone.has(item)) problems.push(`${item} is lost`);
  for (const item of seen) if (!account.itemsMaybeIn.has(item)) problems.push(`${item} comes from nowhere`);
  return problems;
}

/** Takes everything that is left, also what those had in hand whose sessions ended. */
async function drain(client: Client, name: string): Promise<string[]> {
  const session = await client.session({ ttlSeconds: DRAIN_TTL_SECONDS });
  const items = queue(client, name);
  const left: string[] = [];
  for (;;) {
    const taken = await items.tryTake(session);
    if (taken !== null) {
      left.push(Buffer.from(taken.value).toString());
      await taken.done();
      continue;
    }
    const { count } = await client.get({ prefix: `__${name}/claims/` });
    if (count === 0) break;
    // Somebody died with an item in hand: it comes back when that lease has run out.
    const next = await items.tryTake(session, { timeoutMs: 5_000 });
    await next?.putBack();
  }
  await session.close();
  return left;
}
