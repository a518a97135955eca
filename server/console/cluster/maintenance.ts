/**
 * Maintenance of one store: every action is planned on the cluster as it is now, and refused when the plan says so or when the
 * cluster is no longer the one that the operator was shown. One action at a time.
 */
import { createHash } from 'node:crypto';
import type {
  ClusterAction,
  ClusterActionBody,
  ClusterActionResult,
  ClusterHashes,
  ClusterPlan,
} from '../../../lib/api/cluster-types.ts';
import type { ClusterView, MemberView, WireHexId } from '../../../lib/api/types.ts';
import { GrpcCode } from '../../../lib/base/grpc-status.ts';
import { EngineError, type ExtrasCapability, type MaintenanceCapability } from '../../engines/engine.ts';
import type { Act } from '../audit/trail.ts';
import type { DrillAction } from '../drills/plan.ts';
import { ConsoleError } from '../errors.ts';
import { memberToHex } from '../ids.ts';
import { type PlanInput, planOf } from './plan.ts';

const SHA256_BYTES = 32;
const EVERY_KEY = { key: Uint8Array.of(0), end: Uint8Array.of(0) };
/** Watched ranges a plan looks at, of each member. */
const WATCHED_RANGES_MAX = 100;

export interface MaintenanceWorld {
  readonly maintenance: MaintenanceCapability | null;
  readonly extras: Pick<ExtrasCapability, 'watchers'> | null;
  readonly endpoints: readonly string[];
  readonly readOnly: boolean;
  view(): ClusterView;
  revision(): number;
  compacted(): number;
  underWay(): PlanInput['underWay'];
  /** Asks the store again where its history begins. */
  refreshCompacted(): Promise<number>;
  readonly drills: {
    /** Null: it may begin. */
    refusalOf(action: DrillAction, member: MemberView): string | null;
    /** In force when it resolves; says so in a sentence. @throws ConsoleError */
    begin(action: DrillAction, member: MemberView): Promise<string>;
  };
}

export interface SnapshotDownload {
  readonly member: string;
  /** Of the whole file, as the server reckons; it may still differ. */
  readonly bytes: number;
  /** Fails with DATA_LOSS when the checksum at its end does not fit. */
  readonly body: ReadableStream<Uint8Array>;
}

export class Maintenance {
  readonly #world: MaintenanceWorld;
  #running: string | null = null;

  constructor(world: MaintenanceWorld) {
    this.#world = world;
  }

  async plan(action: ClusterAction): Promise<ClusterPlan> {
    return this.#plan(action, action.type === 'compact' ? await this.#watched(Number(action.revision)) : null);
  }

  #plan(action: ClusterAction, watched: PlanInput['watched'] = null): ClusterPlan {
    const { endpoints, drills } = this.#world;
    return planOf(action, {
      view: this.#world.view(),
      endpoints,
      revision: this.#world.revision(),
      compacted: this.#world.compacted(),
      underWay: this.#world.underWay(),
      drillRefusal: (drill, member) => drills.refusalOf(drill, member),
      watched,
    });
  }

  /** Who watches, member by member. Null: none of them can tell. */
  async #watched(compactRevision: number): Promise<PlanInput['watched']> {
    const { extras } = this.#world;
    if (extras === null) return null;
    const question = { ...EVERY_KEY, compactRevision, rangesMax: WATCHED_RANGES_MAX };
    const answers = await Promise.all(
      this.#world.view().members.map(async ({ id, name, endpoint }) => {
        const member = name === '' ? id : name;
        if (endpoint === '') return { member, counts: null };
        try {
          return { member, counts: await extras.watchers(endpoint, question) };
        } catch (error) {
          if (!(error instanceof EngineError)) throw error;
          return { member, counts: null };
        }
      }),
    );
    return answers.every(({ counts }) => counts === null) ? null : answers;
  }

  /** @throws ConsoleError FAILED_PRECONDITION with the plan's refusal, ABORTED when the cluster changed; EngineError as the store says */
  async run({ action, state }: ClusterActionBody): Promise<ClusterActionResult> {
    const capability = this.#capability();
    if (this.#running !== null) {
      throw new ConsoleError(GrpcCode.FAILED_PRECONDITION, `one thing at a time: "${this.#running}" is under way`);
    }
    const plan = this.#plan(action);
    if (plan.state !== state) {
      throw new ConsoleError(GrpcCode.ABORTED, 'the cluster changed since it was shown; nothing was done', {
        now: plan.state,
      });
    }
    if (plan.refusal !== null) throw new ConsoleError(GrpcCode.FAILED_PRECONDITION, plan.refusal);
    this.#running = plan.title;
    try {
      return await this.#do(capability, action);
    } finally {
      this.#running = null;
    }
  }

  /** Every member's hash of the same history. @throws ConsoleError */
  async hashes(revision: number | undefined): Promise<ClusterHashes> {
    const capability = this.#capability({ isWrite: false });
    const at = revision ?? this.#world.revision();
    const members = await Promise.all(
      this.#world.view().members.map(async ({ id, name, endpoint, isLearner }) => {
        const who = { member: id, name: name === '' ? id : name };
        if (endpoint === '' || isLearner) return { ...who, hash: null, compactRevision: null, error: 'is not asked' };
        try {
          const { hash, compactRevision } = await capability.hash(endpoint, at);
          return { ...who, hash, compactRevision: String(Math.max(0, compactRevision)), error: null };
        } catch (error) {
          if (!(error instanceof EngineError)) throw error;
          return { ...who, hash: null, compactRevision: null, error: error.message };
        }
      }),
    );
    return { revision: String(at), members, verdict: verdictOf(members) };
  }

  /** From this member, whole and checked. @throws ConsoleError, EngineError before the first byte */
  async snapshot(id: WireHexId, signal: AbortSignal): Promise<SnapshotDownload> {
    const capability = this.#capability({ isWrite: false });
    const member = this.#member(id);
    const parts = capability.snapshot(member.endpoint, signal)[Symbol.asyncIterator]();
    const first = await parts.next();
    if (first.done === true) throw new ConsoleError(GrpcCode.DATA_LOSS, `${member.name} sent an empty snapshot`);
    const check = new TrailingChecksum();
    let next: typeof first | null = first;
    const body = new ReadableStream<Uint8Array>({
      async pull(controller) {
        const part = next ?? (await parts.next());
        next = null;
        if (part.done === true) {
          if (check.fits()) controller.close();
          else controller.error(new ConsoleError(GrpcCode.DATA_LOSS, 'the snapshot does not fit its checksum'));
          return;
        }
        check.add(part.value.bytes);
        controller.enqueue(part.value.bytes);
      },
      async cancel() {
        await parts.return?.(undefined);
      },
    });
    return { member: member.name, bytes: first.value.bytes.length + first.value.remaining, body };
  }

  async #do(capability: MaintenanceCapability, action: ClusterAction): Promise<ClusterActionResult> {
    const result = (done: string, more: Partial<ClusterActionResult> = {}) => ({ done, id: null, next: null, ...more });
    switch (action.type) {
      case 'moveLeader': {
        const leader = this.#world.view().members.find((member) => member.isLeader);
        await capability.moveLeader(leader?.endpoint ?? '', idOf(action.member));
        return result(`${this.#member(action.member).name} leads.`);
      }
      case 'defragment':
        await capability.defragment(this.#member(action.member).endpoint);
        return result(`${this.#member(action.member).name} is defragmented.`);
      case 'compact':
        await capability.compact(Number(action.revision));
        await this.#world.refreshCompacted();
        return result(`History below revision ${action.revision} is gone.`);
      case 'disarm':
        await capability.disarm(idOf(action.member), action.alarm);
        return result(`The alarm ${action.alarm} is cleared.`);
      case 'addMember': {
        const added = memberToHex((await capability.addMember(action.peerUrls, action.asLearner)).id);
        return result(`Member ${added} is part of the cluster.`, {
          id: added,
          next: howToStart(action, this.#world.view()),
        });
      }
      case 'promoteMember':
        await capability.promoteMember(idOf(action.member));
        return result(`${this.#member(action.member).name} votes.`);
      case 'removeMember':
        await capability.removeMember(idOf(action.member));
        return result(`Member ${action.member} is removed.`, { next: 'Its data directory can be deleted.' });
      case 'updateMember':
        await capability.updateMember(idOf(action.member), action.peerUrls);
        return result(`Member ${action.member} is looked for at ${action.peerUrls.join(', ')}.`);
      case 'drill':
        return result(await this.#world.drills.begin(action, this.#member(action.member)));
    }
  }

  #capability({ isWrite } = { isWrite: true }): MaintenanceCapability {
    const { maintenance, readOnly } = this.#world;
    if (maintenance === null) throw new ConsoleError(GrpcCode.UNIMPLEMENTED, 'this store has no members to look after');
    if (isWrite && readOnly)
      throw new ConsoleError(GrpcCode.PERMISSION_DENIED, 'this console is read-only for this store');
    return maintenance;
  }

  #member(id: WireHexId): MemberView {
    const member = this.#world.view().members.find((one) => one.id === id);
    if (member === undefined) throw new ConsoleError(GrpcCode.NOT_FOUND, `there is no member ${id}`);
    return member;
  }
}

const idOf = (hex: WireHexId): bigint => BigInt(`0x${hex}`);

/** What the audit trail says of an action. */
export function clusterAct({ action, state }: ClusterActionBody): Act {
  const target = 'member' in action ? action.member : action.type === 'compact' ? action.revision : null;
  return {
    action: action.type === 'drill' ? `cluster.drill.${action.kind}` : `cluster.${action.type}`,
    targetKind: 'member' in action ? 'member' : 'store',
    target,
    guard: state,
    note: noteOf(action),
  };
}

function noteOf(action: ClusterAction): string | null {
  if ('peerUrls' in action) return action.peerUrls.join(', ');
  if (action.type === 'disarm') return action.alarm;
  if (action.type !== 'drill') return null;
  const delay = action.delayMs === null ? '' : `${action.delayMs} ms per flush, `;
  return `${delay}heals by itself after ${action.seconds} s`;
}

/** Somebody ended drills before their time. */
export const healAct = (member: WireHexId | null): Act => ({
  action: 'cluster.heal',
  targetKind: member === null ? 'store' : 'member',
  target: member,
  guard: null,
  note: 'drills ended by hand',
});

/** What the members' history says of an action that was done. */
export const actionMark = (action: ClusterAction, { done }: ClusterActionResult) =>
  ({
    kind: 'action',
    cause: action.type === 'moveLeader' ? 'moveLeader' : null,
    memberId: 'member' in action ? action.member : null,
    text: `Through this console: ${done}`,
  }) as const;

export const snapshotAct = (member: WireHexId): Act => ({
  action: 'cluster.snapshot',
  targetKind: 'member',
  target: member,
  guard: null,
  note: 'the whole store was downloaded, or began to be',
});

/** Only members whose history begins at the same revision can be compared. */
function verdictOf(members: ClusterHashes['members']): ClusterHashes['verdict'] {
  const answered = members.filter(({ hash }) => hash !== null);
  const sameHistory = new Set(answered.map(({ compactRevision }) => compactRevision)).size === 1;
  if (answered.length < 2 || !sameHistory) return 'unknown';
  return new Set(answered.map(({ hash }) => hash)).size === 1 ? 'agree' : 'differ';
}

function howToStart({ peerUrls }: { readonly peerUrls: readonly string[] }, view: ClusterView): string {
  const others = view.members.flatMap(({ name, peerUrls: urls }) => urls.map((url) => `${name}=${url}`));
  const cluster = [...others, ...peerUrls.map((url) => `NAME=${url}`)].join(',');
  return `Start it with an empty data directory: --name NAME --initial-advertise-peer-urls ${peerUrls.join(',')} --initial-cluster ${cluster} --initial-cluster-state existing`;
}

/** Holds the last 32 bytes back from the hash: at the end they are what the hash must be. */
class TrailingChecksum {
  readonly #hash = createHash('sha256');
  #tail: Uint8Array = new Uint8Array(0);

  add(bytes: Uint8Array): void {
    // Of the tail what cannot be the end any more, then the part but for its own end: nothing large is copied.
    const passed = Math.min(this.#tail.length, Math.max(0, this.#tail.length + bytes.length - SHA256_BYTES));
    const kept = Math.min(bytes.length, SHA256_BYTES);
    this.#hash.update(this.#tail.subarray(0, passed)).update(bytes.subarray(0, bytes.length - kept));
    this.#tail = Buffer.concat([this.#tail.subarray(passed), bytes.subarray(bytes.length - kept)]);
  }

  fits(): boolean {
    return this.#tail.length === SHA256_BYTES && this.#hash.digest().equals(this.#tail);
  }
}
