/** Clients of whole members: writes of every kind, reads, compactions, each at a member drawn at random, each at most once. */
import { utf8Encode } from '../../../../lib/base/bytes.ts';
import { RangeRequest } from '../../../../lib/base/etcdpb/kv.ts';
import type { Prng } from '../../../../lib/base/prng.ts';
import type { Proposal } from '../../member/core-member.ts';
import { Recurring } from '../recurring.ts';
import type { World } from '../world.ts';
import type { MemberCheckers } from './checkers/member-checkers.ts';
import type { LeaseClients } from './lease-clients.ts';
import { leaderAmong, type MemberSite } from './member-site.ts';
import type { ClientParameters } from './parameters.ts';

/** Most clients know the leader, as an etcd client balancing over members soon does. */
const AIM_RATE = 0.5;
/** Revisions kept readable by a compaction. */
const HISTORY_MAX = 60;

interface ClientsOptions {
  readonly world: World;
  readonly prng: Prng;
  readonly sites: readonly MemberSite[];
  readonly checkers: MemberCheckers;
  readonly parameters: ClientParameters;
  readonly leases: LeaseClients;
}

export class Clients extends Recurring {
  readonly #options: ClientsOptions;
  #writes = 0;

  constructor(options: ClientsOptions) {
    super(options);
    this.#options = options;
  }

  start(): void {
    const { writeMsMean, readMsMean, compactMsMean } = this.#options.parameters;
    this.every(writeMsMean, () => this.write(this.#pick()));
    this.every(readMsMean, () => this.#read(this.#pick()));
    this.every(compactMsMean, () => this.#compact(this.#pick()));
  }

  /** One write at `site`; `done` when it was carried out. */
  write(site: MemberSite, done: () => void = () => undefined): void {
    this.#propose(site, this.#drawWrite(), done);
  }

  #drawWrite(): Proposal {
    const kind = this.prng.float();
    if (kind < 0.6) return { put: this.#put() };
    if (kind < 0.75) return { deleteRange: { ...this.#range(), prevKv: this.prng.chance(0.5) } };
    const key = this.#key();
    const known = this.#options.checkers.states.reference.pairs({ key, end: '' }, Number.MAX_SAFE_INTEGER)[0];
    const modRevision = this.prng.chance(0.7) ? (known?.modRevision ?? 0) : this.prng.int(0, 50);
    const compare = [{ key: utf8Encode(key), target: 2 as const, result: 0 as const, modRevision }];
    const success = [{ requestPut: this.#put(key) }, { requestRange: RangeRequest.create(this.#range()) }];
    const failure = [{ requestDeleteRange: { ...this.#range(), prevKv: true } }];
    return { txn: { compare, success, failure } };
  }

  #put(key = this.#key()) {
    const { leases, parameters } = this.#options;
    const value = `${++this.#writes}${'.'.repeat(this.prng.int(0, parameters.payloadBytesMax))}`;
    const lease = this.prng.chance(0.15) ? leases.some() : 0n;
    return { key: utf8Encode(key), value: utf8Encode(value), lease, prevKv: this.prng.chance(0.3) };
  }

  #propose(site: MemberSite, request: Proposal, done: () => void): void {
    const { checkers } = this.#options;
    site.act(({ core }) => {
      const told = checkers.requests.writeBegins();
      let id = 0n;
      core.propose(request, (result) => {
        this.world.note(`told ${id} ${result.ok ? `at ${result.value.revision}` : result.error.message}`);
        if (told(id, result)) done();
      });
      id = site.lastRequestId;
    });
  }

  #read(site: MemberSite): void {
    const { checkers } = this.#options;
    const request = RangeRequest.create({ ...this.#range(), limit: this.prng.pick([0, 0, 2]) });
    site.act(({ core, machine }) => {
      if (this.prng.chance(0.2)) {
        checkers.requests.content(request, machine.kv.revision(), machine.kv.range(request));
        return;
      }
      const answered = checkers.requests.readBegins(request);
      core.readBarrier((error) => {
        if (error !== undefined) return;
        const response = machine.kv.range(request);
        this.world.note(`read at ${machine.kv.revision()}`);
        answered(machine.kv.revision(), response);
      });
    });
  }

  #compact(site: MemberSite): void {
    const revision = this.#options.checkers.states.reference.revision - this.prng.int(0, HISTORY_MAX);
    if (revision > 0) this.#propose(site, { compaction: { revision, physical: false } }, () => undefined);
  }

  #key(): string {
    return `k${String(this.prng.int(1, this.#options.parameters.keys)).padStart(2, '0')}`;
  }

  #range(): { readonly key: Uint8Array; readonly rangeEnd: Uint8Array } {
    const [key, end] = [this.#key(), this.#key()].sort() as [string, string];
    return { key: utf8Encode(key), rangeEnd: utf8Encode(this.prng.chance(0.7) || key === end ? '' : end) };
  }

  #pick(): MemberSite {
    const { sites } = this.#options;
    const leader = leaderAmong(sites);
    return leader !== undefined && this.prng.chance(AIM_RATE) ? leader : this.prng.pick(sites);
  }
}
