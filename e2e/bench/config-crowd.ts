/**
 * Many applications in one process, each with a connection and a watch of its own, for the figures of `config.ts`. Prints one JSON line
 * when all are ready, and one for each document once the last of them has applied it.
 *
 *   config-crowd.ts ENDPOINTS PLACE FROM COUNT
 */
import { openConfig } from '../../lib/client/config/index.ts';
import { connect } from '../../lib/client/index.ts';

const [endpoints = '', place = '', from = '', count = ''] = process.argv.slice(2);
const [bundle = '', app = '', env = '', service = ''] = place.split('/');
const size = Number(count);
/** Arrivals of each document: how many, and when. */
const seen = new Map<string, number[]>();

function applied(banner: string): void {
  const times = seen.get(banner) ?? [];
  times.push(Date.now());
  seen.set(banner, times);
  if (times.length === size) console.log(JSON.stringify({ banner, times }));
}

const crowd = Array.from({ length: size }, (_, i) =>
  openConfig({
    from: connect({ endpoints: endpoints.split(','), begin: 'any' }),
    ...{ bundle, app, env, service, instanceId: `crowd-${Number(from) + i}` },
    apply: ({ banner }) => applied(String(banner)),
    onTrouble: (reason) => console.error(reason),
  }),
);
await Promise.all(crowd.map((one) => one.ready));
console.log(JSON.stringify({ ready: size }));
