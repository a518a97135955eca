/** Releases by their address, read once and kept; a candidate before its turn. */
import { createHash, randomInt } from 'node:crypto';
import { utf8Decode } from '../../base/bytes.ts';
import { type Assignment, addressText, type Release, releaseIdOf } from '../../config/documents.ts';
import type { Client } from '../client.ts';

/** Releases kept: a few layers, stable and candidate each. */
const RELEASES_KEPT = 16;
/** A candidate is read before its turn, so that a promote is only a pointer: each at a time of its own, within so much per reader. */
const AHEAD_MS_PER_READER = 10;
const AHEAD_MS_MAX = 60_000;

export class ReleaseReader {
  readonly #client: Client;
  readonly #prefix: string;
  readonly #releases = new Map<string, Release>();
  /** Of each layer, when its candidate is read ahead. */
  readonly #ahead = new Map<string, NodeJS.Timeout>();

  /** @param prefix of all configuration in the store */
  constructor(client: Client, prefix: string) {
    this.#client = client;
    this.#prefix = prefix;
  }

  close(): void {
    for (const timer of this.#ahead.values()) clearTimeout(timer);
  }

  /** @throws when it is not in the store, or is not what its address says, whoever wrote it */
  async read(target: string, releaseId: string | null): Promise<Release | null> {
    if (releaseId === null) return null;
    const known = this.#releases.get(`${target}/${releaseId}`);
    if (known !== undefined) return known;
    const key = `${this.#prefix}releases/${target}/${releaseId}`;
    // A release never changes: whichever member has it has the right one, and only who lacks it must be asked for the newest.
    const near = await this.#client.get({ key }, { serializable: true });
    const { kvs } = near.kvs.length > 0 ? near : await this.#client.get({ key });
    const text = kvs[0] === undefined ? undefined : utf8Decode(kvs[0].value);
    if (text === undefined) throw new Error(`release ${releaseId} of ${target} is not in the store`);
    const release = JSON.parse(text) as Release;
    requireAddress(release);
    if (this.#releases.size >= RELEASES_KEPT) this.#releases.clear();
    this.#releases.set(`${target}/${releaseId}`, release);
    return release;
  }

  /** It may become ours at any moment, and then a whole fleet wants it at once. */
  readAhead({ target, candidate, readers }: Assignment): void {
    clearTimeout(this.#ahead.get(target));
    this.#ahead.delete(target);
    if (candidate === null || this.#releases.has(`${target}/${candidate}`)) return;
    const within = Math.min(AHEAD_MS_MAX, (readers ?? 0) * AHEAD_MS_PER_READER);
    const read = (): void => {
      // Not to be had: then it is asked for again when it is needed, and that is told.
      this.read(target, candidate).catch(() => undefined);
    };
    this.#ahead.set(target, setTimeout(read, randomInt(Math.floor(within) + 1)).unref());
  }
}

function requireAddress(release: Release): void {
  const hash = createHash('sha256').update(addressText(release)).digest('hex');
  if (releaseIdOf(hash) === release.releaseId) return;
  throw new Error(`release ${release.releaseId} of ${release.target} was changed by hand: its hash is another`);
}
