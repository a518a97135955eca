/** Callers with a deadline. The same patience for all of one list, so that the oldest is always the first to give up. */
import type { Clock } from '../ports/clock.ts';

export interface Waiter<T> {
  readonly done: (result: T) => void;
  readonly since: number;
  readonly deadline: number;
}

/** etcd's ReqTimeout: five seconds for the disk and the network, and two elections. */
export const requestTimeoutMs = (electionTimeoutMs: number): number => 5000 + 2 * electionTimeoutMs;

export function createWaiter<T>(clock: Clock, patienceMs: number, done: (result: T) => void): Waiter<T> {
  const since = clock.now();
  return { done, since, deadline: since + patienceMs };
}
