import { expect, test } from 'vitest';
import { PingStrikes, type Probed, Prober } from './keep-alive.ts';

const MIN_MS = 5_000;

test('a peer may ping as often as the setting says while it has a stream open, and hardly ever without', () => {
  const strikes = new PingStrikes(MIN_MS);
  for (let at = 0; at < 10 * MIN_MS; at += MIN_MS) strikes.pinged(at, 1);
  const idle = new PingStrikes(MIN_MS);
  for (const at of [0, MIN_MS, 2 * MIN_MS]) idle.pinged(at, 0);
  expect(() => idle.pinged(3 * MIN_MS, 0)).toThrow('too_many_pings');
});

test('the third ping that comes too early ends the connection, unless something was sent meanwhile', () => {
  const strikes = new PingStrikes(MIN_MS);
  for (const at of [0, 1, 2]) strikes.pinged(at, 1);
  expect(() => strikes.pinged(3, 1)).toThrow('too_many_pings');
  const busy = new PingStrikes(MIN_MS);
  for (let at = 0; at < 100; at++) {
    busy.pinged(at, 1);
    busy.forgive();
  }
});

test('without the setting nobody is cut off', () => {
  const strikes = new PingStrikes(0);
  for (let at = 0; at < 1_000; at++) strikes.pinged(at, 0);
});

class Peer implements Probed {
  heardAt = 0;
  pings = 0;
  isCut = false;
  ping(): void {
    this.pings++;
  }
  cut(): void {
    this.isCut = true;
  }
}

test('a silent peer is asked once, and cut when it stays silent; one that answers is asked again later', () => {
  const prober = new Prober<Peer>({ clientPingMinMs: 0, intervalMs: 1_000, timeoutMs: 200 });
  const [dead, alive] = [new Peer(), new Peer()];
  for (let now = 0; now <= 2_300; now += 50) {
    prober.sweep(
      [dead, alive].filter(({ isCut }) => !isCut),
      now,
    );
    if (alive.pings === 1 && now === 1_050) alive.heardAt = now;
  }
  expect([dead.pings, dead.isCut]).toEqual([1, true]);
  expect([alive.pings, alive.isCut]).toEqual([2, true]);
  expect(prober.everyMs).toBe(50);
});

test('either time at 0 asks nobody', () => {
  for (const off of [{ intervalMs: 0 }, { timeoutMs: 0 }])
    expect(new Prober({ clientPingMinMs: 0, intervalMs: 1, timeoutMs: 1, ...off }).everyMs).toBeUndefined();
});
