/** Where a store's history begins, and who moves that on. */
import type { WireHexId, WireInt, WireTime } from './types.ts';

/** How a member is set to compact by schedule. */
export type AutoCompaction =
  | { readonly mode: 'off' }
  | { readonly mode: 'periodic'; readonly seconds: number }
  | { readonly mode: 'revision'; readonly revisions: number };

export interface CompactionState {
  /** The newest compaction that members tell of; null: none of them tells, or there was none yet. */
  readonly last: {
    readonly revision: WireInt;
    /** It was done between these two; equal where a member tells the moment. Null: before its numbers were first read. */
    readonly between: readonly [after: WireTime, by: WireTime] | null;
  } | null;
  /** `setting` null: it does not tell, as etcd never does. */
  readonly members: readonly {
    readonly id: WireHexId;
    readonly name: string;
    readonly setting: AutoCompaction | null;
  }[];
}
