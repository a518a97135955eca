/** Straight from the store: one watch on the pointers of the bundle, reports under a lease that dies with the process. */
import { utf8Decode } from '../../base/bytes.ts';
import { errorText } from '../../base/error-text.ts';
import { type Event, EventType } from '../../base/etcdpb/mvcc.ts';
import { type Assignment, emptyAssignment } from '../../config/documents.ts';
import { effective } from '../../config/merge.ts';
import type { LayerRelease } from '../../config/report.ts';
import {
  type Asker,
  type Chosen,
  chooseRelease,
  inForce,
  layerContent,
  tried,
  wantsCandidate,
} from '../../config/resolve.ts';
import { layersOf, placeId } from '../../config/target.ts';
import { type Client, deleteOp, getOp, putOp } from '../client.ts';
import { CompactedError } from '../errors.ts';
import type { Session } from '../session.ts';
import { hashOf } from './last-known-good.ts';
import { ReleaseReader } from './release-reader.ts';
import { RetryPause } from './retry-pause.ts';
import {
  CLIENT_VERSION,
  type ConfigSource,
  type Identity,
  type OwnReport,
  type SourceListener,
  type Tried,
} from './types.ts';

export const DEFAULT_CONFIG_PREFIX = '/quorate/config/';
/** How long the fleet waits before a silent death counts. */
const REPORT_TTL_SECONDS = 30;
const LEFT_TTL_SECONDS = 600;

/** What is to be used and tried, as the pointers stood at that turn. */
interface Resolved {
  readonly turn: number;
  readonly chosen: readonly Chosen[];
  readonly would: readonly Chosen[] | null;
  /** A pointer serves nothing, and did serve something once. */
  readonly isWithdrawn: boolean;
  /** When an exposure runs out; infinite: none does. */
  readonly soonest: number;
}

export interface StoreSourceOptions {
  readonly prefix?: string;
  /** 'stable': leave the candidate when nobody supervises its rollout any more; 'hold': what was assigned stays. Default: hold. */
  readonly failSafe?: 'stable' | 'hold';
}

export class StoreSource implements ConfigSource {
  readonly #client: Client;
  readonly #prefix: string;
  readonly #options: StoreSourceOptions;
  #expiry: NodeJS.Timeout | undefined;
  readonly #who: Identity;
  readonly #stopped = new AbortController();
  readonly #releases: ReleaseReader;
  /** Of our layers, as the store was read or watched last. */
  readonly #pointers = new Map<string, Assignment>();
  #session: Promise<Session> | null = null;
  /** What was offered last, and at which generations. */
  #offered: string | null = null;
  /** Counts what happened to the pointers. */
  #turn = 0;

  constructor(client: Client, who: Identity, options: StoreSourceOptions = {}) {
    this.#client = client;
    this.#who = who;
    this.#options = options;
    this.#prefix = options.prefix ?? DEFAULT_CONFIG_PREFIX;
    this.#releases = new ReleaseReader(client, this.#prefix);
  }

  start(listener: SourceListener): void {
    void this.#follow(listener);
  }

  async report(own: OwnReport): Promise<void> {
    const session = await this.#alive();
    const { bundle, app, env, service, instanceId, tags, appVersion, schemaVersions } = this.#who;
    const report = {
      ...own,
      bundle,
      app,
      env,
      service,
      instanceId,
      tags,
      appVersion,
      clientVersion: CLIENT_VERSION,
      schemaVersions,
    };
    const isTrial = own.state === 'WOULD_ACCEPT' || own.state === 'WOULD_REJECT';
    await this.#client.txn({
      success: [
        putOp(this.#key(isTrial ? 'probes' : 'instances'), JSON.stringify(report), session.lease),
        deleteOp({ key: this.#key('left') }),
      ],
    });
  }

  async leave(): Promise<void> {
    const lease = await this.#client.grantLease(LEFT_TTL_SECONDS);
    const left = JSON.stringify({ at: Date.now() });
    await this.#client.txn({
      success: [
        deleteOp({ key: this.#key('instances') }),
        deleteOp({ key: this.#key('probes') }),
        putOp(this.#key('left'), left, lease),
      ],
    });
    const session = await this.#session;
    await session?.close();
  }

  close(): void {
    this.#stopped.abort();
    clearTimeout(this.#expiry);
    this.#releases.close();
  }

  /** Nothing comes from the store when an exposure runs out unrenewed: the clock must say so. */
  #lookAgainAt(expiresAt: number, listener: SourceListener): void {
    clearTimeout(this.#expiry);
    if (expiresAt === Number.POSITIVE_INFINITY || this.#options.failSafe !== 'stable') return;
    const look = (): void => {
      this.#offer(listener, 0).catch((cause: unknown) => listener.onTrouble(errorText(cause)));
    };
    this.#expiry = setTimeout(look, Math.max(0, expiresAt - Date.now()) + 1);
    this.#expiry.unref();
  }

  #key(family: 'instances' | 'probes' | 'left'): string {
    return `${this.#prefix}${family}/${placeId(this.#who)}/${this.#who.instanceId}`;
  }

  /** A session that lives; a lost one is replaced. */
  async #alive(): Promise<Session> {
    const known = await this.#session?.catch(() => undefined);
    if (known !== undefined && !known.signal.aborted) return known;
    this.#session = this.#client.session({ ttlSeconds: REPORT_TTL_SECONDS });
    return this.#session;
  }

  async #follow(listener: SourceListener): Promise<void> {
    const { signal } = this.#stopped;
    const pause = new RetryPause();
    while (!signal.aborted) {
      try {
        const revision = await this.#readPointers();
        // Whoever comes back from an outage does not come alone.
        const readers = [...this.#pointers.values()].map((one) => one.readers ?? 0);
        await this.#offer(listener, this.#offered === null ? 0 : Math.max(0, ...readers));
        pause.reset();
        // Also other places and bundles whose names begin alike: their changes only cost a look.
        for await (const { events } of this.#client.watch(
          { prefix: `${this.#prefix}assign/${this.#who.bundle}` },
          { startRevision: revision + 1, signal },
        )) {
          const readers = this.#note(events);
          if (readers !== null) await this.#offer(listener, readers, 'if it is another');
        }
      } catch (cause) {
        if (signal.aborted) return;
        if (!(cause instanceof CompactedError)) listener.onTrouble(errorText(cause));
        await pause.pass(signal);
      }
    }
  }

  /** The pointers of all layers at one revision, which is returned. */
  async #readPointers(): Promise<number> {
    const targets = layersOf(placeId(this.#who));
    const reads = targets.map((target) => getOp({ key: `${this.#prefix}assign/${target}` }));
    const answer = await this.#client.txn({ success: reads });
    this.#pointers.clear();
    for (const [i, target] of targets.entries()) this.#setPointer(target, answer.ranges[i]?.[0]?.value);
    return answer.revision;
  }

  /**
   * Takes pointers from the watch itself: a fleet that is told at once must not ask at once. Null: none of ours changed; else how many
   * read what did, as it says itself.
   */
  #note(events: readonly Event[]): number | null {
    const targets = layersOf(placeId(this.#who));
    let readers: number | null = null;
    for (const { type, kv } of events) {
      const key = kv === undefined ? undefined : utf8Decode(kv.key);
      const target = targets.find((one) => key === `${this.#prefix}assign/${one}`);
      if (target === undefined) continue;
      this.#setPointer(target, type === EventType.PUT ? kv?.value : undefined);
      readers = Math.max(readers ?? 0, this.#pointers.get(target)?.readers ?? 0);
    }
    return readers;
  }

  #setPointer(target: string, bytes: Uint8Array | undefined): void {
    this.#turn++;
    if (bytes === undefined) this.#pointers.delete(target);
    else this.#pointers.set(target, JSON.parse(utf8Decode(bytes) ?? 'null') as Assignment);
  }

  /** What the pointers say, with the releases they point at. */
  async #offer(
    listener: SourceListener,
    readers: number,
    when: 'always' | 'if it is another' = 'always',
  ): Promise<void> {
    const { turn, chosen, would, isWithdrawn, soonest } = await this.#resolve();
    // Something happened while the releases were read: whoever saw that makes the offer.
    if (turn !== this.#turn) return;
    this.#lookAgainAt(soonest, listener);
    // Nothing is served any more because a first release was taken back: an empty document. A pointer that is missing
    // says nothing of the kind, and what runs goes on.
    if (chosen.length === 0 && !(isWithdrawn && listener.hasDocument())) return;
    const generations = [...this.#pointers.values()].map(({ target, generation }) => [target, generation]);
    const gist = JSON.stringify([generations, layersOfOffer(chosen), would === null ? null : layersOfOffer(would)]);
    // A pointer is also written to renew an exposure: nobody has anything to say to that.
    if (when === 'if it is another' && gist === this.#offered) return;
    this.#offered = gist;
    listener.onOffer({ ...offerOf(chosen), probe: would === null ? null : offerOf(would), readers });
  }

  async #resolve(): Promise<Resolved> {
    const turn = this.#turn;
    const targets = layersOf(placeId(this.#who));
    const { instanceId, tags, appVersion } = this.#who;
    const asker: Asker = { instanceId, tags, appVersion, clientVersion: CLIENT_VERSION };
    const chosen: Chosen[] = [];
    const asked = new Map<string, Pick<Chosen, 'release' | 'generation'>>();
    const ends: number[] = [];
    let isWithdrawn = false;
    for (const target of targets) {
      const stored = this.#pointers.get(target) ?? emptyAssignment(target);
      const assign = this.#options.failSafe === 'stable' ? inForce(stored, Date.now()) : stored;
      if (assign.candidate !== null) ends.push(assign.expiresAt ?? Number.POSITIVE_INFINITY);
      if (!wantsCandidate(assign, asker)) this.#releases.readAhead(assign);
      isWithdrawn ||= assign.generation > 0;
      const candidate = wantsCandidate(assign, asker) ? await this.#releases.read(target, assign.candidate) : null;
      const stable = await this.#releases.read(target, assign.stable);
      const one = chooseRelease(assign, asker, (id) =>
        id !== null && id === candidate?.releaseId ? candidate : id === stable?.releaseId ? stable : null,
      );
      if (one !== null) chosen.push(one);
      const probed = await this.#releases.read(target, assign.probe?.releaseId ?? null);
      if (probed !== null) asked.set(target, { release: probed, generation: assign.generation });
    }
    const would = tried(chosen, asker, targets, (target) => asked.get(target) ?? null);
    return { turn, chosen, would, isWithdrawn, soonest: Math.min(...ends) };
  }
}

const layersOfOffer = (chosen: readonly Chosen[]): LayerRelease[] =>
  chosen.map(({ target, release, generation }) => ({ target, releaseId: release.releaseId, generation }));

function offerOf(chosen: readonly Chosen[]): Tried {
  const { value } = effective(chosen.map(layerContent));
  return { values: value, layers: layersOfOffer(chosen), sha256: hashOf(value) };
}
