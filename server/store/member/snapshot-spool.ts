/**
 * One image of a state machine on its way in: written to disk as it arrives, flushed before the core hears of it, kept until the
 * state machine that was restored from it is durable. A crash in between finds it again (boot.ts).
 *
 * File `<term>-<index>.image` (16 hex digits each): per chunk u32 LE length, u32 LE CRC-32C, bytes; a chunk of length 0 ends it.
 */
import { assert } from '../../../lib/base/assert.ts';
import type { LogIndex } from '../../../lib/base/brand.ts';
import { crc32c } from '../../../lib/base/crc32c.ts';
import { type Disk, DiskError, type DiskFile } from '../ports/disk.ts';
import type { Log } from '../ports/log.ts';
import type { SnapshotSink } from '../ports/peer-network.ts';
import type { SnapshotMetadata } from '../raft/types.ts';

const INCOMING = 'incoming.tmp';
const CHUNK_HEADER_BYTES = 8;

/** A stored image cannot be read back. */
export class ImageCorruptError extends Error {
  override readonly name = 'ImageCorruptError';
}

export interface StoredImage {
  /** The next chunk, or undefined at the end. */
  readonly next: () => Uint8Array | undefined;
  close(): void;
}

interface SpoolOptions {
  readonly disk: Disk;
  readonly dir: string;
  readonly log: Log;
}

const hex16 = (value: number): string => value.toString(16).padStart(16, '0');
const imageName = ({ term, index }: SnapshotMetadata): string => `${hex16(term)}-${hex16(index)}.image`;

export class SnapshotSpool {
  readonly #options: SpoolOptions;
  #isReceiving = false;

  constructor(options: SpoolOptions) {
    this.#options = options;
    options.disk.makeDirectory(options.dir);
  }

  has(metadata: SnapshotMetadata): boolean {
    return this.#options.disk.exists(this.#path(imageName(metadata)));
  }

  /** Undefined while another image is being received, or when there is no room for one. */
  receive(metadata: SnapshotMetadata): SnapshotSink | undefined {
    if (this.#isReceiving) return undefined;
    const { disk, log } = this.#options;
    const file = this.#openIncoming();
    if (file === undefined) return undefined;
    this.#isReceiving = true;
    return new SpoolWriter(file, {
      store: () => {
        disk.rename(file.path, this.#path(imageName(metadata)));
        disk.flushDirectory(this.#options.dir);
      },
      closed: (failure) => {
        this.#isReceiving = false;
        if (failure !== undefined) log('error', 'could not store a snapshot', { reason: failure.message });
      },
    });
  }

  #openIncoming(): DiskFile | undefined {
    const { disk, log } = this.#options;
    try {
      const file = disk.open(this.#path(INCOMING), { create: true });
      file.truncate(0);
      return file;
    } catch (error) {
      if (!(error instanceof DiskError)) throw error;
      log('error', 'could not store a snapshot', { reason: error.message });
      return undefined;
    }
  }

  /** Reads the stored image of `metadata`. next() throws ImageCorruptError. */
  open(metadata: SnapshotMetadata): StoredImage {
    const file = this.#options.disk.open(this.#path(imageName(metadata)), { create: false });
    return { next: readImage(file), close: () => file.close() };
  }

  /** Removes the images that a durable state machine has no more use for. */
  release(durableIndex: LogIndex): void {
    const { disk, dir } = this.#options;
    for (const name of disk.list(dir)) {
      const match = /^[0-9a-f]{16}-([0-9a-f]{16})\.image$/.exec(name);
      if (match !== null && Number.parseInt(match[1] ?? '', 16) <= durableIndex) disk.remove(this.#path(name));
    }
  }

  #path(name: string): string {
    return `${this.#options.dir}/${name}`;
  }
}

/** The chunks of a stored image, then undefined. @throws ImageCorruptError */
export function readImage(file: DiskFile): () => Uint8Array | undefined {
  let at = 0;
  return () => {
    const header = file.read(at, CHUNK_HEADER_BYTES);
    if (header.length < CHUNK_HEADER_BYTES) throw new ImageCorruptError(`${file.path} ends at offset ${at}`);
    const view = new DataView(header.buffer, header.byteOffset, header.length);
    const length = view.getUint32(0, true);
    const chunk = file.read(at + CHUNK_HEADER_BYTES, length);
    if (chunk.length < length || crc32c(chunk) !== view.getUint32(4, true))
      throw new ImageCorruptError(`${file.path} is damaged at offset ${at}`);
    if (length === 0) return undefined;
    at += CHUNK_HEADER_BYTES + length;
    return chunk;
  };
}

class SpoolWriter implements SnapshotSink {
  readonly #file: DiskFile;
  readonly #owner: { readonly store: () => void; readonly closed: (failure: DiskError | undefined) => void };
  #at = 0;
  #failure: DiskError | undefined;
  #isDone = false;

  constructor(file: DiskFile, owner: { store: () => void; closed: (failure: DiskError | undefined) => void }) {
    this.#file = file;
    this.#owner = owner;
  }

  /** A full disk fails the transfer, at its end: the sender is told once. */
  write(chunk: Uint8Array): void {
    if (chunk.length === 0 || this.#failure !== undefined) return;
    this.#put(chunk.length, crc32c(chunk), chunk);
  }

  finish(done: (isStored: boolean) => void): void {
    this.#put(0, 0, new Uint8Array(0));
    this.#file.flush((error) => {
      this.#failure ??= error;
      if (this.#failure === undefined) this.#attempt(this.#owner.store);
      this.#close();
      done(this.#failure === undefined);
    });
  }

  abort(): void {
    this.#close();
  }

  #put(length: number, crc: number, bytes: Uint8Array): void {
    const framed = new Uint8Array(CHUNK_HEADER_BYTES + bytes.length);
    const view = new DataView(framed.buffer);
    view.setUint32(0, length, true);
    view.setUint32(4, crc, true);
    framed.set(bytes, CHUNK_HEADER_BYTES);
    this.#attempt(() => this.#file.write(this.#at, framed));
    this.#at += framed.length;
  }

  #attempt(action: () => void): void {
    try {
      action();
    } catch (error) {
      if (!(error instanceof DiskError)) throw error;
      this.#failure ??= error;
    }
  }

  #close(): void {
    assert(!this.#isDone, 'an image was finished twice');
    this.#isDone = true;
    this.#file.close();
    this.#owner.closed(this.#failure);
  }
}
