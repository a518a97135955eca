/** The last while of every member, in slices of equal length. What was not seen in a slice is null in it. Pure. */
import type { HealthWindow, MemberLane, MetricsOffer } from '../../../lib/api/health-types.ts';
import type { Member, MemberStatus } from '../../engines/engine.ts';
import { parseAlarms } from '../cluster/risks.ts';
import { memberToHex } from '../ids.ts';
import { type MemberDelta, roundedMs } from './member-reading.ts';

export const HEALTH_SLICE_MS = 5_000;
/** An hour of slices: about 2 MB for seven members. */
export const HEALTH_SLICES_MAX = 720;

interface Sample {
  readonly role: 'leader' | 'follower' | 'learner';
  readonly term: number;
  readonly commitLag: number;
  readonly applyLag: number;
  readonly roundTripMs: number;
  readonly dbBytes: number;
  readonly dbInUseBytes: number;
  readonly alarms: string;
  readonly version: string;
}

export interface Slice {
  /** Its end. */
  readonly at: number;
  /** Null: it did not answer at the end. */
  readonly samples: ReadonlyMap<bigint, Sample | null>;
  readonly deltas: ReadonlyMap<bigint, MemberDelta>;
}

interface Open {
  lags: number[];
  applyLags: number[];
  roundTrips: number[];
  /** Null: silent now. */
  last: MemberStatus | null;
}

export class MemberWindow {
  #slices: Slice[] = [];
  readonly #open = new Map<bigint, Open>();

  /** Oldest first. */
  get slices(): readonly Slice[] {
    return this.#slices;
  }

  /** A member answered. */
  answered(status: MemberStatus): void {
    const open = this.#openOf(status.memberId);
    open.last = status;
    let committed = status.raftIndex;
    for (const { last } of this.#open.values()) committed = Math.max(committed, last?.raftIndex ?? 0);
    open.lags.push(committed - status.raftIndex);
    open.applyLags.push(Math.max(0, status.raftIndex - status.raftAppliedIndex));
    open.roundTrips.push(status.roundTripMs);
  }

  /** A member did not. */
  silent(member: bigint): void {
    this.#openOf(member).last = null;
  }

  /** What each member's own numbers say of the slice comes with its end. */
  close(at: number, deltas: ReadonlyMap<bigint, MemberDelta>): void {
    const samples = new Map<bigint, Sample | null>();
    for (const [id, open] of this.#open) {
      const { last, roundTrips } = open;
      samples.set(id, last === null || roundTrips.length === 0 ? null : sampleOf(open, last));
    }
    this.#slices.push({ at, samples, deltas });
    if (this.#slices.length > HEALTH_SLICES_MAX) this.#slices = this.#slices.slice(-HEALTH_SLICES_MAX);
    for (const open of this.#open.values()) {
      open.lags = [];
      open.applyLags = [];
      open.roundTrips = [];
    }
  }

  /** Members that are none any more leave with their last slice. */
  forgetOthers(members: readonly Member[]): void {
    for (const id of this.#open.keys()) if (!members.some((member) => member.id === id)) this.#open.delete(id);
  }

  reset(): void {
    this.#slices = [];
    this.#open.clear();
  }

  #openOf(id: bigint): Open {
    const known = this.#open.get(id);
    if (known !== undefined) return known;
    const fresh: Open = { lags: [], applyLags: [], roundTrips: [], last: null };
    this.#open.set(id, fresh);
    return fresh;
  }
}

/** The middle of what was measured: members are not asked in the same instant, so single lags are noise under load. */
function sampleOf(open: Open, last: MemberStatus): Sample {
  return {
    role: last.leader === last.memberId ? 'leader' : last.isLearner ? 'learner' : 'follower',
    term: last.raftTerm,
    commitLag: median(open.lags),
    applyLag: median(open.applyLags),
    roundTripMs: roundedMs(median(open.roundTrips)),
    dbBytes: last.dbSizeBytes,
    dbInUseBytes: last.dbSizeInUseBytes,
    alarms: parseAlarms(last.errors)
      .filter(({ memberId }) => memberId === last.memberId)
      .map(({ kind }) => kind)
      .join(', '),
    version: last.version,
  };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
}

export interface WindowMember {
  readonly id: bigint;
  readonly name: string;
  readonly metrics: MetricsOffer;
}

/** @param after only slices that ended later */
export function windowView(
  slices: readonly Slice[],
  members: readonly WindowMember[],
  after: number,
): Omit<HealthWindow, 'marks' | 'compaction'> {
  const shown = slices.filter(({ at }) => at > after);
  return {
    everyMs: HEALTH_SLICE_MS,
    keptMs: HEALTH_SLICE_MS * HEALTH_SLICES_MAX,
    at: shown.map(({ at }) => at),
    members: members.map((member) => laneOf(member, shown)),
  };
}

function laneOf({ id, name, metrics }: WindowMember, slices: readonly Slice[]): MemberLane {
  const sampled = <K extends keyof Sample>(field: K): (Sample[K] | null)[] =>
    slices.map(({ samples }) => samples.get(id)?.[field] ?? null);
  const told = (field: 'fsyncP99Ms' | 'commitP99Ms'): (number | null)[] =>
    slices.map(({ deltas }) => deltas.get(id)?.[field] ?? null);
  return {
    id: memberToHex(id),
    name,
    metrics,
    role: sampled('role'),
    term: sampled('term'),
    commitLag: sampled('commitLag'),
    applyLag: sampled('applyLag'),
    roundTripMs: sampled('roundTripMs'),
    fsyncP99Ms: told('fsyncP99Ms'),
    commitP99Ms: told('commitP99Ms'),
    dbBytes: sampled('dbBytes'),
    dbInUseBytes: sampled('dbInUseBytes'),
    alarms: sampled('alarms'),
    version: sampled('version'),
  };
}
