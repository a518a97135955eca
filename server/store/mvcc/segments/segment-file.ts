/**
 * One file of the segment stream. Files stand in a row by position; a file that compaction rewrote may cover several
 * former positions. Its name says it all, so that no manifest is needed:
 *
 *   <incarnation>-<first position>-<last position>-<generation>.seg       8 hex digits each
 */
import type { DiskFile } from '../../ports/disk.ts';
import { DamagedSegmentError } from './damage.ts';

export const TEMPORARY_SUFFIX = '.tmp';
const FIRST_POSITION = 1;
export const FIRST_INCARNATION = 1;

export interface SegmentName {
  readonly incarnation: number;
  readonly first: number;
  readonly last: number;
  /** 0 as first written; a rewrite has one more than what it replaces. */
  readonly generation: number;
}

const hex = (value: number): string => value.toString(16).padStart(8, '0');

export const formatName = ({ incarnation, first, last, generation }: SegmentName): string =>
  `${[incarnation, first, last, generation].map(hex).join('-')}.seg`;

/** Undefined for any other file. */
export function parseName(name: string): SegmentName | undefined {
  const parts = /^([0-9a-f]{8})-([0-9a-f]{8})-([0-9a-f]{8})-([0-9a-f]{8})\.seg$/.exec(name);
  if (parts === null) return undefined;
  const [incarnation, first, last, generation] = parts.slice(1).map((part) => Number.parseInt(part, 16));
  return { incarnation, first, last, generation } as SegmentName;
}

export class SegmentFile {
  readonly name: SegmentName;
  /** Opened anew when a rewrite gets its final name. */
  file: DiskFile;
  /** Names this file in locations; unique within one open store. */
  readonly slot: number;
  /** Bytes written to the file, frames included. */
  size = 0;
  isSealed = false;
  /** Frame bytes of revisions that compaction dropped, and how many puts among them are still here. */
  deadPutBytes = 0;
  deadPuts = 0;
  deadTombstoneBytes = 0;
  /** Frame bytes of everything that is not a revision: of use only in the last file. */
  metaBytes = 0;

  constructor(options: { readonly name: SegmentName; readonly file: DiskFile; readonly slot: number }) {
    this.name = options.name;
    this.file = options.file;
    this.slot = options.slot;
  }

  /**
   * What a rewrite would win; a file that was rewritten has no meta bytes to give. `prefixIsClean`: no earlier file holds
   * a dead put (see rewrite.ts).
   */
  reclaimable(prefixIsClean: boolean): number {
    const meta = this.name.generation === 0 ? this.metaBytes : 0;
    return meta + this.deadPutBytes + (prefixIsClean ? this.deadTombstoneBytes : 0);
  }
}

/**
 * Which of the files found in a directory count, in order of position; the others were replaced by a rewrite whose
 * removal of them was cut short. @throws DamagedSegmentError when positions are missing or half covered
 */
export function resolveNames(names: readonly SegmentName[], dir: string): SegmentName[] {
  const sorted = [...names].sort((a, b) => a.first - b.first || b.last - a.last || b.generation - a.generation);
  const chosen: SegmentName[] = [];
  for (const name of sorted) {
    const covered = chosen.at(-1)?.last ?? FIRST_POSITION - 1;
    if (name.last <= covered) continue;
    if (name.first !== covered + 1) {
      const place = { path: `${dir}/${formatName(name)}`, offset: 0 };
      throw new DamagedSegmentError(place, `it does not follow position ${covered}: a segment file is missing`);
    }
    chosen.push(name);
  }
  return chosen;
}
