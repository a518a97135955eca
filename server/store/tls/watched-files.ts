/**
 * Files that are read again when they change, at the next moment somebody needs them: certificates are renewed under a running
 * member. What a renewal leaves unusable (half written, key and certificate of different days) is logged once, and the last
 * good content stays in use.
 */
import { readFileSync, statSync } from 'node:fs';
import { errorText } from '../../../lib/base/error-text.ts';
import type { Log } from '../ports/log.ts';

export interface WatchedFilesOptions<T> {
  readonly paths: readonly string[];
  /** @throws Error whose message is one line naming flag and file */
  readonly parse: (contents: readonly Buffer[]) => T;
  readonly log: Log;
}

export class WatchedFiles<T> {
  readonly #options: WatchedFilesOptions<T>;
  #signature: string;
  #value: T;
  /** Counts changes of value(). */
  version = 0;

  /** @throws the error of `parse`, or of reading the files */
  constructor(options: WatchedFilesOptions<T>) {
    this.#options = options;
    this.#signature = this.#look();
    this.#value = this.#read();
  }

  value(): T {
    const signature = this.#look();
    if (signature === this.#signature) return this.#value;
    this.#signature = signature;
    const { log, paths } = this.#options;
    try {
      this.#value = this.#read();
      this.version++;
      log('info', 'read renewed certificate files', { files: paths.join() });
    } catch (error) {
      const reason = errorText(error);
      log('error', 'renewed certificate files cannot be used, those before stay in use', { reason });
    }
    return this.#value;
  }

  #read(): T {
    return this.#options.parse(this.#options.paths.map((path) => readFileSync(path)));
  }

  /** Changes when a file changes, appears or vanishes. */
  #look(): string {
    const one = (path: string): string => {
      const stat = statSync(path, { throwIfNoEntry: false });
      return stat === undefined ? 'none' : `${stat.ino} ${stat.size} ${stat.mtimeMs}`;
    };
    return this.#options.paths.map(one).join();
  }
}
