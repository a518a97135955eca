/**
 * Who is in a group, each with metadata of its own: `<name>/members/<member id>`, leased, the metadata as value. Ours; Patroni's
 * members have the same shape.
 */
import { utf8Decode } from '../../base/bytes.ts';
import type { Bytes } from '../client.ts';
import { LayoutError } from '../errors.ts';
import type { Session } from '../session.ts';
import { appear, type Presence, present } from './membership.ts';
import { answered, type RecipeStore, type WaitOptions } from './store.ts';

export interface Member {
  readonly id: string;
  readonly metadata: Uint8Array;
  readonly lease: bigint;
  /** Grows from member to member: who joined first has the smallest. */
  readonly joinedAt: number;
}

export interface Membership extends Omit<Presence, 'isPresent'> {
  readonly id: string;
  readonly isMember: boolean;
}

export interface Group {
  /** @throws LayoutError when another session is there under this id. */
  join(session: Session, member: { readonly id: string; readonly metadata?: Bytes }): Promise<Membership>;
  /** In the order in which they joined. */
  members(options?: WaitOptions): Promise<readonly Member[]>;
  /** The members now, and all of them again after each change. Never ends by itself. */
  watch(options?: WaitOptions): AsyncGenerator<readonly Member[], void, void>;
}

/** @param name without a trailing slash. */
export function group(store: RecipeStore, name: string): Group {
  const prefix = `${name}/members/`;
  const view = (kvs: Parameters<typeof membersOf>[1]) => membersOf(prefix, kvs);
  return {
    join: async (session, { id, metadata = '' }) => {
      if (id === '' || id.includes('/')) throw new LayoutError(`"${id}" is no member id: not empty, no slash`);
      const key = `${prefix}${id}`;
      const { kvs } = await answered(store, session.signal, () => store.get({ key }));
      const other = kvs[0];
      if (other !== undefined && other.lease !== session.lease)
        throw new LayoutError(`${key} is there already, under lease ${BigInt.asUintN(64, other.lease).toString(16)}`);
      const presence = await appear(store, session, { key, value: metadata });
      return {
        id,
        key: presence.key,
        signal: presence.signal,
        get isMember() {
          return presence.isPresent;
        },
        update: presence.update,
        leave: presence.leave,
      };
    },
    members: async ({ signal = new AbortController().signal } = {}) => {
      const { kvs } = await answered(store, signal, () => store.get({ prefix }, { signal }));
      return view(kvs);
    },
    watch: async function* ({ signal = new AbortController().signal } = {}) {
      for await (const { kvs } of present(store, prefix, signal)) yield view(kvs);
    },
  };
}

function membersOf(
  prefix: string,
  kvs: readonly {
    readonly key: Uint8Array;
    readonly value: Uint8Array;
    readonly lease: bigint;
    readonly createRevision: number;
  }[],
): Member[] {
  return kvs
    .map(({ key, value, lease, createRevision }) => ({
      id: (utf8Decode(key) ?? '').slice(prefix.length),
      metadata: value,
      lease,
      joinedAt: createRevision,
    }))
    .sort((a, b) => a.joinedAt - b.joinedAt);
}
