/** Semaphores, reader-writer locks, barriers, queues, counters, groups and services as the routes answer them, now or at a revision. */

import type { PrimitiveList, PrimitiveView, ServiceList } from '../../../lib/api/coordination-types.ts';
import type { ChangeEvent, IndexState } from '../../../lib/api/types.ts';
import { type ByteString, EMPTY_BYTES, fromByteString } from '../../../lib/base/bytes.ts';
import { toWire } from '../../../lib/keys/wire-bytes.ts';
import type { StoreConsole } from '../console.ts';
import { requireView } from '../operations/browse.ts';
import { explainCompacted, type StoreContext } from '../operations/context.ts';
import { type PartKey, PartTracker, partsOf } from './part-tracker.ts';
import { primitiveView, serviceView } from './primitive-views.ts';

/** In one answer; `total` counts all. */
const PRIMITIVES_LISTED_MAX = 1_000;
/** Values read for one answer, and reads under way at once. What is read is remembered. */
const VALUES_READ_MAX = 2_000;
const CONCURRENT_READS = 16;
/** An entry longer than this is no service instance worth reading. */
const VALUE_BYTES_MAX = 8_192;

type Query = Parameters<StoreConsole['primitives']>[0];

/** The keys of one primitive, in the order of their creation. */
export interface PartGroup {
  readonly kind: PartKey['place']['part']['kind'];
  readonly name: ByteString;
  readonly keys: readonly PartKey[];
}

export class Primitives {
  readonly #context: StoreContext;
  readonly #tracker = new PartTracker();

  constructor(context: StoreContext) {
    this.#context = context;
  }

  onChanges(changes: readonly ChangeEvent[]): void {
    this.#tracker.apply(changes);
  }

  onGap(): void {
    this.#tracker.lost();
  }

  reset(): void {
    this.#tracker.clear();
  }

  onIndex(state: IndexState): void {
    const { hub } = this.#context;
    const view = state.phase === 'live' && !this.#tracker.isWatching ? hub.view() : null;
    if (view !== null) this.#tracker.rebuild(view.index, this.#context.now(), (revision) => hub.timeOf(revision));
  }

  async primitives(query: Query): Promise<PrimitiveList> {
    const { groups, revision, at } = await this.#groups(query, (kind) => kind !== 'service');
    const shown = groups.slice(0, PRIMITIVES_LISTED_MAX);
    await this.#readValues(
      shown.flatMap(({ keys }) => keys.filter(needsValue)),
      query,
    );
    const views = shown
      .map((group) => primitiveView(group, (kind, name) => this.#rates(query, kind, name)))
      .filter((view): view is PrimitiveView => view !== null);
    return { revision: String(revision), at, total: groups.length - (shown.length - views.length), primitives: views };
  }

  async services(query: Query): Promise<ServiceList> {
    const { groups, revision, at } = await this.#groups(query, (kind) => kind === 'service');
    const isNow = query.revision === undefined;
    // A service that everybody left is what an operator must see most.
    const there = new Set(groups.map(({ name }) => name));
    const left = isNow ? [...this.#tracker.goneNames()].filter((name) => !there.has(name)) : [];
    for (const name of left) groups.push({ kind: 'service', name, keys: [] });
    const shown = groups.slice(0, PRIMITIVES_LISTED_MAX);
    await this.#readValues(
      shown.flatMap(({ keys }) => keys),
      query,
    );
    const services = shown.flatMap((group) => {
      const view = serviceView(group, {
        gone: isNow ? this.#tracker.gone(group.name) : [],
        returns: (key) => (isNow ? this.#tracker.returns(key) : 0),
      });
      return view === null ? [] : [view];
    });
    return { revision: String(revision), at, total: groups.length - (shown.length - services.length), services };
  }

  #rates(query: Query, kind: PartGroup['kind'], name: ByteString) {
    return query.revision === undefined ? this.#tracker.rates(kind, name, this.#context.now()) : null;
  }

  async #groups({ revision }: Query, isWanted: (kind: PartGroup['kind']) => boolean) {
    const { hub, now } = this.#context;
    const timeOf = (at: number): number | null => hub.timeOf(at);
    if (revision === undefined) {
      const view = await requireView(this.#context);
      return { groups: groupsOf(this.#tracker.parts(), isWanted), revision: view.revision, at: now() };
    }
    try {
      const { index } = await this.#context.past.at(revision);
      return { groups: groupsOf(partsOf(index, timeOf), isWanted), revision, at: timeOf(revision) };
    } catch (error) {
      throw await explainCompacted(this.#context, revision, error);
    }
  }

  /** The index holds no values: those that say something are read once each. */
  async #readValues(wanted: readonly PartKey[], { revision }: Query): Promise<void> {
    const missing = wanted.filter(isToRead).slice(0, VALUES_READ_MAX);
    const worker = async (): Promise<void> => {
      for (let part = missing.shift(); part !== undefined; part = missing.shift()) {
        const range = { key: fromByteString(part.key), end: EMPTY_BYTES };
        const at = revision === undefined ? {} : { revision };
        const [kv] = (await this.#context.engine.kv.list({ ...range, ...at })).kvs;
        if (kv?.modRevision === part.modRevision) part.value = toWire(kv.value);
      }
    };
    await Promise.all(Array.from({ length: CONCURRENT_READS }, worker));
  }
}

/** A preview that was cut is not the whole value either. */
function isToRead({ value, valueBytes }: PartKey): boolean {
  if (valueBytes === 0 || valueBytes > VALUE_BYTES_MAX) return false;
  return value === null || (typeof value === 'string' && Buffer.byteLength(value) < valueBytes);
}

const VALUED: ReadonlySet<string> = new Set(['limit', 'contender', 'number', 'shard', 'member']);
const needsValue = ({ place }: PartKey): boolean => VALUED.has(place.part.role);

function groupsOf(parts: Iterable<PartKey>, isWanted: (kind: PartGroup['kind']) => boolean): PartGroup[] {
  const groups = new Map<string, { kind: PartGroup['kind']; name: ByteString; keys: PartKey[] }>();
  for (const part of parts) {
    const { name } = part.place;
    const { kind } = part.place.part;
    if (!isWanted(kind)) continue;
    const id = `${kind} ${name}`;
    const group = groups.get(id) ?? { kind, name, keys: [] };
    group.keys.push(part);
    groups.set(id, group);
  }
  for (const { keys } of groups.values())
    keys.sort((a, b) => a.createRevision - b.createRevision || (a.key < b.key ? -1 : 1));
  return [...groups.values()].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.kind < b.kind ? -1 : 1));
}
