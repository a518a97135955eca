/** v3electionpb.Election: the election of clientv3's recipes, for clients that have no recipes of their own. */
import { equalBytes, prefixRangeEnd, toByteString } from '../../../../lib/base/bytes.ts';
import {
  CampaignRequest,
  CampaignResponse,
  type LeaderKey,
  LeaderRequest,
  LeaderResponse,
  ProclaimRequest,
  ResignRequest,
} from '../../../../lib/base/etcdpb/election.ts';
import { HeaderResponse } from '../../../../lib/base/etcdpb/kv.ts';
import type { WatchHandle } from '../../mvcc/types.ts';
import { serverStream, unary } from '../front/method.ts';
import type { Call, Method, ServerStream, StreamHandler } from '../front/types.ts';
import { CallerStore, type ServiceContext } from './context.ts';
import { asUnknown, enter, front, guarded, leaseFor, prefixOf, unknown, waitForTurn } from './recipe.ts';

const LEADER_MISSING = '"leader" field must be provided';

export function electionMethods(context: ServiceContext): readonly Method[] {
  const path = (name: string): string => `/v3electionpb.Election/${name}`;
  const storeOf = (call: Call): CallerStore => new CallerStore(context, call);
  return [
    unary(path('Campaign'), { request: CampaignRequest, response: CampaignResponse }, (request, call) =>
      asUnknown(campaign(storeOf(call), request, call)),
    ),
    unary(path('Proclaim'), { request: ProclaimRequest, response: HeaderResponse }, ({ leader, value }, call) => {
      if (leader === undefined) throw unknown(LEADER_MISSING);
      return asUnknown(proclaim(storeOf(call), leader, value));
    }),
    unary(path('Resign'), { request: ResignRequest, response: HeaderResponse }, ({ leader }, call) => {
      if (leader === undefined) throw unknown(LEADER_MISSING);
      return asUnknown(resign(storeOf(call), leader));
    }),
    unary(path('Leader'), { request: LeaderRequest, response: LeaderResponse }, ({ name }, call) =>
      asUnknown(leaderOf(storeOf(call), name)),
    ),
    serverStream(
      path('Observe'),
      { request: LeaderRequest, response: LeaderResponse },
      (stream) => new LeaderObserver(storeOf(stream), stream),
    ),
  ];
}

async function leaderOf(store: CallerStore, name: Uint8Array) {
  const kv = await front(store, name);
  if (kv === undefined) throw unknown('election: no leader');
  return { header: store.member.header(), kv };
}

/** Answers when this contender leads. A client that stops waiting has resigned. */
async function campaign(store: CallerStore, { name, lease: given, value }: CampaignRequest, call: Call) {
  const lease = await leaseFor(store, given);
  const { key, createRevision: rev, isNew, value: previous, header } = await enter(store, { name, lease, value });
  const leader = { name, key, rev, lease };
  if (!isNew && !equalBytes(previous, value)) await proclaim(store, leader, value);
  try {
    await waitForTurn(store, call, { name, createRevision: rev });
  } catch (error) {
    await resign(store, leader);
    throw error;
  }
  return { header, leader };
}

async function proclaim(store: CallerStore, { key, rev, lease }: LeaderKey, value: Uint8Array) {
  const { succeeded, header } = await guarded(store, {
    key,
    createRevision: rev,
    success: { requestPut: { key, value, lease } },
  });
  if (!succeeded) throw unknown('election: not leader');
  return { header };
}

async function resign(store: CallerStore, { key, rev }: LeaderKey) {
  const { header } = await guarded(store, {
    key,
    createRevision: rev,
    success: { requestDeleteRange: { key } },
  });
  return { header };
}

/**
 * Tells who leads, now and after every change. Any change under the name makes it look again; a look that finds the same
 * leader with the same proclamation says nothing. A slow reader skips to the latest.
 */
class LeaderObserver implements StreamHandler<{ readonly name: Uint8Array }> {
  readonly #store: CallerStore;
  readonly #stream: ServerStream<LeaderResponse>;
  #name: Uint8Array | undefined;
  #handle: WatchHandle | undefined;
  #saidRevision = 0;
  #isLooking = false;
  #lookAgain = false;

  constructor(store: CallerStore, stream: ServerStream<LeaderResponse>) {
    this.#store = store;
    this.#stream = stream;
  }

  onMessage({ name }: { readonly name: Uint8Array }): void {
    this.#name = name.slice();
    const prefix = prefixOf(name);
    const changed = (): boolean => {
      this.#look();
      return true;
    };
    this.#handle = this.#store.member.watches.watch(
      {
        key: toByteString(prefix),
        rangeEnd: toByteString(prefixRangeEnd(prefix)),
        startRevision: 0,
        prevKv: false,
        noPut: false,
        noDelete: false,
      },
      { deliver: changed, compacted: changed },
    );
    this.#look();
  }

  onEnd(): void {}

  onDrain(): void {
    this.#look();
  }

  onClose(): void {
    this.#handle?.cancel();
    this.#name = undefined;
  }

  #look(): void {
    this.#lookAgain = true;
    if (this.#isLooking) return;
    this.#lookUntilSettled().catch((error: Error) => this.#stream.fail(error));
  }

  async #lookUntilSettled(): Promise<void> {
    this.#isLooking = true;
    while (this.#lookAgain && this.#name !== undefined && !this.#stream.full) {
      this.#lookAgain = false;
      const kv = await front(this.#store, this.#name);
      if (kv === undefined || kv.modRevision === this.#saidRevision) continue;
      this.#saidRevision = kv.modRevision;
      this.#stream.send({ header: this.#store.member.header(), kv });
    }
    this.#isLooking = false;
  }
}
