/** Carrying a store to a real etcd and back: what it takes, and that nothing is lost on the way. */
import { deepStrictEqual } from 'node:assert/strict';
import { locateEtcd } from '../conformance/harness/etcd-binary.ts';
import { temporaryFolder } from '../fixtures/temporary.ts';
import { roundTrip } from '../road/round-trip.ts';
import type { Figure } from './figure.ts';

const MIB = 1024 * 1024;
/** A member of Node's without a key, and what each key may cost it on top: its place in the index, and what the runtime keeps of it. */
const MEMBER_BYTES = 300 * MIB;
const MEMBER_BYTES_PER_KEY = 900;
/** @throws where there is no etcd, or something did not arrive as it left */
export async function* roadFigures({ keys }: { readonly keys: number }): AsyncGenerator<Figure> {
  const located = await locateEtcd();
  if (!located.found) throw new Error(located.reason);
  const folder = temporaryFolder('road');
  try {
    const { stations, described, peaks, times } = await roundTrip(located.binaries, folder, keys);
    const [first, ...others] = stations;
    for (const { name, facts } of others) deepStrictEqual(facts, first?.facts, `${name} tells something else`);
    deepStrictEqual(described[0]?.revision, described[1]?.revision, 'the two files are of other revisions');
    yield duration('snapshot given', times.ours.save, times.etcd.save);
    yield duration('snapshot restored', times.ours.restore, times.etcd.restore);
    for (const [what, bytes] of Object.entries(peaks))
      yield bounded(`most resident of a member: ${what}`, bytes, MEMBER_BYTES + keys * MEMBER_BYTES_PER_KEY);
  } finally {
    folder.remove();
  }
}

const duration = (name: string, ours: number, etcd: number): Figure => ({
  ...{ part: 'road', name, unit: 'ms', more: 'worse', ours },
  against: { who: 'etcd', value: etcd },
});

const bounded = (name: string, ours: number, value: number): Figure => ({
  ...{ part: 'road', name, unit: 'bytes', more: 'worse', ours },
  against: { who: 'budget', value },
});
