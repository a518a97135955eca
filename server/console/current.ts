/**
 * The one way from a route handler to the console. Importing this does nothing; asking before the console runs (during a
 * build, say) is an error of the asking.
 */
import { GrpcCode } from '../../lib/base/grpc-status.ts';
import type { Console } from './console.ts';
import { ConsoleError } from './errors.ts';

const KEY = Symbol.for('quorate.console');

interface Holder {
  [KEY]?: Console | undefined;
}

const holder = globalThis as Holder;

export function setCurrentConsole(current: Console | undefined): void {
  holder[KEY] = current;
}

/** @throws ConsoleError UNAVAILABLE when the process runs no console. */
export function currentConsole(): Console {
  const current = holder[KEY];
  if (current === undefined) {
    throw new ConsoleError(GrpcCode.UNAVAILABLE, 'the console is not running: start it with npm start or npm run dev');
  }
  return current;
}
