/** etcdctl's own performance check at every load that a laptop can be asked for, on three members each, one store after the other. */
import { locateEtcd } from '../conformance/harness/etcd-binary.ts';
import { Etcdctl } from '../conformance/harness/etcdctl.ts';
import type { Store } from '../conformance/harness/store.ts';
import { startEtcd } from '../fixtures/etcd.ts';
import { startBundled } from '../fixtures/stores.ts';
import type { Figure } from './figure.ts';

const MEMBERS = 3;
/** Each writes for a minute: 150, 1,000 and 8,000 times a second. */
const LOADS = ['s', 'm', 'l'] as const;
const TIMEOUT_MS = 180_000;

interface Verdict {
  readonly writesPerSecond: number;
  readonly slowestMs: number;
  readonly deviationMs: number;
  readonly passed: string;
}

/** @throws where there is no etcd to measure against */
export async function* perfFigures(): AsyncGenerator<Figure> {
  const located = await locateEtcd();
  if (!located.found) throw new Error(located.reason);
  const etcdctl = new Etcdctl(located.binaries);
  const check = async (store: Store, load: string): Promise<Verdict> => {
    const { stdout } = await etcdctl.run(store, { args: ['check', 'perf', '--load', load] }, TIMEOUT_MS);
    return verdictIn(stdout);
  };
  for (const load of LOADS) {
    const measured: Verdict[] = [];
    for (const start of [startBundled, () => startEtcd(MEMBERS)]) {
      const store = await start();
      try {
        measured.push(await check(store, load));
      } finally {
        await store.stop();
      }
    }
    const [ours, etcd] = measured;
    if (ours === undefined || etcd === undefined) return;
    console.log(`check perf --load ${load}: ours ${ours.passed}; etcd ${etcd.passed}`);
    const figure = (name: string, unit: Figure['unit'], field: keyof Omit<Verdict, 'passed'>): Figure => ({
      ...{ part: 'perf', name: `check perf, load ${load}: ${name}`, unit, more: unit === '/s' ? 'better' : 'worse' },
      ours: ours[field],
      against: { who: 'etcd', value: etcd[field] },
    });
    yield figure('writes', '/s', 'writesPerSecond');
    yield figure('slowest', 'ms', 'slowestMs');
    yield figure('standard deviation', 'ms', 'deviationMs');
  }
}

/** @throws Error when it did not come to an end */
function verdictIn(printed: string): Verdict {
  const number = (pattern: RegExp): number => Number(pattern.exec(printed)?.[1] ?? Number.NaN);
  const verdict = {
    writesPerSecond: number(/Throughput (?:is|too low:) (\d+)/),
    slowestMs: number(/Slowest request took(?: too long:)? ([\d.]+)s/) * 1_000,
    deviationMs: number(/Stddev(?: is| too high:) ([\d.]+)s/) * 1_000,
    passed: printed.match(/PASS|FAIL/g)?.join(' ') ?? '',
  };
  if (verdict.passed === '') throw new Error(`check perf said: ${printed}`);
  return verdict;
}
