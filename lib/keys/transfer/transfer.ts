/**
 * Keys as files: what all formats share. A file is read whole or not at all; every fault is told with its line.
 *
 * JSON Lines is exact to the byte, leases included. YAML, dotenv and properties carry text only, and say which key is not.
 */
import type { TransferFormat } from '../../api/bulk-types.ts';
import type { WireBytes, WireHexId } from '../../api/types.ts';
import { wireId } from '../wire-bytes.ts';

export type { TransferFormat };

export interface TransferEntry {
  readonly key: WireBytes;
  readonly value: WireBytes;
  /** Null: none, or the format does not tell. */
  readonly lease: WireHexId | null;
}

export interface ReadEntry extends TransferEntry {
  /** 1-based, where it begins. */
  readonly line: number;
}

export interface Fault {
  readonly line: number;
  readonly message: string;
}

export interface ReadResult {
  readonly entries: readonly ReadEntry[];
  /** Not empty: nothing of the file may be used. */
  readonly faults: readonly Fault[];
}

/** Faults told at once; the first ones are what one mends. */
const FAULTS_MAX = 100;

/** Gathers entries and faults in line order; the same key twice is a fault that names both lines. */
export class Reading {
  readonly #entries: ReadEntry[] = [];
  readonly #faults: Fault[] = [];
  readonly #lines = new Map<string, number>();

  add(entry: ReadEntry): void {
    const before = this.#lines.get(wireId(entry.key));
    if (entry.key === '') this.fault(entry.line, 'the key is empty');
    else if (before !== undefined) this.fault(entry.line, `the same key stands on line ${before} already`);
    else {
      this.#lines.set(wireId(entry.key), entry.line);
      this.#entries.push(entry);
    }
  }

  fault(line: number, message: string): void {
    if (this.#faults.length < FAULTS_MAX) this.#faults.push({ line, message });
  }

  get result(): ReadResult {
    return { entries: this.#entries, faults: this.#faults };
  }
}

/** A key or value that a format of text cannot carry. */
export class NotText extends Error {
  override readonly name = 'NotText';
}
