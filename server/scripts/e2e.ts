/** `npm run e2e [-- part]`: the tests on real processes and in a real browser, or one of the two. */
import { runParts } from './test-parts.ts';

const PARTS = ['processes', 'browser'];
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !PARTS.includes(name));
if (unknown.length > 0) {
  console.error(`no such part: ${unknown.join(', ')}; known: ${PARTS.join(', ')}`);
  process.exit(2);
}
const { failed } = await runParts(wanted.length > 0 ? wanted : PARTS);
process.exit(failed.length > 0 ? 1 : 0);
