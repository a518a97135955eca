/** package mvccpb (reference: etcd API, mvccpb/kv.proto field numbers). */
import { bytes, enumeration, int64, type MessageType, message, nested, ordinal } from '../protobuf/schema.ts';

export const KeyValue = message('mvccpb.KeyValue', {
  key: bytes(1),
  createRevision: ordinal(2),
  modRevision: ordinal(3),
  version: ordinal(4),
  value: bytes(5),
  lease: int64(6),
});
export type KeyValue = MessageType<typeof KeyValue>;

export const EventType = { PUT: 0, DELETE: 1 } as const;

export const Event = message('mvccpb.Event', {
  type: enumeration(1, EventType),
  kv: nested(2, () => KeyValue),
  prevKv: nested(3, () => KeyValue),
});
export type Event = MessageType<typeof Event>;
