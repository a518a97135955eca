/** `npm run bench [-- part… --keys N]`: figures with their opponents. Exit 0 unless something could not be measured. */
import { parseArgs } from 'node:util';
import { findEtcd } from '../fixtures/etcd.ts';
import { consoleFigures } from './console.ts';
import { type Figure, row } from './figure.ts';
import { pageFigures } from './pages.ts';
import { storeFigures } from './store.ts';

const PARTS: Readonly<Record<string, (options: { readonly keys: number }) => AsyncIterable<Figure>>> = {
  store: storeFigures,
  console: consoleFigures,
  pages: pageFigures,
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { keys: { type: 'string', default: '100000' } },
});
const keys = Number(values.keys);
const unknown = positionals.filter((name) => !(name in PARTS));
if (unknown.length > 0 || !Number.isSafeInteger(keys) || keys < 1) {
  console.error(`usage: npm run bench -- [${Object.keys(PARTS).join('|')}]… [--keys N]`);
  process.exit(2);
}

await findEtcd();
let failures = 0;
for (const name of positionals.length > 0 ? positionals : Object.keys(PARTS)) {
  try {
    for await (const figure of PARTS[name]?.({ keys }) ?? []) console.log(row(figure));
  } catch (cause) {
    failures++;
    console.error(`${name}: not measured: ${cause instanceof Error ? (cause.stack ?? cause.message) : String(cause)}`);
  }
}
process.exit(failures > 0 ? 1 : 0);
