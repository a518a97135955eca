/** Inspects the one file it is sent: reading is synchronous here, and the page stays free. */
import { DamagedFileError } from '../base/bbolt/page.ts';
import type { ReadableFile } from '../base/bbolt/reader.ts';
import { inspectSnapshot } from './inspect.ts';
import type { FromInspector } from './report.ts';

/** As a browser has it in workers; not in the types of pages. */
declare class FileReaderSync {
  readAsArrayBuffer(blob: Blob): ArrayBuffer;
}

const AHEAD_BYTES = 4 * 1024 * 1024;

/** Reads ahead: pages lie one behind the other as they are visited, and each look into a file costs a trip to the browser. */
class PickedFile implements ReadableFile {
  readonly #file: File;
  readonly #reader = new FileReaderSync();
  #ahead: Uint8Array = new Uint8Array(0);
  #aheadAt = 0;

  constructor(file: File) {
    this.#file = file;
  }

  size(): number {
    return this.#file.size;
  }

  read(at: number, length: number): Uint8Array {
    const end = Math.min(at + length, this.#file.size);
    if (at < this.#aheadAt || end > this.#aheadAt + this.#ahead.length) {
      const blob = this.#file.slice(at, Math.max(end, at + AHEAD_BYTES));
      this.#ahead = new Uint8Array(this.#reader.readAsArrayBuffer(blob));
      this.#aheadAt = at;
    }
    // A copy: entries keep views on what they were read from.
    return this.#ahead.slice(at - this.#aheadAt, Math.max(at, end) - this.#aheadAt);
  }
}

const tell = (message: FromInspector): void => postMessage(message);

addEventListener('message', ({ data }: MessageEvent<File>) => {
  try {
    const inspection = inspectSnapshot(new PickedFile(data));
    for (let step = inspection.next(); ; step = inspection.next()) {
      if (step.done === true) return tell({ type: 'report', report: step.value });
      tell({ type: 'progress', progress: step.value });
    }
  } catch (cause) {
    if (!(cause instanceof DamagedFileError || cause instanceof DOMException)) throw cause;
    tell({ type: 'refused', reason: cause.message });
  }
});
