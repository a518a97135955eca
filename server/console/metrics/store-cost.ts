/** What a store has cost in all: engines come and go with the users that are signed in, and what they cost stays counted. */
import type { Engine, EngineCost } from '../../engines/engine.ts';

const NOTHING: EngineCost = { rpcs: 0, bytesSent: 0, bytesReceived: 0, watches: 0 };

export class StoreCost {
  readonly #open = new Set<Engine>();
  #past = NOTHING;

  /** The same engine, counted from now on; what it cost is kept when it is closed. */
  track(engine: Engine): Engine {
    this.#open.add(engine);
    return {
      ...engine,
      close: (why) => {
        if (this.#open.delete(engine)) this.#past = sum(this.#past, { ...engine.cost(), watches: 0 });
        engine.close(why);
      },
    };
  }

  total(): EngineCost {
    return [...this.#open].reduce((total, engine) => sum(total, engine.cost()), this.#past);
  }
}

const sum = (a: EngineCost, b: EngineCost): EngineCost => ({
  rpcs: a.rpcs + b.rpcs,
  bytesSent: a.bytesSent + b.bytesSent,
  bytesReceived: a.bytesReceived + b.bytesReceived,
  watches: a.watches + b.watches,
});
