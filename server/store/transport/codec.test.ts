import fc from 'fast-check';
import { expect, test } from 'vitest';
import { clusterId, logIndex, type MemberId, memberId, term } from '../../../lib/base/brand.ts';
import { WireError } from '../../../lib/base/protobuf/reader.ts';
import type { Entry, EntryType, Message } from '../raft/types.ts';
import { encodeFrame, FRAME_BYTES_MAX, FrameError, FrameParser } from './frame.ts';
import { decodeHello, encodeHello, HELLO_BYTES, Lane, PROTOCOL_VERSION } from './handshake.ts';
import { decodeMessage, encodeMessage } from './message-codec.ts';

const ordinal = fc.oneof(fc.nat(300), fc.nat(), fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }));
const arbTerm = ordinal.map(term);
const arbIndex = ordinal.map(logIndex);
const arbMember: fc.Arbitrary<MemberId> = fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }).map(memberId);
const arbBytes = fc.uint8Array({ maxLength: 400 });
const arbEntryType = fc.constantFrom<EntryType>(0, 1, 2);
const arbEntry: fc.Arbitrary<Entry> = fc.record({ term: arbTerm, index: arbIndex, type: arbEntryType, data: arbBytes });
const arbEntryId = fc.record({ term: arbTerm, index: arbIndex });
const arbCommitted = arbEntryId.filter(({ index }) => index > 0);
const arbMembers = fc.array(arbMember, { maxLength: 5 });
const arbConfState = fc.record({
  voters: arbMembers,
  learners: arbMembers,
  votersOutgoing: arbMembers,
  learnersNext: arbMembers,
  autoLeave: fc.boolean(),
});
const base = { from: arbMember, to: arbMember, term: arbTerm };
const of = <T extends Message['type']>(type: T) => ({ ...base, type: fc.constant(type) });
const arbMessage: fc.Arbitrary<Message> = fc.oneof(
  fc.record({
    ...of('appendEntries'),
    previous: arbEntryId,
    entries: fc.array(arbEntry, { maxLength: 5 }),
    commitIndex: arbIndex,
  }),
  fc.record({
    ...of('appendEntriesResponse'),
    index: arbIndex,
    reject: fc.boolean(),
    rejectHint: arbIndex,
    rejectHintTerm: arbTerm,
  }),
  fc.record({ ...of('requestVote'), lastEntry: arbEntryId, isTransfer: fc.boolean() }),
  fc.record({ ...of('preVote'), lastEntry: arbEntryId, isTransfer: fc.boolean() }),
  fc.record({ ...of('requestVoteResponse'), reject: fc.boolean() }),
  fc.record({ ...of('requestVoteResponse'), reject: fc.boolean(), committed: arbCommitted }),
  fc.record({ ...of('preVoteResponse'), reject: fc.boolean() }),
  fc.record({ ...of('preVoteResponse'), reject: fc.boolean(), committed: arbCommitted }),
  fc.record({ ...of('heartbeat'), commitIndex: arbIndex, context: arbBytes }),
  fc.record({ ...of('heartbeatResponse'), context: arbBytes }),
  fc.record({
    ...of('installSnapshot'),
    snapshot: fc.record({ term: arbTerm, index: arbIndex, confState: arbConfState }),
  }),
  fc.record(of('timeoutNow')),
  fc.record({ ...of('transferLeader'), transferee: arbMember }),
  fc.record({
    ...of('propose'),
    entries: fc.array(fc.record({ type: arbEntryType, data: arbBytes }), { maxLength: 5 }),
  }),
  fc.record({ ...of('readIndex'), context: arbBytes }),
  fc.record({ ...of('readIndexResponse'), context: arbBytes, index: arbIndex }),
);

test('every message comes back as it was sent, and owns its bytes', () => {
  fc.assert(
    fc.property(arbMessage, (message) => {
      const wire = encodeMessage(message);
      const decoded = decodeMessage(wire);
      wire.fill(0xee);
      expect(decoded).toEqual(message);
    }),
  );
});

test('noise is refused as a WireError, never with another error', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (noise) => {
      try {
        decodeMessage(noise);
      } catch (error) {
        expect(error).toBeInstanceOf(WireError);
      }
    }),
  );
});

test('frames survive any cutting of the stream', () => {
  const arbFrames = fc.array(fc.tuple(fc.integer({ min: 1, max: 255 }), arbBytes), { maxLength: 8 });
  fc.assert(
    fc.property(arbFrames, fc.array(fc.integer({ min: 1, max: 50 })), (frames, cuts) => {
      const stream = Buffer.concat(frames.map(([kind, payload]) => encodeFrame(kind, payload)));
      const seen: [number, Uint8Array][] = [];
      const parser = new FrameParser((kind, payload) => seen.push([kind, payload.slice()]));
      let at = 0;
      for (const cut of cuts) {
        parser.push(stream.subarray(at, at + cut));
        at += cut;
      }
      parser.push(stream.subarray(at));
      expect(seen).toEqual(frames);
    }),
  );
});

test('a frame beyond the bound is refused before memory is taken for it', () => {
  const header = new Uint8Array(5);
  new DataView(header.buffer).setUint32(0, FRAME_BYTES_MAX + 1, true);
  expect(() => new FrameParser(() => undefined).push(header)).toThrow(FrameError);
});

test('a hello says who calls whom, and nothing else is taken for one', () => {
  const hello = { lane: Lane.BULK, clusterId: clusterId(1n << 63n), from: memberId(2n), to: memberId(3n) };
  const wire = encodeHello(hello);
  expect(wire).toHaveLength(HELLO_BYTES);
  expect(decodeHello(wire)).toEqual({ ...hello, version: PROTOCOL_VERSION });
  expect(decodeHello(wire.subarray(1))).toBeUndefined();
  expect(decodeHello(new TextEncoder().encode('GET /raft/stream/message/8e9e05c HTTP/1.1\r\n'))).toBeUndefined();
});
