/** Active checks of a service instance: whether something answers at its address. */
import { connect } from 'node:net';
import { onAbort } from '../abort.ts';
import type { RecipeStore } from './store.ts';

export const CHECK_INTERVAL_MS_MIN = 100;
const INTERVAL_MS = 10_000;
const TIMEOUT_MS = 2_000;
const FAILURES = 3;

export type Check = CheckTiming & (HttpCheck | TcpCheck);

export interface HttpCheck {
  readonly kind: 'http';
  /** Passes with a status from 200 to 299. */
  readonly url: string;
}

export interface TcpCheck {
  readonly kind: 'tcp';
  /** `host:port`; default: the instance's own. Passes when it accepts a connection. */
  readonly address?: string;
}

export interface CheckTiming {
  /** Default 10 s. */
  readonly intervalMs?: number;
  /** Default 2 s. */
  readonly timeoutMs?: number;
  /** As many failures in a row make it failing; default 3. One success makes it passing again. */
  readonly failures?: number;
  /** `mark` (the default) says so in the metadata; `remove` also takes it from those who do not read that, gRPC programs for one. */
  readonly whenFailing?: 'mark' | 'remove';
}

/** Checks until `stop` aborts and tells each change of mind. Rejects only with what `judge` rejects with. */
export async function keepChecking(
  store: RecipeStore,
  check: Check,
  watch: {
    readonly address: string;
    readonly stop: AbortSignal;
    readonly judge: (health: 'passing' | 'failing') => Promise<void>;
  },
): Promise<void> {
  const { address, stop, judge } = watch;
  const intervalMs = Math.max(CHECK_INTERVAL_MS_MIN, check.intervalMs ?? INTERVAL_MS);
  for (let failures = 0; !stop.aborted; ) {
    const isUp = await probe(check, address, stop);
    if (stop.aborted) return;
    failures = isUp ? 0 : failures + 1;
    if (isUp) await judge('passing');
    else if (failures >= (check.failures ?? FAILURES)) await judge('failing');
    await store.host.sleep(intervalMs, stop);
  }
}

/** Whether it answered in time. */
export async function probe(check: Check, address: string, stop: AbortSignal): Promise<boolean> {
  const signal = AbortSignal.any([stop, AbortSignal.timeout(check.timeoutMs ?? TIMEOUT_MS)]);
  if (check.kind === 'tcp') return accepts(check.address ?? address, signal);
  try {
    const answer = await fetch(check.url, { signal, redirect: 'manual' });
    await answer.body?.cancel();
    return answer.ok;
  } catch {
    // Refused, unreachable, too slow: whatever it is, it does not answer.
    return false;
  }
}

function accepts(address: string, signal: AbortSignal): Promise<boolean> {
  const colon = address.lastIndexOf(':');
  const host = address.slice(0, colon).replace(/^\[(.*)\]$/, '$1');
  return new Promise((resolve) => {
    const socket = connect({ host, port: Number(address.slice(colon + 1)) });
    const finish = (isUp: boolean) => {
      done();
      socket.destroy();
      resolve(isUp);
    };
    const done = onAbort(signal, () => finish(false));
    socket.once('connect', () => finish(true));
    socket.once('error', () => finish(false));
  });
}
