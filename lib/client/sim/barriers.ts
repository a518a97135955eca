/** The scenario for double barriers: round after round, nobody starts before everybody is there, nobody goes on before all have left. */
import { putOp } from '../client.ts';
import { LayoutError } from '../errors.ts';
import type { DoubleBarrier } from '../recipes/double-barrier.ts';
import type { RecipeStore } from '../recipes/store.ts';
import { type Conditions, type Life, type Report, Stage } from './stage.ts';

/** Groups of parties; one group is a plain double barrier. */
export interface BarrierRules {
  readonly groups: number;
  readonly partiesPerGroup: number;
  readonly make: (store: RecipeStore, group: number) => DoubleBarrier;
}

export const BARRIER = 'sim/barrier';
const ROUNDS_MAX = 200;

interface Round {
  /** Whether somebody has set out for it: then all must come. */
  isOn: boolean;
  entering: number;
  leaving: number;
}

/** Parties do not die here: their places are counted, and a round that lost one waits for another, by design. */
export async function checkBarrier(rules: BarrierRules, conditions: Conditions): Promise<Report> {
  const stage = new Stage(conditions);
  const parties = rules.groups * rules.partiesPerGroup;
  const rounds = Array.from({ length: ROUNDS_MAX }, (): Round => ({ isOn: false, entering: 0, leaving: 0 }));
  const ends = conditions.faultyMs;
  // Left behind by a round in which everybody died.
  stage.store.txn({ compare: [], success: [putOp(`${BARRIER}/ready`, '')], failure: [] });
  const party = async (group: number): Promise<void> => {
    const client = stage.client();
    const session = await client.session(60);
    const life: Life = { client, session };
    for (const [index, round] of rounds.entries()) {
      if (stage.world.now > ends && !round.isOn) break;
      round.isOn = true;
      await go(index, round, life, group);
    }
  };
  const go = async (index: number, round: Round, { client, session }: Life, group: number): Promise<void> => {
    const { prng } = stage.world;
    await stage.linger(client, [0, 2_000], session.signal);
    if (stage.isStormy && prng.chance(0.1)) client.pause(prng.int(50, 5_000));
    round.entering++;
    const entered = await stage.waiting(
      client,
      `round ${index}`,
      comeIn(rules.make(client, group), { client, session }),
    );
    if (round.entering < parties) stage.violated(`round ${index} started with ${round.entering} of ${parties}`);
    stage.happened();
    await stage.linger(client, [0, 1_000], session.signal);
    round.leaving++;
    await stage.waiting(client, `the end of round ${index}`, entered.leave());
    const together = rules.groups === 1 ? parties : rules.partiesPerGroup;
    if (round.leaving < together) stage.violated(`round ${index} ended with ${round.leaving} gone`);
  };
  for (let group = 0; group < rules.groups; group++) {
    for (let i = 0; i < rules.partiesPerGroup; i++) void party(group);
  }
  return stage.run();
}

/** There is no room for the next round until everybody has left the last one. */
async function comeIn(barrier: DoubleBarrier, { client, session }: Life) {
  for (;;) {
    try {
      return await barrier.enter(session);
    } catch (cause) {
      if (!(cause instanceof LayoutError)) throw cause;
      await client.host.sleep(200, session.signal);
    }
  }
}
