/** The scenario for counters: additions from many programs, none lost and none counted twice. */
import { ClientError } from '../errors.ts';
import { type Counter, UnclearAdditionError } from '../recipes/counter.ts';
import type { RecipeStore } from '../recipes/store.ts';
import { type Conditions, type Report, Stage } from './stage.ts';

const NAME = 'sim/counter';
const PROGRAMS = 5;

/** @param isCertain additions go by the session, so that only the end of the session leaves one open. */
export async function checkCounter(
  make: (store: RecipeStore, name: string) => Counter,
  isCertain: boolean,
  conditions: Conditions,
): Promise<Report> {
  const stage = new Stage(conditions);
  let counted = 0n;
  let open = 0n;
  for (let i = 0; i < PROGRAMS; i++) {
    stage.program(async ({ client, session }) => {
      const { prng } = stage.world;
      for (let turns = prng.int(1, 12); turns > 0 && !session.signal.aborted && !stage.isHealing; turns--) {
        const delta = BigInt(prng.int(1, 3));
        // Until the answer is known it may be in or not; a program that dies never hears.
        open += delta;
        try {
          await make(client, NAME).add(delta, isCertain ? { session } : {});
          open -= delta;
          counted += delta;
          stage.happened();
        } catch (cause) {
          if (cause instanceof UnclearAdditionError) continue;
          if (cause instanceof ClientError && cause.maybeApplied && !isCertain) continue;
          open -= delta;
          throw cause;
        }
        await stage.linger(client, [0, 800], session.signal);
      }
    });
  }
  const report = await stage.run();
  const client = stage.client();
  let value: bigint | null = null;
  void make(client, NAME)
    .get()
    .then((found) => {
      value = found;
    });
  await stage.world.run(stage.world.now + 10_000);
  if (value === null) stage.violated('the counter could not be read');
  else if (value < counted) stage.violated(`${counted} were counted, ${value} are there: additions are lost`);
  else if (value > counted + open) stage.violated(`at most ${counted + open} were counted, ${value} are there`);
  return report;
}
