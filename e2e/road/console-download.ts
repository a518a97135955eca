/** A snapshot through the console, as the page Cluster fetches it: with its announced size, checked, and what it costs in memory. */
import { createHash } from 'node:crypto';
import { createWriteStream, openSync, readSync, statSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { routes } from '../../lib/api/routes.ts';
import type { ClusterView, StoreSummary } from '../../lib/api/types.ts';
import { residentBytes } from '../fixtures/memory.ts';
import type { Product } from '../fixtures/product.ts';

const CHECKSUM_BYTES = 32;
const PIECE_BYTES = 1024 * 1024;
const LOOK_MS = 25;

export interface Download {
  /** Of the file, and as announced before its first byte. */
  readonly bytes: number;
  readonly announced: number;
  /** How often more of it came than before. */
  readonly pieces: number;
  readonly isIntact: boolean;
  readonly ms: number;
  /** Of these, until the first byte came: the member makes the file meanwhile. */
  readonly firstByteMs: number;
  /** Resident bytes at most above what each began with. */
  readonly growth: { readonly console: number; readonly member: number };
}

/** From the first member that does not lead. */
export async function downloadThroughConsole(product: Product, file: string): Promise<Download> {
  const getJson = async <T>(path: string): Promise<T> => (await (await fetch(`${product.url}${path}`)).json()) as T;
  const [first] = await getJson<StoreSummary[]>(routes.stores);
  const store = first?.id ?? '';
  const { members } = await getJson<ClusterView>(routes.cluster(store));
  const source = members.find(({ isLeader }) => !isLeader);
  const memberPid = product.members().get(source?.name ?? '')?.pid;
  if (source === undefined || memberPid === undefined) throw new Error('no member to take it from');
  const pids = { console: product.running.pid, member: memberPid };
  const before = { console: residentBytes(pids.console), member: residentBytes(pids.member) };
  const most = { ...before };
  const looking = setInterval(() => {
    most.console = Math.max(most.console, residentBytes(pids.console));
    most.member = Math.max(most.member, residentBytes(pids.member));
  }, LOOK_MS);
  const since = performance.now();
  try {
    const response = await fetch(`${product.url}${routes.clusterSnapshot(store)}?member=${source.id}`);
    if (!response.ok || response.body === null) throw new Error(`${response.status} ${await response.text()}`);
    const firstByteMs = performance.now() - since;
    let pieces = 0;
    const { body } = response;
    const counted = async function* () {
      for await (const chunk of body) {
        pieces++;
        yield chunk;
      }
    };
    await pipeline(counted, createWriteStream(file));
    return {
      ...{ bytes: statSync(file).size, announced: Number(response.headers.get('x-quorate-bytes')), pieces },
      ...{ isIntact: fitsItsChecksum(file), ms: performance.now() - since, firstByteMs },
      growth: { console: most.console - before.console, member: most.member - before.member },
    };
  } finally {
    clearInterval(looking);
  }
}

/** Whether its last 32 bytes are the SHA-256 of those before. */
function fitsItsChecksum(file: string): boolean {
  const databaseBytes = statSync(file).size - CHECKSUM_BYTES;
  const descriptor = openSync(file, 'r');
  const read = (at: number, length: number): Buffer => {
    const bytes = Buffer.alloc(length);
    readSync(descriptor, bytes, 0, length, at);
    return bytes;
  };
  const hash = createHash('sha256');
  for (let at = 0; at < databaseBytes; at += PIECE_BYTES)
    hash.update(read(at, Math.min(PIECE_BYTES, databaseBytes - at)));
  return hash.digest().equals(read(databaseBytes, CHECKSUM_BYTES));
}
