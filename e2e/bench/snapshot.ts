/** The whole store downloaded through the console, inspected as a page does it, and three fresh members founded on the file. */
import { deepStrictEqual } from 'node:assert/strict';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { routes } from '../../lib/api/routes.ts';
import type { ChildrenPage, StoreSummary } from '../../lib/api/types.ts';
import { inspectSnapshot } from '../../lib/snapshot/inspect.ts';
import { residentBytes } from '../fixtures/memory.ts';
import type { Product } from '../fixtures/product.ts';
import { temporaryFolder } from '../fixtures/temporary.ts';
import { downloadThroughConsole } from '../road/console-download.ts';
import { hashesOf } from '../road/hashes.ts';
import { startOurs } from '../road/servers.ts';
import type { Figure } from './figure.ts';
import { startLoaded } from './loaded.ts';

const MIB = 1024 * 1024;
/** Streams: whatever the number of keys. */
const CONSOLE_GROWTH_BYTES = 64 * MIB;
const MEMBER_GROWTH_BYTES = 128 * MIB;
const DOWNLOADED_KEYS_PER_SECOND_MIN = 20_000;
const INSPECTED_KEYS_PER_SECOND_MIN = 50_000;
const INSPECTION_BYTES_PER_KEY = 300;
const LOOK_MS = 250;
/** The inspecting process, as it is without a file. */
const INSPECTOR_BYTES = 300 * MIB;

/** @throws when something did not arrive as it left */
export async function* snapshotFigures({ keys }: { readonly keys: number }): AsyncGenerator<Figure> {
  const folder = temporaryFolder('download');
  try {
    const file = path.join(folder.path, 'store.db');
    const { wanted, revision, download } = await downloaded(keys, file);
    const { bytes, announced, pieces, isIntact, ms, firstByteMs, growth } = download;
    if (!isIntact) throw new Error('the snapshot does not fit its checksum');
    console.log(
      `${bytes} bytes, announced as ${announced}, in ${pieces} pieces, the first after ${Math.round(firstByteMs)} ms of ${Math.round(ms)}`,
    );
    yield bounded('growth of the console while a snapshot is downloaded', growth.console, CONSOLE_GROWTH_BYTES);
    yield bounded('growth of the member that gives it', growth.member, MEMBER_GROWTH_BYTES);
    yield {
      ...{ part: 'snapshot', name: 'snapshot downloaded through the console', unit: '/s', more: 'better' },
      ours: keys / (ms / 1_000),
      against: { who: 'budget', value: DOWNLOADED_KEYS_PER_SECOND_MIN },
    };
    const inspected = inspect(file);
    if (inspected.report.checksum !== 'fits' || (inspected.report.living?.keys ?? 0) <= keys)
      throw new Error(`the inspection tells ${JSON.stringify(inspected.report)}`);
    yield {
      ...{ part: 'snapshot', name: 'snapshot inspected, as a page does it', unit: '/s', more: 'better' },
      ours: keys / (inspected.ms / 1_000),
      against: { who: 'budget', value: INSPECTED_KEYS_PER_SECOND_MIN },
    };
    yield bounded('growth of whoever inspects', inspected.growth, INSPECTOR_BYTES + keys * INSPECTION_BYTES_PER_KEY);
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

/** What the console holds of a million changes is not what a download costs it: it is given the time to follow them. */
async function followed(product: Product, revision: number): Promise<void> {
  const [first] = (await (await fetch(product.url + routes.stores)).json()) as StoreSummary[];
  const page = `${product.url}${routes.children(first?.id ?? '')}?prefix=&limit=1`;
  for (;;) {
    const response = await fetch(page);
    if (response.ok && Number(((await response.json()) as ChildrenPage).revision) >= revision) return;
    await delay(LOOK_MS);
  }
}

/** Of a bundled store with so many keys, and every member's hash of it. */
async function downloaded(keys: number, file: string) {
  const { product, client, stop } = await startLoaded({ keys, store: 'bundled' });
  try {
    const { revision } = await client.put('/bench/last', 'one');
    await followed(product, revision);
    const wanted = await hashesOf(product.endpoints, revision);
    return { revision, wanted, download: await downloadThroughConsole(product, file) };
  } finally {
    await stop();
  }
}

const bounded = (name: string, ours: number, value: number): Figure => ({
  ...{ part: 'snapshot', name, unit: 'bytes', more: 'worse', ours },
  against: { who: 'budget', value },
});
