import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { JsonObject } from '../../config/json.ts';
import { hashOf, LastKnownGood } from './last-known-good.ts';
import { ConfigRunner, type RunnerOptions, SPREAD_MS_MAX } from './runner.ts';
import { ConfigRejected, type ConfigSource, type Offer, type OwnReport, type SourceListener } from './types.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'quorate-config-'));
});
afterEach(() => {
  vi.useRealTimers();
  rmSync(folder, { recursive: true, force: true });
});

const offerOf = (values: JsonObject, generation: number, readers = 0): Offer => ({
  values,
  layers: [{ target: 'settings', releaseId: `r_${generation}`, generation }],
  sha256: hashOf(values),
  probe: null,
  readers,
});

/** A source in the test's hands; `reported` resolves with the next report. */
class FakeSource implements ConfigSource {
  readonly reports: OwnReport[] = [];
  hasLeft = false;
  #offer: (offer: Offer) => void = () => undefined;
  #waiting: (() => void)[] = [];
  #held: Promise<void> | undefined;

  start(listener: SourceListener): void {
    this.#offer = listener.onOffer;
  }

  async report(report: OwnReport): Promise<void> {
    this.reports.push(report);
    for (const resolve of this.#waiting.splice(0)) resolve();
    await this.#held;
  }

  /** No report is taken until this is called. */
  hold(): () => void {
    let release = (): void => undefined;
    this.#held = new Promise((resolve) => {
      release = resolve;
    });
    return release;
  }

  async leave(): Promise<void> {
    this.hasLeft = true;
  }

  close(): void {}

  /** Offers what it runs again, with something to try. */
  async ask(values: JsonObject, probe: JsonObject, generation: number): Promise<OwnReport | undefined> {
    const from = this.reports.length;
    const trial = { values: probe, layers: [{ target: 'settings', releaseId: 'r_try', generation }], sha256: '' };
    this.#offer({ ...offerOf(values, generation), probe: trial });
    const answer = () => this.reports.slice(from).find(({ state }) => state.startsWith('WOULD_'));
    while (answer() === undefined) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    return answer();
  }

  /** One of so many that are told at once. Nothing is waited for. */
  tell(values: JsonObject, generation: number, readers: number): void {
    this.#offer(offerOf(values, generation, readers));
  }

  async offer(values: JsonObject, generation: number): Promise<OwnReport | undefined> {
    this.#offer(offerOf(values, generation));
    const from = this.reports.length;
    while (this.reports.slice(from).every(({ layers }) => layers[0]?.generation !== generation)) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    return this.reports.slice(from).find(({ layers }) => layers[0]?.generation === generation);
  }
}

function begin(options: Partial<RunnerOptions> = {}) {
  const source = new FakeSource();
  const applied: JsonObject[] = [];
  const runner = new ConfigRunner({
    source,
    memory: new LastKnownGood(folder),
    validate: () => undefined,
    apply: (values) => {
      applied.push(values);
    },
    health: () => 'UP',
    onTrouble: () => undefined,
    ...options,
  });
  runner.start();
  return { source, runner, applied };
}

test('an offer is applied as a whole and reported with its generation', async () => {
  const { source, runner, applied } = begin();
  expect(await source.offer({ a: 1 }, 1)).toMatchObject({
    state: 'APPLIED',
    seq: 1,
    running: [{ generation: 1 }],
    error: null,
  });
  expect(runner.running?.values).toEqual({ a: 1 });
  expect(Object.isFrozen(applied[0])).toBe(true);
  expect(await source.offer({ a: 1 }, 2), 'the same document is not applied twice').toMatchObject({
    running: [{ generation: 2 }],
  });
  expect(applied.length).toBe(1);
});

test('what validate or apply refuses is reported with its place, and the old document stays', async () => {
  const { source, runner } = begin({
    validate: ({ a }) => {
      if (a === 2) throw new ConfigRejected('/a', 'must be odd');
    },
    apply: ({ a }) => {
      if (a === 4) throw new Error('the pool is gone');
    },
  });
  await source.offer({ a: 1 }, 1);
  expect(await source.offer({ a: 2 }, 2)).toMatchObject({
    state: 'REJECTED',
    error: { code: 'validate', path: '/a', message: 'must be odd' },
    layers: [{ generation: 2 }],
    running: [{ generation: 1 }],
  });
  expect(await source.offer({ a: 4 }, 3)).toMatchObject({
    state: 'REJECTED',
    error: { code: 'apply', message: 'the pool is gone' },
  });
  expect(runner.running?.values).toEqual({ a: 1 });
  expect(await source.offer({ a: 1 }, 4)).toMatchObject({ state: 'APPLIED', error: null });
});

test('one of a thousand that are told at once answers in its turn, with what holds then; trouble is told at once', async () => {
  vi.useFakeTimers();
  const { source, runner, applied } = begin({
    validate: ({ a }) => {
      if (a === 3) throw new ConfigRejected('/a', 'is three');
    },
  });
  source.tell({ a: 1 }, 1, 1_000);
  await vi.advanceTimersByTimeAsync(499);
  expect(applied, 'it waits with its word, not with its work').toEqual([{ a: 1 }]);
  expect(source.reports).toEqual([]);
  source.tell({ a: 2 }, 2, 1_000);
  await vi.advanceTimersByTimeAsync(1_500);
  expect(source.reports.map(({ running }) => running[0]?.generation)).toEqual([2]);
  source.tell({ a: 3 }, 3, 1_000);
  await vi.advanceTimersByTimeAsync(0);
  expect(source.reports.at(-1)).toMatchObject({
    state: 'REJECTED',
    error: { path: '/a' },
    running: [{ generation: 2 }],
  });
  source.tell({ a: 4 }, 4, 1_000_000);
  await vi.advanceTimersByTimeAsync(1.5 * SPREAD_MS_MAX);
  expect(source.reports.at(-1), 'however many they are').toMatchObject({
    state: 'APPLIED',
    layers: [{ generation: 4 }],
  });
  await runner.close();
});

test('what was rejected before is not held against what is being tried', async () => {
  let settle = (): void => undefined;
  const { source, runner } = begin({
    validate: ({ a }) => {
      if (a === 2) throw new ConfigRejected('/a', 'must be odd');
      return a === 3 ? new Promise<void>((resolve) => (settle = resolve)) : undefined;
    },
  });
  await source.offer({ a: 1 }, 1);
  await source.offer({ a: 2 }, 2);
  source.tell({ a: 3 }, 3, 0);
  await runner.report();
  expect(source.reports.at(-1)).toMatchObject({
    ...{ state: 'PENDING', error: null },
    ...{ layers: [{ generation: 3 }], running: [{ generation: 1 }] },
  });
  settle();
  await vi.waitFor(() =>
    expect(source.reports.at(-1)).toMatchObject({ state: 'APPLIED', running: [{ generation: 3 }] }),
  );
});

test('reports go one after the other, and one that hangs holds back no document', async () => {
  const { source, runner, applied } = begin();
  const release = source.hold();
  source.tell({ a: 1 }, 1, 0);
  source.tell({ a: 2 }, 2, 0);
  await vi.waitFor(() => expect(applied.length).toBe(2));
  expect(source.reports.length, 'the second waits for the first').toBe(1);
  release();
  await vi.waitFor(() => expect(source.reports.length).toBe(2));
  expect(source.reports.at(-1)).toMatchObject({ seq: 2, running: [{ generation: 2 }] });
  await runner.close();
});

test('what it is asked to try is validated, answered once and never applied', async () => {
  const { source, runner, applied } = begin({
    validate: ({ a }) => {
      if (a === 2) throw new ConfigRejected('/a', 'must be odd');
    },
  });
  await source.offer({ a: 1 }, 1);
  expect(await source.ask({ a: 1 }, { a: 3 }, 2)).toMatchObject({
    state: 'WOULD_ACCEPT',
    layers: [{ releaseId: 'r_try', generation: 2 }],
    running: [{ releaseId: 'r_2' }],
    error: null,
  });
  expect(await source.ask({ a: 1 }, { a: 2 }, 3)).toMatchObject({
    state: 'WOULD_REJECT',
    error: { code: 'validate', path: '/a', message: 'must be odd' },
  });
  await source.offer({ a: 1 }, 4);
  expect(source.reports.at(-1), 'what it is stays what it says of itself').toMatchObject({
    state: 'APPLIED',
    error: null,
  });
  expect(source.reports.filter(({ state }) => state.startsWith('WOULD_')).length).toBe(2);
  expect(runner.running?.values).toEqual({ a: 1 });
  expect(applied).toEqual([{ a: 1 }]);
});

test('a process that ended in good order starts on what it ran, before anybody answers', async () => {
  const first = begin();
  await first.source.offer({ a: 1 }, 1);
  await first.runner.close();
  expect(first.source.hasLeft).toBe(true);
  const second = begin();
  await second.runner.ready;
  expect(second.applied).toEqual([{ a: 1 }]);
});

test('a process that died soon after applying goes back to the last known good and blames the crash', async () => {
  const first = begin();
  await first.source.offer({ a: 1 }, 1);
  await first.runner.close();
  const dying = begin();
  await dying.runner.ready;
  await dying.source.offer({ a: 2 }, 2);
  // It dies here: nothing is closed, nothing proven.
  const next = begin();
  await next.runner.ready;
  expect(next.runner.running?.values).toEqual({ a: 1 });
  expect(await next.source.offer({ a: 2 }, 2)).toMatchObject({
    state: 'REJECTED',
    error: { code: 'crash' },
    running: [{ generation: 1 }],
  });
  expect(next.applied).toEqual([{ a: 1 }]);
  // Again and again: still blamed.
  const again = begin();
  await again.runner.ready;
  expect(await again.source.offer({ a: 2 }, 3)).toMatchObject({ state: 'REJECTED', error: { code: 'crash' } });
  expect(await again.source.offer({ a: 3 }, 4), 'another document gets its chance').toMatchObject({ state: 'APPLIED' });
});

test('a torn or edited file counts as none', async () => {
  const first = begin();
  await first.source.offer({ a: 1 }, 1);
  await first.runner.close();
  const file = path.join(folder, 'last-known-good.json');
  writeFileSync(file, readFileSync(file, 'utf8').replace('"a":1', '"a":9'));
  const { runner, source } = begin();
  expect(runner.running).toBe(null);
  await source.offer({ a: 2 }, 2);
  expect(runner.running?.values).toEqual({ a: 2 });
});
