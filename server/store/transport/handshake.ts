/** The first 32 bytes of every peer connection, and the one byte that answers them. Pure. */
import { type ClusterId, clusterId, type MemberId, memberId } from '../../../lib/base/brand.ts';

export const HELLO_BYTES = 32;
export const PROTOCOL_VERSION = 1;
const MAGIC = 'QRPEER';

/** QUESTION: a stranger asks who is in the cluster (cluster-question.ts); its hello names no cluster and no members. */
export const Lane = { CONTROL: 0, BULK: 1, SNAPSHOT: 2, QUESTION: 3 } as const;
export type Lane = (typeof Lane)[keyof typeof Lane];

export interface Hello {
  readonly version: number;
  readonly lane: number;
  readonly clusterId: ClusterId;
  readonly from: MemberId;
  readonly to: MemberId;
}

export const Verdict = { ACCEPTED: 0, VERSION: 1, CLUSTER: 2, RECEIVER: 3, REMOVED: 5 } as const;
export type Verdict = (typeof Verdict)[keyof typeof Verdict];

/** What the refusal means, in words for the log of the one who was refused. */
export const VERDICT_REASONS: Readonly<Record<number, string>> = {
  [Verdict.VERSION]: 'it speaks another version of the peer protocol: run the same release on all members',
  [Verdict.CLUSTER]: 'it belongs to another cluster: check --initial-cluster and --initial-cluster-token on both',
  [Verdict.RECEIVER]: 'another member listens there: check the peer URLs in --initial-cluster',
  [Verdict.REMOVED]: 'this member was removed from the cluster',
};

export function encodeHello(hello: Omit<Hello, 'version'>): Uint8Array {
  const out = new Uint8Array(HELLO_BYTES);
  const view = new DataView(out.buffer);
  for (let i = 0; i < MAGIC.length; i++) out[i] = MAGIC.charCodeAt(i);
  out[6] = PROTOCOL_VERSION;
  out[7] = hello.lane;
  view.setBigUint64(8, hello.clusterId);
  view.setBigUint64(16, hello.from);
  view.setBigUint64(24, hello.to);
  return out;
}

/** Undefined when this is not one of ours at all. */
export function decodeHello(bytes: Uint8Array): Hello | undefined {
  if (bytes.length < HELLO_BYTES) return undefined;
  for (let i = 0; i < MAGIC.length; i++) if (bytes[i] !== MAGIC.charCodeAt(i)) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, HELLO_BYTES);
  return {
    version: bytes[6] as number,
    lane: bytes[7] as number,
    clusterId: clusterId(view.getBigUint64(8)),
    from: memberId(view.getBigUint64(16)),
    to: memberId(view.getBigUint64(24)),
  };
}
