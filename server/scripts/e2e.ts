/** `npm run e2e [-- part…]`: the tests on real processes and in a real browser, or the parts named; `faults` and `coordination` only when they are named. */
import { E2E_LONG_PARTS, E2E_PARTS, runParts } from './test-parts.ts';

const KNOWN = [...E2E_PARTS, ...E2E_LONG_PARTS];
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !KNOWN.includes(name));
if (unknown.length > 0) {
  console.error(`no such part: ${unknown.join(', ')}; known: ${KNOWN.join(', ')}`);
  process.exit(2);
}
const { failed } = await runParts(wanted.length > 0 ? wanted : E2E_PARTS);
process.exit(failed.length > 0 ? 1 : 0);
