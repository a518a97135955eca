/** Which files a rewrite takes on: the first that is worth it and for which there is room, and neighbours worth joining. */
import type { SegmentFile } from './segment-file.ts';

interface Bounds {
  /** A file is rewritten when this share of it can be won back… */
  readonly reclaimRatio: number;
  /** …and the next joins when this share of it can be, or when it is small. */
  readonly joinRatio: number;
  /** Dead tombstones that wait for an earlier file to be cleaned may take this share of the whole. */
  readonly stuckRatio: number;
  /** Small files before it join too, so that asking over and over leaves no trail of them. */
  readonly joinsBackwards: boolean;
}

/** Share of a file, or of the whole, below which a thorough rewrite leaves dead revisions where they are. */
export const THOROUGH_RATIO = 0.01;

const USUAL: Bounds = { reclaimRatio: 0.5, joinRatio: 0.25, stuckRatio: 0.25, joinsBackwards: false };
const THOROUGH: Bounds = {
  reclaimRatio: THOROUGH_RATIO,
  joinRatio: THOROUGH_RATIO,
  stuckRatio: THOROUGH_RATIO,
  joinsBackwards: true,
};
/** Of a whole segment. */
const SMALL_RATIO = 0.25;

export interface RewriteChoice {
  /** Neighbours, in order. Empty: there is not the room. */
  readonly run: readonly SegmentFile[];
  /** About what the new file will take; of an empty run, how much more must be free for the smallest. */
  readonly needBytes: number;
}

interface Start {
  readonly at: number;
  readonly needBytes: number;
}

/** `files`: sealed, in order, from the first one of the store on. Undefined: nothing is worth it. */
export function chooseRewrite(
  files: readonly SegmentFile[],
  options: { readonly isThorough: boolean; readonly segmentBytes: number; readonly roomBytes: () => number },
): RewriteChoice | undefined {
  const bounds = options.isThorough ? THOROUGH : USUAL;
  const starts = findStarts(files, bounds);
  if (starts.length === 0) return undefined;
  const roomBytes = options.roomBytes();
  const start = starts.find(({ needBytes }) => needBytes <= Math.max(0, roomBytes));
  if (start === undefined)
    return { run: [], needBytes: Math.min(...starts.map(({ needBytes }) => needBytes)) - roomBytes };
  return chooseRun(files, start, { bounds, bytesMax: Math.min(options.segmentBytes, roomBytes), ...options });
}

/** No dead put is left in any of them. */
export const isClean = (files: readonly SegmentFile[]): boolean => files.every((file) => file.deadPuts === 0);

function findStarts(files: readonly SegmentFile[], bounds: Bounds): Start[] {
  const starts: Start[] = [];
  let total = 0;
  let stuck = 0;
  let prefixIsClean = true;
  for (const [at, file] of files.entries()) {
    const reclaimable = file.reclaimable(prefixIsClean);
    if (reclaimable >= file.size * bounds.reclaimRatio) starts.push({ at, needBytes: file.size - reclaimable });
    total += file.size;
    if (!prefixIsClean) stuck += file.deadTombstoneBytes;
    prefixIsClean &&= file.deadPuts === 0;
  }
  if (starts.length > 0 || stuck <= total * bounds.stuckRatio) return starts;
  const dirty = files.findIndex((file) => file.deadPuts > 0);
  const file = files[dirty];
  return file === undefined ? [] : [{ at: dirty, needBytes: file.size - file.reclaimable(true) }];
}

function chooseRun(
  files: readonly SegmentFile[],
  start: Start,
  {
    bounds,
    segmentBytes,
    bytesMax,
  }: { readonly bounds: Bounds; readonly segmentBytes: number; readonly bytesMax: number },
): RewriteChoice {
  const isSmall = (file: SegmentFile) => file.size <= segmentBytes * SMALL_RATIO;
  const run = files.slice(start.at, start.at + 1);
  let { needBytes } = start;
  for (const file of files.slice(start.at + 1)) {
    const reclaimable = file.reclaimable(true);
    const live = file.size - reclaimable;
    const joins = reclaimable >= file.size * bounds.joinRatio || isSmall(file);
    if (!joins || needBytes + live > bytesMax) break;
    needBytes += live;
    run.push(file);
  }
  for (const file of bounds.joinsBackwards ? files.slice(0, start.at).reverse() : []) {
    const live = file.size - file.reclaimable(true);
    if (!isSmall(file) || needBytes + live > bytesMax) break;
    needBytes += live;
    run.unshift(file);
  }
  return { run, needBytes };
}
