/**
 * What a change of many keys consists of: units, each one or a few writes that belong together, each write guarded by the
 * version the operator was shown. A plan is made from a revision alone, so the same request at the same revision is the same
 * plan: the preview and the job agree without the server keeping anything between them.
 */
import type { BulkProblem, BulkRequest } from '../../../lib/api/bulk-types.ts';
import type { ByteString } from '../../../lib/base/bytes.ts';
import { GrpcCode } from '../../../lib/base/grpc-status.ts';
import { ConsoleError } from '../errors.ts';
import type { KeyEntry } from '../hub/key-chunk.ts';

/** A value to be read from the store's history when its turn comes, or at hand. */
export type PlannedValue =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'stored'; readonly entry: KeyEntry; readonly revision: number };

export interface PlannedWrite {
  readonly key: ByteString;
  /** What stands there when this may happen; null: nothing. */
  readonly expect: KeyEntry | null;
  /** Null: delete. `lease` 'keep': whatever the key has now. */
  readonly put: { readonly value: PlannedValue; readonly lease: 'keep' | bigint } | null;
}

/** Happens in one transaction or not at all. */
export type PlannedUnit = readonly PlannedWrite[];

export interface Plan {
  readonly kind: BulkRequest['kind'];
  readonly title: string;
  readonly asOf: number;
  readonly units: readonly PlannedUnit[];
  readonly unchanged: number;
  readonly skipped: readonly BulkProblem[];
  /** Leases the keys had, with how many had it. */
  readonly leases: ReadonlyMap<bigint, { readonly keys: number; readonly alive: boolean }>;
}

/** About 300 bytes each while the job runs. */
export const PLAN_KEYS_MAX = 200_000;

/** @throws ConsoleError RESOURCE_EXHAUSTED when there are too many for one job */
export function requireFitting(keys: number): void {
  if (keys <= PLAN_KEYS_MAX) return;
  throw new ConsoleError(
    GrpcCode.RESOURCE_EXHAUSTED,
    `more than ${PLAN_KEYS_MAX} keys would change at once; take a smaller prefix`,
  );
}

export const bytesOf = (value: PlannedValue): number =>
  value.kind === 'bytes' ? value.bytes.length : value.entry.valueBytes;
