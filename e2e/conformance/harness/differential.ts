/** Runs one list of cases against both servers and expects the same answers, or a difference that is written down. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type EtcdBinaries, locateEtcd } from './etcd-binary.ts';
import { isSince } from './etcd-version.ts';
import { type Pair, startPair } from './pair.ts';
import { comparable, Probe } from './probe.ts';

const START_TIMEOUT_MS = 60_000;

export interface Case {
  readonly name: string;
  /** Returns everything worth comparing. Keys belong to the case: use `key('x')`-like unique prefixes. */
  readonly run: (probe: Probe) => Promise<unknown>;
  /** Where we differ on purpose (server/docs/divergences.md). */
  readonly differs?: Difference;
}

export interface Difference {
  readonly reason: string;
  /** What each side must give instead. */
  readonly ours: unknown;
  readonly etcd: unknown;
  /** The releases of etcd, one for each line, from which on it answers as we do: beside those there is no difference. */
  readonly until?: readonly string[];
}

const located = await locateEtcd();

/** The describe() to use: runs where the real etcd can be had, else skips by name with the reason. */
export function withEtcd(title: string, body: (binaries: EtcdBinaries) => void): void {
  if (located.found) describe(title, () => body(located.binaries));
  else
    describe.skip(`${title} (SKIPPED: ${located.reason})`, () => test('compared with the real etcd', () => undefined));
}

/** `flags`: both servers get them. */
export function differential(title: string, cases: readonly Case[], flags: readonly string[] = []): void {
  withEtcd(title, (binaries) => {
    let pair: Pair;
    let ours: Probe;
    let etcd: Probe;
    beforeAll(async () => {
      pair = await startPair(binaries, { memberCount: 1, flags });
      ours = new Probe(pair.ours.endpoints[0] ?? '');
      etcd = new Probe(pair.etcd.endpoints[0] ?? '');
    }, START_TIMEOUT_MS);
    afterAll(async () => {
      ours?.close();
      etcd?.close();
      await pair?.stop();
    });

    test.each(cases)('$name', async (one) => {
      const [our, their] = await Promise.all([observe(ours, one), observe(etcd, one)]);
      const { differs } = one;
      if (differs === undefined || (differs.until !== undefined && isSince(binaries.version, differs.until))) {
        expect(our).toEqual(their);
        return;
      }
      expect(their, `etcd does not do what "${differs.reason}" says`).toEqual(differs.etcd);
      expect(our).toEqual(differs.ours);
    });
  });
}

async function observe(probe: Probe, one: Case): Promise<unknown> {
  probe.base = await probe.revision();
  return comparable(await one.run(probe), probe.base);
}
