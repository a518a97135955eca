/** Names of WAL segments: `%016x-%016x.wal`, sequence and first index (etcd's walName). */
import { type LogIndex, logIndex } from '../../../lib/base/brand.ts';

export interface SegmentName {
  readonly name: string;
  readonly sequence: number;
  /** Index the first new entry of the segment was expected to have. */
  readonly firstIndex: LogIndex;
}

const hex16 = (value: number): string => value.toString(16).padStart(16, '0');

export function segmentName(sequence: number, firstIndex: LogIndex): SegmentName {
  return { name: `${hex16(sequence)}-${hex16(firstIndex)}.wal`, sequence, firstIndex };
}

/** Undefined when `name` is not a segment's. */
function parseSegmentName(name: string): SegmentName | undefined {
  const match = /^([0-9a-f]{16})-([0-9a-f]{16})\.wal$/.exec(name);
  if (match === null) return undefined;
  const sequence = Number.parseInt(match[1] ?? '', 16);
  const first = Number.parseInt(match[2] ?? '', 16);
  if (!Number.isSafeInteger(sequence) || !Number.isSafeInteger(first)) return undefined;
  return { name, sequence, firstIndex: logIndex(first) };
}

/** The segments among `names`, in order of sequence. */
export function segmentsAmong(names: readonly string[]): SegmentName[] {
  return names
    .map(parseSegmentName)
    .filter((segment) => segment !== undefined)
    .sort((a, b) => a.sequence - b.sequence);
}
