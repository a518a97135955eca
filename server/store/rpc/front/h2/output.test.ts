/** Flow control as a property: whatever the windows do, no byte leaves too early, none is lost, none changes places. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Output } from './output.ts';
import { OwnStream } from './own-stream.ts';
import { FRAME_BYTES_MAX, FrameType, WINDOW_BYTES_DEFAULT } from './protocol.ts';
import { RequestHead } from './request-head.ts';

const STREAMS = 3;
const INITIAL_WINDOW = 100;
const PLENTY = 10_000_000;
/** Bytes without a period shorter than themselves. */
const PATTERN = Uint8Array.from({ length: 62_000 }, (_, i) => (Math.imul(i + 1, 0x9e37_79b1) >>> 24) & 0xff);

type Op =
  | { readonly kind: 'write'; readonly stream: number; readonly count: number }
  | { readonly kind: 'stream-window'; readonly stream: number; readonly count: number }
  | { readonly kind: 'connection-window'; readonly count: number }
  | { readonly kind: 'initial-window'; readonly change: number }
  | { readonly kind: 'finish'; readonly stream: number }
  | { readonly kind: 'socket'; readonly isFull: boolean }
  | { readonly kind: 'flush' };

const stream = fc.nat({ max: STREAMS - 1 });
const count = fc.oneof(fc.nat({ max: 50 }), fc.nat({ max: 60_000 }));
const op: fc.Arbitrary<Op> = fc.oneof(
  fc.record({ kind: fc.constant('write' as const), stream, count }),
  fc.record({ kind: fc.constant('stream-window' as const), stream, count }),
  fc.record({ kind: fc.constant('connection-window' as const), count }),
  fc.record({ kind: fc.constant('initial-window' as const), change: fc.integer({ min: -30_000, max: 30_000 }) }),
  fc.record({ kind: fc.constant('finish' as const), stream }),
  fc.record({ kind: fc.constant('socket' as const), isFull: fc.boolean() }),
  fc.record({ kind: fc.constant('flush' as const) }),
);

/** The peer's own books: what it allowed, and what came. */
class Model {
  readonly target = {
    writableLength: 0,
    writableNeedDrain: false,
    destroyed: false,
    writableEnded: false,
    write: (bytes: Buffer): boolean => {
      this.read(bytes);
      return true;
    },
  };
  readonly ended = new Set<number>();
  readonly output = new Output(this.target, {
    onStreamSent: (sent) => sent.close(),
    onFlushed: () => undefined,
  });
  readonly streams = Array.from({ length: STREAMS }, (_, i) => {
    const host = {
      peerCommonName: undefined,
      output: this.output,
      consumed: () => undefined,
      onOutput: () => undefined,
      held: () => undefined,
    };
    return new OwnStream(2 * i + 1, new RequestHead([]), INITIAL_WINDOW, host);
  });
  readonly allowed = new Array<number>(STREAMS).fill(INITIAL_WINDOW);
  readonly written = Array.from({ length: STREAMS }, (): Uint8Array[] => []);
  readonly came = Array.from({ length: STREAMS }, (): Uint8Array[] => []);
  readonly finished = new Set<number>();
  connectionAllowed = WINDOW_BYTES_DEFAULT;
  next = 0;

  read(bytes: Buffer): void {
    for (let at = 0; at < bytes.length; ) {
      const length = bytes.readUIntBE(at, 3);
      const index = (bytes.readUInt32BE(at + 5) - 1) / 2;
      expect(this.ended.has(index) && bytes[at + 3] !== FrameType.RST_STREAM).toBe(false);
      if (bytes[at + 3] === FrameType.DATA) {
        expect(length).toBeLessThanOrEqual(FRAME_BYTES_MAX);
        this.connectionAllowed -= length;
        this.allowed[index] = (this.allowed[index] ?? 0) - length;
        expect(Math.min(this.connectionAllowed, this.allowed[index] ?? 0)).toBeGreaterThanOrEqual(0);
        this.came[index]?.push(Buffer.from(bytes.subarray(at + 9, at + 9 + length)));
      } else if (bytes[at + 3] === FrameType.HEADERS && ((bytes[at + 4] ?? 0) & 1) !== 0) this.ended.add(index);
      at += 9 + length;
    }
  }

  openWindow(index: number, by: number): void {
    const one = this.streams[index];
    if (one === undefined) return;
    this.allowed[index] = (this.allowed[index] ?? 0) + by;
    one.sendWindow += by;
    if (!one.isClosed && one.hasOutput) this.output.ready(one);
  }

  openConnection(by: number): void {
    this.connectionAllowed += by;
    this.output.sendWindow += by;
    this.output.windowGrew();
  }

  write(index: number, bytes: number): void {
    if (this.finished.has(index)) return;
    // A piece begins where no other does within the pattern, so that two pieces in each other's place are told.
    const part = PATTERN.subarray(this.next, this.next + bytes);
    this.next = (this.next + 257) % 1_000;
    this.written[index]?.push(part);
    this.streams[index]?.write(part);
  }

  finish(index: number): void {
    if (this.finished.has(index)) return;
    this.finished.add(index);
    this.streams[index]?.finish({ code: 0, message: '' });
  }

  apply(one: Op): void {
    if (one.kind === 'write') this.write(one.stream, one.count);
    else if (one.kind === 'stream-window') this.openWindow(one.stream, one.count);
    else if (one.kind === 'connection-window') this.openConnection(one.count);
    else if (one.kind === 'initial-window') for (let i = 0; i < STREAMS; i++) this.openWindow(i, one.change);
    else if (one.kind === 'finish') this.finish(one.stream);
    else if (one.kind === 'socket') this.target.writableLength = one.isFull ? PLENTY : 0;
    else this.output.flush();
  }
}

test('windows are never overrun, and in the end everything has arrived in its order', () => {
  fc.assert(
    fc.property(fc.array(op, { maxLength: 40 }), (ops) => {
      const model = new Model();
      for (const one of ops) model.apply(one);
      model.target.writableLength = 0;
      model.openConnection(PLENTY);
      for (let i = 0; i < STREAMS; i++) {
        model.openWindow(i, PLENTY);
        model.finish(i);
      }
      for (let i = 0; i < 10; i++) model.output.flush();
      for (let i = 0; i < STREAMS; i++) {
        const [came, written] = [Buffer.concat(model.came[i] ?? []), Buffer.concat(model.written[i] ?? [])];
        expect(came.equals(written), `stream ${i}: ${came.length} of ${written.length} bytes`).toBe(true);
      }
      expect(model.ended.size).toBe(STREAMS);
      expect(model.output.queuedBytes).toBe(0);
    }),
    { numRuns: 1_000 },
  );
});
