/**
 * `npm test [-- part…]`: everything, or the parts named. The last line is `N passed, N failed`, with `, N skipped` and
 * their names above it when there are any.
 */
import { PARTS, runParts } from './test-parts.ts';

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !(name in PARTS));
if (unknown.length > 0) {
  console.error(`no such part: ${unknown.join(', ')}; known: ${Object.keys(PARTS).join(', ')}`);
  process.exit(2);
}
const { failed } = await runParts(wanted.length > 0 ? wanted : Object.keys(PARTS));
process.exit(failed.length > 0 ? 1 : 0);
