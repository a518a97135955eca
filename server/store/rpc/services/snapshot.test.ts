import { createHash } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { concatBytes, utf8Encode } from '../../../../lib/base/bytes.ts';
import { SnapshotRequest, SnapshotResponse } from '../../../../lib/base/etcdpb/cluster.ts';
import { GrpcCode } from '../../../../lib/base/grpc-status.ts';
import type { DatabaseFile } from '../../member/types.ts';
import { openSnapshotFile } from '../../snapshot-file/content.ts';
import { STREAM_OUTPUT_BYTES_MAX } from '../limits.ts';
import { type ServedMember, serveFakeMember } from '../test-support/served-member.ts';

const BLOB_BYTES = 32 * 1024;

let served: ServedMember;

beforeEach(async () => {
  served = await serveFakeMember();
});
afterEach(() => served.close());

function openSnapshot() {
  const codec = { request: SnapshotRequest, response: SnapshotResponse };
  const stream = served.client.stream('/etcdserverpb.Maintenance/Snapshot', codec);
  stream.send({});
  stream.end();
  return stream;
}

/** Stands in for the state: what is read, and whether it was closed. */
function offer(bytes: number): { readonly read: () => number; readonly closed: () => Promise<void> } {
  let read = 0;
  let onClosed = (): void => {};
  const closed = new Promise<void>((resolve) => {
    onClosed = resolve;
  });
  const file: DatabaseFile = {
    bytes,
    read: (at, length) => {
      read = at + length;
      return new Uint8Array(Math.min(length, bytes - at));
    },
    close: () => onClosed(),
  };
  served.member.snapshot = async () => file;
  return { read: () => read, closed: () => closed };
}

test('a snapshot is the database in 32 KiB blobs, counted down, and then its SHA-256', async () => {
  await served.member.propose({ put: { key: utf8Encode('a'), value: new Uint8Array(50_000) } });
  const stream = openSnapshot();
  const blobs: Uint8Array[] = [];
  let remaining = Number.POSITIVE_INFINITY;
  while (remaining > 0) {
    const { blob, remainingBytes, header } = await stream.message();
    expect(header).toBeUndefined();
    expect(blob.length).toBe(Math.min(BLOB_BYTES, remaining));
    if (blobs.length > 0) expect(remainingBytes).toBe(remaining - blob.length);
    remaining = remainingBytes;
    blobs.push(blob);
  }
  const trailer = await stream.message();
  expect(trailer).toMatchObject({ remainingBytes: 0, version: '3.6.0' });
  expect(await stream.status()).toMatchObject({ code: GrpcCode.OK });
  const database = concatBytes(blobs);
  expect(Buffer.from(trailer.blob).equals(createHash('sha256').update(database).digest())).toBe(true);
  const saved = concatBytes([database, trailer.blob]);
  const content = openSnapshotFile({
    path: 'saved.db',
    size: () => saved.length,
    read: (at, length) => saved.slice(at, at + length),
  });
  expect(content.summary).toMatchObject({ revision: 2, revisions: 1 });
});

test('a client that stops reading holds the stream back, and the file is gone when it leaves', async () => {
  const size = 64 * 1024 * 1024;
  const file = offer(size);
  const stream = openSnapshot();
  await stream.message();
  stream.pause();
  let before = -1;
  while (before !== file.read()) {
    before = file.read();
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(file.read()).toBeLessThan(size / 2);
  expect(file.read()).toBeGreaterThanOrEqual(STREAM_OUTPUT_BYTES_MAX);
  stream.cancel();
  await file.closed();
});
