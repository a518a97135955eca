/**
 * What survives the process: the last document that proved itself, and the one on probation. A process that died during probation
 * finds that out here at its next start, and goes back.
 *
 * Files are written beside and renamed over, each with the hash of its values: a torn or edited file counts as none.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { canonicalJson, isObject, type Json } from '../../config/json.ts';
import type { Offer } from './types.ts';

const PROVEN = 'last-known-good.json';
const PROBATION = 'probation.json';
const CRASHED = 'crashed.json';

export const hashOf = (values: Json): string => createHash('sha256').update(canonicalJson(values)).digest('hex');

export interface Remembered {
  readonly proven: Offer | null;
  /** Sha256 of a document that was applied when the process died. */
  readonly crashed: string | null;
}

export class LastKnownGood {
  readonly #folder: string | null;

  /** @param folder null: nothing survives */
  constructor(folder: string | null) {
    this.#folder = folder;
    if (folder !== null) mkdirSync(folder, { recursive: true });
  }

  /** Once, at the start: a probation still open means that the process died in it. */
  recall(): Remembered {
    const onProbation = this.#read(PROBATION);
    if (onProbation !== null) {
      this.#write(CRASHED, onProbation);
      this.#remove(PROBATION);
    }
    return { proven: this.#read(PROVEN), crashed: this.#read(CRASHED)?.sha256 ?? null };
  }

  beginProbation(offer: Offer): void {
    this.#write(PROBATION, offer);
  }

  /** It lived long enough, or the process ends in good order. */
  prove(offer: Offer): void {
    this.#write(PROVEN, offer);
    this.#remove(PROBATION);
    this.#remove(CRASHED);
  }

  /** It was not applied after all. */
  dropProbation(): void {
    this.#remove(PROBATION);
  }

  #read(name: string): Offer | null {
    if (this.#folder === null) return null;
    try {
      const offer = JSON.parse(readFileSync(path.join(this.#folder, name), 'utf8')) as Offer;
      // What it was asked to try before it died is asked again by whoever wants to know.
      return isObject(offer.values) && hashOf(offer.values) === offer.sha256
        ? { ...offer, probe: null, readers: 0 }
        : null;
    } catch (cause) {
      // Not there, or torn by a crash: then there is none.
      if (cause instanceof SyntaxError || (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT'))
        return null;
      throw cause;
    }
  }

  #write(name: string, offer: Offer): void {
    if (this.#folder === null) return;
    const file = path.join(this.#folder, name);
    writeFileSync(`${file}.new`, JSON.stringify(offer), { flush: true });
    renameSync(`${file}.new`, file);
  }

  #remove(name: string): void {
    if (this.#folder !== null) rmSync(path.join(this.#folder, name), { force: true });
  }
}
