import { expect, test } from 'vitest';
import { Attempts, FREE_FAILURES, FREE_FAILURES_PER_ADDRESS, WAIT_MAX_MS } from './attempts.ts';

let now = 0;
const ada = { store: 's', user: 'ada', address: '10.0.0.1' };

function fail(attempts: Attempts, times: number, attempt = ada): void {
  for (let i = 0; i < times; i++) attempts.failed(attempt);
}
const waits = (attempts: Attempts, attempt = ada): number => {
  try {
    attempts.check(attempt);
    return 0;
  } catch (error) {
    return (error as { detail: { retryAfterSeconds: number } }).detail.retryAfterSeconds;
  }
};

test('a few wrong passwords cost nothing, each one more doubles the wait, up to a bound', () => {
  now = 0;
  const attempts = new Attempts(() => now);
  fail(attempts, FREE_FAILURES - 1);
  expect(waits(attempts)).toBe(0);
  fail(attempts, 1);
  expect(waits(attempts)).toBe(1);
  fail(attempts, 1);
  expect(waits(attempts)).toBe(2);
  fail(attempts, 50);
  expect(waits(attempts)).toBe(WAIT_MAX_MS / 1000);
});

test('the wait passes, and failures are forgotten after a quarter of an hour', () => {
  now = 0;
  const attempts = new Attempts(() => now);
  fail(attempts, FREE_FAILURES);
  now = 1_000;
  expect(waits(attempts)).toBe(0);
  fail(attempts, 1);
  expect(waits(attempts)).toBe(2);
  now += 16 * 60_000;
  fail(attempts, 1);
  expect(waits(attempts)).toBe(0);
});

test('one address cannot lock a user out at another one, and is slowed over many users', () => {
  now = 0;
  const attempts = new Attempts(() => now);
  for (let i = 0; i < FREE_FAILURES_PER_ADDRESS; i++) attempts.failed({ ...ada, user: `user${i}` });
  expect(waits(attempts, { ...ada, user: 'somebody else' })).toBe(1);
  expect(waits(attempts, { ...ada, address: '10.0.0.2' })).toBe(0);
});

test('a fitting password clears the failures of its user from there', () => {
  now = 0;
  const attempts = new Attempts(() => now);
  fail(attempts, FREE_FAILURES);
  attempts.succeeded(ada);
  expect(waits(attempts)).toBe(0);
});
