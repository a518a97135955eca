/** What each file of a write-ahead log holds, read on its own: damage in one does not hide the next. */
import { WalRecordType } from '../../../lib/base/etcdpb/raft.ts';
import { WireError } from '../../../lib/base/protobuf/reader.ts';
import type { Disk } from '../ports/disk.ts';
import { decodeEntry, decodeHardState, decodeSnapshotMarker } from '../wal/payloads.ts';
import { segmentsAmong } from '../wal/segment-name.ts';
import { readSegment, type SegmentRecord, WalCorruptError } from '../wal/segment-reader.ts';
import type { FileReport } from './types.ts';

class Contents {
  entries = 0;
  states = 0;
  markers = 0;
  #first: number | undefined;
  #last = 0;
  #terms: [number, number] | undefined;
  #commitIndex = 0;
  #marker = 0;

  take({ type, data }: SegmentRecord): void {
    if (type === WalRecordType.ENTRY) {
      const { index, term } = decodeEntry(data);
      this.entries++;
      this.#first ??= index;
      this.#last = index;
      this.#terms = [this.#terms?.[0] ?? term, term];
    } else if (type === WalRecordType.STATE) {
      this.states++;
      this.#commitIndex = decodeHardState(data).commitIndex;
    } else if (type === WalRecordType.SNAPSHOT) {
      this.markers++;
      this.#marker = decodeSnapshotMarker(data).index;
    }
  }

  facts(): string[] {
    const facts = [`${this.entries} entries, ${this.states} hard states, ${this.markers} snapshot markers`];
    if (this.#first !== undefined)
      facts.push(`entries ${this.#first} to ${this.#last}, terms ${this.#terms?.join(' to ')}`);
    if (this.states > 0) facts.push(`commit index ${this.#commitIndex}`);
    if (this.#marker > 0) facts.push(`state durable up to entry ${this.#marker}`);
    return facts;
  }
}

export function reportLog(disk: Disk, dir: string): FileReport[] {
  if (!disk.exists(dir)) return [];
  const segments = segmentsAmong(disk.list(dir));
  let previousCrc: number | undefined;
  return segments.map(({ name }, position) => {
    const path = `${dir}/${name}`;
    const file = disk.open(path, { create: false });
    const bytes = file.read(0, file.size());
    file.close();
    const contents = new Contents();
    const facts = () => ['etcd WAL', ...contents.facts()];
    try {
      const isLast = position === segments.length - 1;
      const end = readSegment({ file: path, bytes, isLast, previousCrc }, (record) => contents.take(record));
      previousCrc = end.crc;
      const torn =
        end.tornBytes === 0 ? [] : [`torn tail of ${end.tornBytes} bytes at offset ${end.tail}, never acknowledged`];
      return {
        path,
        verdict: torn.length === 0 ? 'whole' : 'torn',
        facts: [...facts(), `${end.tail} bytes used`, ...torn],
      };
    } catch (error) {
      if (!(error instanceof WalCorruptError) && !(error instanceof WireError)) throw error;
      // The next file is judged by its own first record.
      previousCrc = undefined;
      return { path, verdict: 'damaged', facts: [...facts(), error.message] };
    }
  });
}
