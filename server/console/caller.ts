/**
 * Where the request being answered comes from, for the audit trail, without handing it through every operation. Kept once per
 * process like the console itself (current.ts): Next evaluates route modules in a graph of their own.
 */
import { AsyncLocalStorage } from 'node:async_hooks';

export interface Caller {
  /** Network address of the other end. */
  readonly address: string;
}

const KEY = Symbol.for('quorate.caller');

interface Holder {
  [KEY]?: AsyncLocalStorage<Caller>;
}

function storage(): AsyncLocalStorage<Caller> {
  const holder = globalThis as Holder;
  holder[KEY] ??= new AsyncLocalStorage<Caller>();
  return holder[KEY];
}

export const asCaller = <T>(caller: Caller, action: () => T): T => storage().run(caller, action);

/** Null for work that no request asked for. */
export const currentCaller = (): Caller | null => storage().getStore() ?? null;
