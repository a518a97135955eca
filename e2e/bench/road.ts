/** Carrying a store to a real etcd and back, and through the console: what it takes, and that nothing is lost on the way. */
import { deepStrictEqual } from 'node:assert/strict';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import path from 'node:path';
import { inspectSnapshot } from '../../lib/snapshot/inspect.ts';
import { locateEtcd } from '../conformance/harness/etcd-binary.ts';
import { residentBytes } from '../fixtures/memory.ts';
import { temporaryFolder } from '../fixtures/temporary.ts';
import { downloadThroughConsole } from '../road/console-download.ts';
import { hashesOf } from '../road/hashes.ts';
import { roundTrip } from '../road/round-trip.ts';
import { startOurs } from '../road/servers.ts';
import type { Figure } from './figure.ts';
import { startLoaded } from './loaded.ts';

const MIB = 1024 * 1024;
/** A member of Node's without a key, and what each key may cost it on top: its place in the index, and what the runtime keeps of it. */
const MEMBER_BYTES = 300 * MIB;
const MEMBER_BYTES_PER_KEY = 900;
/** Streams: whatever the number of keys. */
const CONSOLE_GROWTH_BYTES = 64 * MIB;
const MEMBER_GROWTH_BYTES = 128 * MIB;
const DOWNLOADED_KEYS_PER_SECOND_MIN = 20_000;
const INSPECTED_KEYS_PER_SECOND_MIN = 50_000;
const INSPECTION_BYTES_PER_KEY = 300;

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
  yield* throughConsole(keys);
}

async function* throughConsole(keys: number): AsyncGenerator<Figure> {
  const folder = temporaryFolder('download');
  try {
    const file = path.join(folder.path, 'store.db');
    const { wanted, revision, download } = await downloaded(keys, file);
    const { bytes, announced, pieces, isIntact, ms, growth } = download;
    if (!isIntact) throw new Error('the snapshot does not fit its checksum');
    console.log(`${bytes} bytes, announced as ${announced}, in ${pieces} pieces`);
    yield bounded('growth of the console while a snapshot is downloaded', growth.console, CONSOLE_GROWTH_BYTES);
    yield bounded('growth of the member that gives it', growth.member, MEMBER_GROWTH_BYTES);
    yield {
      ...{ part: 'road', name: 'snapshot downloaded through the console', unit: '/s', more: 'better' },
      ours: keys / (ms / 1_000),
      against: { who: 'budget', value: DOWNLOADED_KEYS_PER_SECOND_MIN },
    };
    const inspected = inspect(file);
    if (inspected.report.checksum !== 'fits' || (inspected.report.living?.keys ?? 0) <= keys)
      throw new Error(`the inspection tells ${JSON.stringify(inspected.report)}`);
    yield {
      ...{ part: 'road', name: 'snapshot inspected, as a page does it', unit: '/s', more: 'better' },
      ours: keys / (inspected.ms / 1_000),
      against: { who: 'budget', value: INSPECTED_KEYS_PER_SECOND_MIN },
    };
    yield bounded('growth of whoever inspects', inspected.growth, MEMBER_BYTES + keys * INSPECTION_BYTES_PER_KEY);
    const restored = await startOurs(folder.path, file);
    try {
      deepStrictEqual(await hashesOf(restored.endpoints, revision), wanted, 'the restored members hold something else');
    } finally {
      await restored.stop();
    }
  } finally {
    folder.remove();
  }
}

/** Here and now, with what it adds to this process at most. */
function inspect(file: string) {
  const descriptor = openSync(file, 'r');
  const bytes = fstatSync(descriptor).size;
  const read = (at: number, length: number): Uint8Array => {
    const out = new Uint8Array(Math.max(0, Math.min(length, bytes - at)));
    return out.subarray(0, readSync(descriptor, out, 0, out.length, at));
  };
  const [since, before] = [performance.now(), residentBytes(process.pid)];
  let growth = 0;
  const inspection = inspectSnapshot({ size: () => bytes, read });
  for (let step = inspection.next(); ; step = inspection.next()) {
    growth = Math.max(growth, residentBytes(process.pid) - before);
    if (step.done !== true) continue;
    closeSync(descriptor);
    return { report: step.value, ms: performance.now() - since, growth };
  }
}

/** Of a bundled store with so many keys, and every member's hash of it. */
async function downloaded(keys: number, file: string) {
  const { product, client, stop } = await startLoaded({ keys, store: 'bundled' });
  try {
    const { revision } = await client.put('/bench/last', 'one');
    const wanted = await hashesOf(product.endpoints, revision);
    return { revision, wanted, download: await downloadThroughConsole(product, file) };
  } finally {
    await stop();
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
