/**
 * Services and their instances, with the layout of Go's naming/endpoints, so that gRPC programs resolve them too:
 * `<prefix>/<service>/<address>`, leased, `{"Op":0,"Addr":"host:port","Metadata":{…}}`. In the metadata, `id`, `version` and
 * `health` are ours.
 *
 * An instance goes when it says so (`deregister`), when its session's lease ends (a crash), or, with a check, when the check has
 * failed as often as it may: then it is marked or removed, and comes back when the check passes again.
 */
import { utf8Decode } from '../../base/bytes.ts';
import type { KeyValue } from '../../base/etcdpb/mvcc.ts';
import { onAbort } from '../abort.ts';
import { EvictedError, LayoutError } from '../errors.ts';
import type { Session } from '../session.ts';
import { type Check, keepChecking } from './health-check.ts';
import { appear, type Presence, present } from './membership.ts';
import { type Balancing, type Picker, picker } from './pickers.ts';
import { answered, type RecipeStore, type WaitOptions } from './store.ts';

export type Health = 'passing' | 'failing';

export interface Instance {
  readonly key: string;
  readonly service: string;
  /** `host:port`. */
  readonly address: string;
  readonly id: string;
  /** Null: it did not say. */
  readonly version: string | null;
  /** Null: nobody checks it beyond its lease. */
  readonly health: Health | null;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly lease: bigint;
  readonly modRevision: number;
}

export interface NewInstance {
  readonly service: string;
  readonly address: string;
  /** Default: the address. */
  readonly id?: string;
  readonly version?: string;
  readonly metadata?: Readonly<Record<string, unknown>>;
  /** Besides the lease, which ends when this process does. */
  readonly check?: Check;
}

export interface Registration {
  readonly key: string;
  /** Aborts when the instance is not registered any more. A check that fails does not end it. */
  readonly signal: AbortSignal;
  readonly health: Health | null;
  /** Changes the metadata; what is not named stays. */
  update(metadata: Readonly<Record<string, unknown>>): Promise<void>;
  /** Leaves in good order. Safe to call twice. */
  deregister(): Promise<void>;
}

export interface Discovery {
  /** Everybody registered, as last heard. */
  readonly instances: readonly Instance[];
  /** Null while it is being followed; otherwise why no more. */
  readonly failure: unknown;
  /** Picks among those that are not failing; default: round robin. */
  picker(how?: Balancing): Picker<Instance>;
  close(): void;
}

export interface ServiceRegistry {
  /** @throws LayoutError for names that cannot be keys, AlreadyHeldError, ClientError */
  register(session: Session, instance: NewInstance): Promise<Registration>;
  instances(service: string, options?: WaitOptions): Promise<readonly Instance[]>;
  /** Follows a service by one watch; resolves when its instances are known for the first time. */
  discover(service: string): Promise<Discovery>;
}

/** @param prefix without a trailing slash. */
export function serviceRegistry(store: RecipeStore, prefix = 'services'): ServiceRegistry {
  return {
    register: (session, instance) => register({ store, prefix, session }, instance),
    instances: async (service, { signal = new AbortController().signal } = {}) => {
      const { kvs } = await answered(store, signal, () => store.get({ prefix: `${prefix}/${service}/` }, { signal }));
      return instancesOf(service, kvs);
    },
    discover: (service) => discover(store, `${prefix}/${service}/`, service),
  };
}

interface Owner {
  readonly store: RecipeStore;
  readonly prefix: string;
  readonly session: Session;
}

async function register({ store, prefix, session }: Owner, instance: NewInstance): Promise<Registration> {
  const { service, address, check } = instance;
  if (service === '') throw new LayoutError('a service needs a name');
  if (address === '' || address.includes('/')) throw new LayoutError(`"${address}" is no address: host:port`);
  const registered = new Registered({ store, session, instance, key: `${prefix}/${service}/${address}` });
  await registered.appear();
  if (check !== undefined) registered.follow(check);
  return registered;
}

class Registered implements Registration {
  readonly key: string;
  readonly #store: RecipeStore;
  readonly #session: Session;
  readonly #address: string;
  readonly #ended = new AbortController();
  readonly signal: AbortSignal;
  #metadata: Readonly<Record<string, unknown>>;
  #health: Health | null;
  /** Null while the check has it removed. */
  #presence: Presence | null = null;
  #checking: Promise<void> = Promise.resolve();

  constructor(owner: {
    readonly store: RecipeStore;
    readonly session: Session;
    readonly instance: NewInstance;
    readonly key: string;
  }) {
    const { address, id = address, version, metadata, check } = owner.instance;
    this.key = owner.key;
    this.#store = owner.store;
    this.#session = owner.session;
    this.#address = address;
    this.#metadata = { ...metadata, id, ...(version === undefined ? {} : { version }) };
    this.#health = check === undefined ? null : 'passing';
    this.signal = AbortSignal.any([this.#ended.signal, owner.session.signal]);
  }

  get health(): Health | null {
    return this.#health;
  }

  async appear(): Promise<void> {
    const entry = { key: this.key, value: this.#value() };
    const presence = await appear(this.#store, this.#session, entry, { signal: this.signal });
    this.#presence = presence;
    // Taken away by somebody else, unless it was us who left.
    onAbort(presence.signal, () => {
      if (this.#presence === presence) this.#ended.abort(presence.signal.reason);
    });
  }

  follow(check: Check): void {
    const judge = (health: Health) => this.#judge(health, check.whenFailing ?? 'mark');
    this.#checking = keepChecking(this.#store, check, { address: this.#address, stop: this.signal, judge });
    this.#checking.catch((cause: unknown) => this.#ended.abort(cause));
  }

  async update(metadata: Readonly<Record<string, unknown>>): Promise<void> {
    this.signal.throwIfAborted();
    this.#metadata = { ...this.#metadata, ...metadata };
    await this.#presence?.update(this.#value());
  }

  async deregister(): Promise<void> {
    const presence = this.#presence;
    this.#presence = null;
    this.#ended.abort(new EvictedError(`${this.key} was deregistered`));
    await this.#checking.catch(() => undefined);
    await presence?.leave();
  }

  async #judge(health: Health, whenFailing: 'mark' | 'remove'): Promise<void> {
    if (health === this.#health) return;
    this.#health = health;
    if (whenFailing === 'mark') return this.#presence?.update(this.#value());
    if (health === 'passing') return this.appear();
    const presence = this.#presence;
    this.#presence = null;
    await presence?.leave();
  }

  #value(): string {
    const Metadata = this.#health === null ? this.#metadata : { ...this.#metadata, health: this.#health };
    return JSON.stringify({ Op: 0, Addr: this.#address, Metadata });
  }
}

async function discover(store: RecipeStore, prefix: string, service: string): Promise<Discovery> {
  const closing = new AbortController();
  const lists = present(store, prefix, closing.signal);
  const first = await lists.next();
  let instances = instancesOf(service, first.value?.kvs ?? []);
  let failure: unknown = null;
  const follow = async () => {
    for await (const { kvs } of lists) instances = instancesOf(service, kvs);
  };
  follow().catch((cause: unknown) => {
    failure = cause;
  });
  return {
    get instances() {
      return instances;
    },
    get failure() {
      return failure;
    },
    picker: (how = 'roundRobin') =>
      picker(how, () => instances.filter(({ health }) => health !== 'failing'), store.host.random),
    close: () => closing.abort(),
  };
}

/** In the order of their keys. What is no instance by its value is left out. */
function instancesOf(service: string, kvs: readonly KeyValue[]): readonly Instance[] {
  return kvs.flatMap((kv) => instanceOf(service, kv) ?? []).sort((a, b) => (a.key < b.key ? -1 : 1));
}

export function instanceOf(service: string, { key, value, lease, modRevision }: KeyValue): Instance | null {
  const entry = parseEntry(utf8Decode(value) ?? '');
  if (entry === null) return null;
  const { address, metadata } = entry;
  const { id, version, health } = metadata;
  return {
    key: utf8Decode(key) ?? '',
    service,
    address,
    id: typeof id === 'string' ? id : address,
    version: typeof version === 'string' ? version : null,
    health: health === 'passing' || health === 'failing' ? health : null,
    metadata,
    lease,
    modRevision,
  };
}

function parseEntry(text: string): { readonly address: string; readonly metadata: Record<string, unknown> } | null {
  let entry: unknown;
  try {
    entry = JSON.parse(text);
  } catch {
    return null; // not ours, and nothing to call
  }
  if (!isRecord(entry) || typeof entry.Addr !== 'string' || entry.Addr === '') return null;
  return { address: entry.Addr, metadata: isRecord(entry.Metadata) ? entry.Metadata : {} };
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
