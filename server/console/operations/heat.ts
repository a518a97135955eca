/** Where the key space is written, and when: the changes the console saw, by child of a folder and stretch of time. */
import type { HeatRow, HeatView } from '../../../lib/api/space-types.ts';
import type { WireBytes } from '../../../lib/api/types.ts';
import { type ByteString, toByteString, utf8Encode } from '../../../lib/base/bytes.ts';
import { childOf } from '../../../lib/keys/key-tree.ts';
import { byteStringToWire, wireToByteString } from '../../../lib/keys/wire-bytes.ts';
import type { LoggedChange } from '../history/timeline.ts';
import { requireRetained, type StoreContext } from './context.ts';

export const HEAT_STEPS = 96;
export const HEAT_ROWS_MAX = 48;
/** Changes counted before other requests get their turn. */
const SLICE = 20_000;
/** Shorter stretches say nothing. */
const STEP_MS_MIN = 250;

export interface HeatQuery {
  readonly prefix: WireBytes;
  readonly delimiter: string;
  /** How far back, in ms; 0: as far as the console remembers. */
  readonly span: number;
  /** The last revision counted; undefined: the newest. */
  readonly revision: number | undefined;
}

interface Tally {
  readonly name: ByteString;
  path: ByteString;
  isFolder: boolean;
  writes: number;
  deletes: number;
  readonly counts: number[];
}

export async function heat(context: StoreContext, query: HeatQuery): Promise<HeatView> {
  const { hub } = context;
  const { timeline } = hub;
  if (query.revision !== undefined) requireRetained(context, query.revision);
  const reachesBack = timeline.reachesBack;
  const newest = Math.min(query.revision ?? timeline.newest, timeline.newest);
  const to = query.revision === undefined ? context.now() : (hub.timeOf(newest) ?? context.now());
  // A copy: the log may be cut while others have their turn.
  const log = reachesBack === null || newest < reachesBack ? [] : [...timeline.changes(reachesBack, newest)];
  const oldest = reachesBack === null ? to : timeline.knownSince;
  const wanted = query.span === 0 ? oldest : to - query.span;
  const stepMs = Math.max(STEP_MS_MIN, Math.ceil((to - wanted + 1) / HEAT_STEPS));
  const from = to - stepMs * HEAT_STEPS + 1;
  const { tallies, changes } = await count(log, query, { from, stepMs });
  const ranked = [...tallies.values()].sort((a, b) => b.writes - a.writes || (a.path < b.path ? -1 : 1));
  const rows = ranked.slice(0, HEAT_ROWS_MAX).sort((a, b) => (a.path < b.path ? -1 : 1));
  const others = ranked.slice(HEAT_ROWS_MAX);
  return {
    prefix: query.prefix,
    revision: String(newest),
    from,
    stepMs,
    steps: HEAT_STEPS,
    since: reachesBack === null ? null : { revision: String(reachesBack), at: timeline.knownSince },
    rows: rows.map(rowOf),
    rest: {
      children: others.length,
      writes: others.reduce((sum, one) => sum + one.writes, 0),
      counts: Array.from({ length: HEAT_STEPS }, (_, at) =>
        others.reduce((sum, one) => sum + (one.counts[at] ?? 0), 0),
      ),
    },
    changes,
  };
}

async function count(
  log: readonly LoggedChange[],
  query: HeatQuery,
  { from, stepMs }: { readonly from: number; readonly stepMs: number },
): Promise<{ readonly tallies: ReadonlyMap<ByteString, Tally>; readonly changes: number }> {
  const prefix = wireToByteString(query.prefix);
  const delimiter = toByteString(utf8Encode(query.delimiter));
  const tallies = new Map<ByteString, Tally>();
  let changes = 0;
  for (const [at, change] of log.entries()) {
    if (at % SLICE === SLICE - 1) await new Promise((resolve) => setImmediate(resolve));
    if (change.at < from || !change.key.startsWith(prefix)) continue;
    const { name, folder } = childOf(prefix, change.key, delimiter);
    const known = tallies.get(name);
    const tally = known ?? {
      name,
      path: folder ?? change.key,
      isFolder: false,
      writes: 0,
      deletes: 0,
      counts: new Array<number>(HEAT_STEPS).fill(0),
    };
    if (known === undefined) tallies.set(name, tally);
    if (folder !== null) {
      tally.isFolder = true;
      tally.path = folder;
    }
    tally.writes++;
    if (change.after === null) tally.deletes++;
    const step = Math.min(HEAT_STEPS - 1, Math.floor((change.at - from) / stepMs));
    tally.counts[step] = (tally.counts[step] ?? 0) + 1;
    changes++;
  }
  return { tallies, changes };
}

const rowOf = ({ name, path, isFolder, writes, deletes, counts }: Tally): HeatRow => ({
  path: byteStringToWire(path),
  name: byteStringToWire(name),
  kind: isFolder ? 'folder' : 'key',
  writes,
  deletes,
  counts,
});
