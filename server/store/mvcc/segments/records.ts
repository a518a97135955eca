/** Payloads of the records that segments own themselves: file header, commit, snapshot start. */
import { type ClusterId, clusterId } from '../../../../lib/base/brand.ts';
import { type MessageType, message, ordinal, uint32, uint64 } from '../../../../lib/base/protobuf/schema.ts';

/**
 * Of segment files. Version 2 rewrites name the compaction they rest on; version 1 files are read as if it were none, so what
 * they dropped is not held against the state until they are rewritten again.
 */
export const FORMAT_VERSION = 2;
export const FORMAT_VERSION_MIN = 1;
/** Of snapshot streams. */
export const SNAPSHOT_VERSION = 1;

const HeaderRecord = message('quorate.SegmentHeader', {
  version: uint32(1),
  clusterId: uint64(2),
  incarnation: ordinal(3),
  first: ordinal(4),
  last: ordinal(5),
  generation: ordinal(6),
  /** Of the compaction whose dead revisions the file lacks: no state with a lower one can be read from it. 0: it lacks nothing. */
  compactRevision: ordinal(7),
});
export type SegmentHeader = MessageType<typeof HeaderRecord>;
export const encodeHeader = (header: SegmentHeader): Uint8Array => HeaderRecord.encode(header);
export const decodeHeader = (payload: Uint8Array): SegmentHeader => HeaderRecord.decode(payload);

const SnapshotRecord = message('quorate.SnapshotStart', { version: uint32(1), clusterId: uint64(2) });
export const encodeSnapshotStart = (id: ClusterId): Uint8Array =>
  SnapshotRecord.encode({ version: SNAPSHOT_VERSION, clusterId: id });
export function decodeSnapshotStart(payload: Uint8Array): { readonly version: number; readonly clusterId: ClusterId } {
  const start = SnapshotRecord.decode(payload);
  return { version: start.version, clusterId: clusterId(start.clusterId) };
}

/** The state a batch of records completes. */
export interface Commit {
  readonly appliedIndex: number;
  readonly appliedTerm: number;
  readonly revision: number;
  /** 0 when never compacted. */
  readonly compactRevision: number;
}

/** Everything up to this byte had been flushed when the commit was written: damage below it is no torn tail. */
export interface DurableMark {
  readonly segment: number;
  readonly offset: number;
}

/** Fixed, so that commits can be searched for behind damage by their length and type alone. */
export const COMMIT_BYTES = 48;

export function encodeCommit(commit: Commit, mark: DurableMark): Uint8Array {
  const out = new Uint8Array(COMMIT_BYTES);
  const view = new DataView(out.buffer);
  const fields = [
    commit.appliedIndex,
    commit.appliedTerm,
    commit.revision,
    commit.compactRevision,
    mark.segment,
    mark.offset,
  ];
  fields.forEach((field, at) => {
    view.setBigUint64(at * 8, BigInt(field), true);
  });
  return out;
}

export function decodeCommit(payload: Uint8Array): { readonly commit: Commit; readonly mark: DurableMark } {
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  const field = (at: number) => Number(view.getBigUint64(at * 8, true));
  return {
    commit: { appliedIndex: field(0), appliedTerm: field(1), revision: field(2), compactRevision: field(3) },
    mark: { segment: field(4), offset: field(5) },
  };
}
