/**
 * The children of a prefix at one revision, in slices: a million keys must not hold up the member. Reads the index alone, no value.
 *
 * Invariant: the answer is that of one revision, however many changes are applied between slices; when compaction overtakes that
 * revision the scan fails as a range would.
 */
import type { ByteString } from '../../../lib/base/bytes.ts';
import type { KvStore } from './kv-store.ts';
import { valueLength } from './revision-codec.ts';
import { NO_ROW, type Row } from './row-table.ts';

export interface ChildScanRequest {
  readonly prefix: ByteString;
  /** Behind the prefix. `undefined`: no end. */
  readonly prefixEnd: ByteString | undefined;
  /** Not empty. */
  readonly delimiter: ByteString;
  /** <= 0: the current one. */
  readonly revision: number;
  readonly limit: number;
  /** Children from here on; undefined: there are none left. */
  readonly from: ByteString | undefined;
}

export interface ScannedChild {
  readonly name: ByteString;
  /** All keys that begin with `name`, which ends with the delimiter. */
  readonly isGroup: boolean;
  keys: number;
  /** Of keys and values. */
  bytes: number;
  modRevision: number;
}

export class ChildScan {
  /** The one that is read. */
  readonly revision: number;
  readonly children: ScannedChild[] = [];
  /** There are children behind the last one. */
  more = false;
  readonly #kv: KvStore;
  readonly #request: ChildScanRequest;
  #from: ByteString;
  #isDone: boolean;

  /** @throws EtcdError compacted | future revision */
  constructor(kv: KvStore, request: ChildScanRequest) {
    kv.checkReadable(request.revision);
    this.#kv = kv;
    this.#request = request;
    this.#from = request.from ?? request.prefix;
    this.#isDone = request.from === undefined;
    this.revision = request.revision <= 0 ? kv.revision() : request.revision;
  }

  /** Looks at `keysMax` keys. True when there are more. @throws EtcdError compacted */
  step(keysMax: number): boolean {
    if (this.#isDone) return false;
    this.#kv.checkReadable(this.revision);
    const { index } = this.#kv;
    let budget = keysMax;
    let isStopped = false;
    index.forRange({ from: this.#from, to: this.#request.prefixEnd }, (slot, key) => {
      if (budget-- <= 0) {
        this.#from = key;
        isStopped = true;
        return false;
      }
      const row = index.liveRowAt(slot, this.revision);
      return row === NO_ROW || this.#take(key, row);
    });
    this.#isDone = this.more || !isStopped;
    return !this.#isDone;
  }

  /** False at the end of the page. */
  #take(key: ByteString, row: Row): boolean {
    const { prefix, delimiter, limit } = this.#request;
    const last = this.children.at(-1);
    if (last?.isGroup === true && key.startsWith(last.name)) {
      this.#add(last, key, row);
      return true;
    }
    if (this.children.length >= limit) {
      this.more = true;
      return false;
    }
    const at = key.indexOf(delimiter, prefix.length);
    const isGroup = at >= 0;
    const name = isGroup ? (key.slice(0, at + delimiter.length) as ByteString) : key;
    const child: ScannedChild = { name, isGroup, keys: 0, bytes: 0, modRevision: 0 };
    this.children.push(child);
    this.#add(child, key, row);
    return true;
  }

  #add(child: ScannedChild, key: ByteString, row: Row): void {
    const { rows } = this.#kv.index;
    const main = rows.main(row);
    const stored = { key, main, tombstone: false, createRevision: rows.createRevision(row) };
    const value = valueLength({ ...stored, version: rows.version(row), lease: rows.lease(row) }, rows.length(row));
    child.keys++;
    child.bytes += key.length + value;
    child.modRevision = Math.max(child.modRevision, main);
  }
}
