/** `npm run bench [-- part… --keys N --revisions N --seconds N --on bundled,etcd]`: figures with their opponents. Exit 0 unless something could not be measured. */
import { parseArgs } from 'node:util';
import { findEtcd } from '../fixtures/etcd.ts';
import type { StoreKind } from '../fixtures/product-on.ts';
import { configFigures } from './config.ts';
import { configPageFigures } from './config-pages.ts';
import { consoleFigures } from './console.ts';
import { coordinationFigures } from './coordination.ts';
import { type Figure, row } from './figure.ts';
import { liveFigures } from './live.ts';
import { pageFigures } from './pages.ts';
import { pastFigures } from './past.ts';
import { perfFigures } from './perf.ts';
import { roadFigures } from './road.ts';
import { snapshotFigures } from './snapshot.ts';
import { storeFigures } from './store.ts';

interface Options {
  readonly keys: number;
  readonly revisions: number;
  readonly seconds: number;
  readonly store: StoreKind;
}

/** Parts about the console run once on each store that can be had. */
const PARTS: Readonly<Record<string, (options: Options) => AsyncIterable<Figure>>> = {
  console: consoleFigures,
  pages: pageFigures,
  live: liveFigures,
  past: pastFigures,
  'config-pages': configPageFigures,
  config: configFigures,
  coordination: coordinationFigures,
};
/** Parts that bring their own stores. */
const STORE_PARTS: Readonly<Record<string, (options: { readonly keys: number }) => AsyncIterable<Figure>>> = {
  store: storeFigures,
  perf: perfFigures,
  road: roadFigures,
  snapshot: snapshotFigures,
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    keys: { type: 'string', default: '100000' },
    revisions: { type: 'string', default: '20000' },
    seconds: { type: 'string', default: '60' },
    on: { type: 'string', default: 'bundled,etcd' },
  },
});
const [keys, revisions, seconds] = [values.keys, values.revisions, values.seconds].map(Number);
const names = [...Object.keys(STORE_PARTS), ...Object.keys(PARTS)];
const isCount = (value: number | undefined): value is number => Number.isSafeInteger(value) && Number(value) >= 1;
const stores = values.on.split(',').filter((one) => one === 'bundled' || one === 'etcd');
if (
  positionals.some((name) => !names.includes(name)) ||
  !isCount(keys) ||
  !isCount(revisions) ||
  !isCount(seconds) ||
  stores.length === 0
) {
  console.error(
    `usage: npm run bench -- [${names.join('|')}]… [--keys N] [--revisions N] [--seconds N] [--on bundled,etcd]`,
  );
  process.exit(2);
}

await findEtcd();
let failures = 0;
const print = async (name: string, figures: AsyncIterable<Figure>): Promise<void> => {
  try {
    for await (const figure of figures) console.log(row(figure));
  } catch (cause) {
    failures++;
    console.error(`${name}: not measured: ${cause instanceof Error ? (cause.stack ?? cause.message) : String(cause)}`);
  }
};
for (const name of positionals.length > 0 ? positionals : names) {
  const [part, storePart] = [PARTS[name], STORE_PARTS[name]];
  if (storePart !== undefined) await print(name, storePart({ keys }));
  if (part !== undefined)
    for (const store of stores) await print(`${name} ${store}`, part({ keys, revisions, seconds, store }));
}
process.exit(failures > 0 ? 1 : 0);
