/** `npm run check`: format and lint, import directions, house rules, lock file, types. Exit code 1 when anything is wrong. */
import { runChecks } from './check-steps.ts';

const results = await runChecks((line) => console.log(line));
process.exitCode = results.every((result) => result.ok) ? 0 : 1;
