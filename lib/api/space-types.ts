/** Pictures of the key index: what takes the room, and where it is written. */
import type { PageSource, WireBytes, WireInt, WireTime } from './types.ts';

export type SpaceMeasure = 'keys' | 'bytes';

/** A child of a folder and all below it; a key that is a folder as well counts as both together. */
export interface SpaceNode {
  readonly path: WireBytes;
  readonly name: WireBytes;
  readonly kind: 'key' | 'folder';
  readonly keys: number;
  /** Sum of the value sizes. */
  readonly bytes: number;
}

export interface SpaceFolder extends SpaceNode {
  /** Its own largest children; what is missing of its sums is smaller than each of them. Empty for a key. */
  readonly parts: readonly SpaceNode[];
}

/** GET space: the largest children of a folder and the largest of theirs. */
export interface SpaceView {
  readonly prefix: WireBytes;
  readonly by: SpaceMeasure;
  /** Complete at this revision. */
  readonly revision: WireInt;
  readonly source: PageSource;
  readonly keys: number;
  readonly bytes: number;
  /** Direct children in all. */
  readonly children: number;
  /** Largest first. */
  readonly nodes: readonly SpaceFolder[];
  /** The children that are not among `nodes`, together. */
  readonly rest: { readonly children: number; readonly keys: number; readonly bytes: number };
}

export interface HeatRow {
  readonly path: WireBytes;
  readonly name: WireBytes;
  readonly kind: 'key' | 'folder';
  readonly writes: number;
  readonly deletes: number;
  /** Changes in each stretch of time, deletes included. */
  readonly counts: readonly number[];
}

/** GET heat: changes below each child of a folder, in stretches of time, as far as the console saw them. */
export interface HeatView {
  readonly prefix: WireBytes;
  /** The newest revision counted. */
  readonly revision: WireInt;
  /** Stretches of `stepMs` from here on. */
  readonly from: WireTime;
  readonly stepMs: number;
  readonly steps: number;
  /** What the console remembers begins here; earlier stretches are unknown, not quiet. Null: it remembers nothing. */
  readonly since: { readonly revision: WireInt; readonly at: WireTime } | null;
  /** In key order; the busiest when there are more. */
  readonly rows: readonly HeatRow[];
  /** The children that are not among `rows`, together. */
  readonly rest: { readonly children: number; readonly writes: number; readonly counts: readonly number[] };
  readonly changes: number;
}
