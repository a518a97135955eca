/**
 * Why the leader changed, from what was seen around the change. Causes are tried from the surest to the least sure; where none
 * has evidence the answer is "unknown", with what was looked at and what could not be looked at. Pure.
 */
import type { ElectionExplained, Evidence, HealthMark } from '../../../lib/api/health-types.ts';
import type { LeaderChange } from '../../../lib/api/types.ts';
import { durationText } from '../../../lib/format/time.ts';
import { HEALTH_SLICE_MS, type Slice } from './health-window.ts';

/** How far around the change evidence is looked for. A restarted member tells of it only once it is up again. */
const BEFORE_MS = 15_000;
const AFTER_MS = 20_000;
/** What else happened to others belongs to the change only so long. */
const BESIDE_MS = 2_000;
/** An act is the cause of a change that follows it within this time. */
const ACT_MS = 10_000;
/** Half of etcd's default election timeout (1 s): beyond it followers may stop waiting for a heartbeat. */
const SLOW_MS = 500;

export interface Mark extends HealthMark {
  /** What exactly; null where `kind` says it all. */
  readonly cause: 'moveLeader' | 'refused' | 'timeout' | null;
}

export interface ExplainInput {
  readonly changes: readonly LeaderChange[];
  /** Which of them. */
  readonly index: number;
  readonly slices: readonly Slice[];
  readonly marks: readonly Mark[];
  readonly nameOf: (id: string) => string;
  /** Members whose own numbers are not known, with why. */
  readonly unread: readonly { readonly id: string; readonly why: string }[];
}

interface Scene {
  readonly change: LeaderChange;
  /** Who led before. */
  readonly before: LeaderChange;
  readonly lostAt: number;
  readonly marks: readonly Mark[];
  /** On the one that led, under way when it was lost. */
  readonly drill: Mark | undefined;
  readonly slices: readonly Slice[];
  readonly nameOf: (id: string) => string;
}

type Finding = Pick<ElectionExplained, 'cause' | 'certainty' | 'verdict'> & { readonly proof: readonly Evidence[] };

export function explainElection(input: ExplainInput): ElectionExplained {
  const change = input.changes[input.index];
  if (change === undefined) throw new RangeError(`there is no change ${input.index}`);
  const before = input.changes.slice(0, input.index).findLast(({ leaderId }) => leaderId !== null);
  if (before === undefined) {
    return {
      ...{ change, cause: 'unknown', certainty: 'unknown', evidence: [] },
      verdict: `${change.leaderName ?? 'Nobody'} led when the console began to watch; what was before is not known.`,
      missing: ['The console was not watching then.'],
    };
  }
  const lostAt = change.at - (change.leaderlessMsMax ?? change.leaderlessMs ?? 0);
  const [from, to] = [lostAt - BEFORE_MS, change.at + AFTER_MS];
  const belongs = ({ at, memberId, kind }: Mark) =>
    at >= from && at <= (memberId === before.leaderId && kind !== 'silent' ? to : change.at + BESIDE_MS);
  const scene: Scene = {
    ...{ change, before, lostAt, nameOf: input.nameOf },
    marks: input.marks.filter(belongs),
    drill: drillAt(input.marks, before.leaderId, { from: lostAt, to: change.at }),
    slices: input.slices.filter(({ at }) => at > from && at - HEALTH_SLICE_MS < to),
  };
  const finding =
    noElection(scene) ??
    act(scene) ??
    ended(scene) ??
    slowDisk(scene) ??
    overloaded(scene) ??
    network(scene) ??
    unknown(scene);
  const { proof, ...verdict } = finding;
  const proven = new Set(proof.map(({ text }) => text));
  const evidence = [...proof, ...seenBeside(scene).filter(({ text }) => !proven.has(text))];
  return { change, ...verdict, evidence: evidence.sort((a, b) => a.at - b.at), missing: missing(input, before) };
}

/** The same leader in the same term: it was only out of sight. */
function noElection({ change, before, lostAt, marks, drill, nameOf }: Scene): Finding | null {
  if (change.leaderId !== before.leaderId || change.term !== before.term) return null;
  const still = `No election: ${nameOf(before.leaderId ?? '')} led on in term ${change.term}`;
  if (drill !== undefined) {
    return {
      ...{ cause: 'drill', certainty: 'known', proof: [proofOf(drill)] },
      verdict: `${still}; a drill on it took it out of the console's sight.`,
    };
  }
  const silent = marks.findLast(
    ({ kind, memberId, at }) => kind === 'silent' && memberId === before.leaderId && at >= lostAt - 1_000,
  );
  return {
    ...{ cause: 'unresponsive', certainty: 'known', proof: silent === undefined ? [] : [proofOf(silent)] },
    verdict: `${still}, and was only out of the console's sight.`,
  };
}

/** Begun before the end of a stretch of time, and not healed before its beginning. */
function drillAt(
  marks: readonly Mark[],
  member: string | null,
  { from, to }: { readonly from: number; readonly to: number },
): Mark | undefined {
  const own = marks.filter(({ memberId }) => memberId === member);
  const drill = own.findLast(({ kind, at }) => kind === 'drill' && at <= to);
  const isOver = own.some(({ kind, at }) => kind === 'healed' && drill !== undefined && at > drill.at && at < from);
  return isOver ? undefined : drill;
}

/** Somebody asked for it. */
function act({ change, before, lostAt, marks, drill, nameOf }: Scene): Finding | null {
  if (drill !== undefined) {
    return {
      ...{ cause: 'drill', certainty: 'known', proof: [proofOf(drill)] },
      verdict: `A drill on ${nameOf(before.leaderId ?? '')} took the leader away.`,
    };
  }
  // One from before this leader came has had its effect: it brought this leader.
  const isRecent = ({ at }: Mark) => at >= lostAt - ACT_MS && at <= change.at && at > before.at;
  const moved = marks.findLast((mark) => mark.cause === 'moveLeader' && isRecent(mark));
  if (moved === undefined) return null;
  return {
    ...{ cause: 'planned', certainty: 'known', proof: [proofOf(moved)] },
    verdict: `${nameOf(before.leaderId ?? '')} was asked to hand over, through this console.`,
  };
}

/** The one that led went away, or gave no sign of life. */
function ended({ change, before, lostAt, marks, nameOf }: Scene): Finding | null {
  const name = nameOf(before.leaderId ?? '');
  const own = marks.filter(({ memberId }) => memberId === before.leaderId);
  const restarted = own.find(({ kind, at }) => kind === 'restarted' && at >= lostAt);
  const silent = own.findLast(({ kind, at }) => kind === 'silent' && at >= lostAt - 1_000 && at <= change.at + 1_000);
  if (restarted !== undefined && (silent !== undefined || change.leaderId !== before.leaderId)) {
    const proof = [silent, restarted].flatMap((mark) => (mark === undefined ? [] : [proofOf(mark)]));
    return {
      ...{ cause: 'stopped', certainty: 'known', proof },
      verdict: `The process of ${name} ended and was started again.`,
    };
  }
  if (silent === undefined) return null;
  return silent.cause === 'refused'
    ? {
        ...{ cause: 'stopped', certainty: 'known', proof: [proofOf(silent)] },
        verdict: `${name} was gone: nothing listened at its address any more.`,
      }
    : {
        ...{ cause: 'unresponsive', certainty: 'likely', proof: [proofOf(silent)] },
        verdict: `${name} gave no answer: stopped for a while, overloaded or cut off. Which of them cannot be told from here.`,
      };
}

function slowDisk({ change, before, slices, nameOf }: Scene): Finding | null {
  const worst = worstOf(slices, (slice) => deltaOf(slice, before)?.fsyncP99Ms ?? null, change.at);
  if (worst === null || worst.value < SLOW_MS) return null;
  const name = nameOf(before.leaderId ?? '');
  return {
    ...{ cause: 'slowDisk', certainty: 'likely' },
    verdict: `The disk of ${name} was slow: followers may not have heard from it in time.`,
    proof: [{ at: worst.at, text: fsyncText(name, worst.value), supports: true }],
  };
}

/** etcd counts a heartbeat as failed when the leader's own loop came to it too late: it says nothing of the network. */
function overloaded({ change, before, slices, nameOf }: Scene): Finding | null {
  const late = worstOf(slices, (slice) => deltaOf(slice, before)?.heartbeatsFailed ?? null, change.at);
  if (late === null || late.value === 0) return null;
  const name = nameOf(before.leaderId ?? '');
  const count = `${late.value} ${late.value === 1 ? 'heartbeat' : 'heartbeats'}`;
  return {
    ...{ cause: 'overloaded', certainty: 'likely' },
    verdict: `${name} was too busy to send its heartbeats in time.`,
    proof: [{ at: late.at, text: `${name} sent ${count} too late.`, supports: true }],
  };
}

function network({ change, before, slices, nameOf }: Scene): Finding | null {
  const slow = worstOf(slices, (slice) => deltaOf(slice, before)?.peer?.p99Ms ?? null, change.at);
  if (slow === null || slow.value < SLOW_MS) return null;
  const name = nameOf(before.leaderId ?? '');
  return {
    ...{ cause: 'network', certainty: 'likely' },
    verdict: `${name} and its peers were slow to reach each other.`,
    proof: [{ at: slow.at, text: peerText(name, slow.value), supports: true }],
  };
}

const unknown = ({ before, nameOf }: Scene): Finding => ({
  ...{ cause: 'unknown', certainty: 'unknown', proof: [] },
  verdict: `Unknown: ${nameOf(before.leaderId ?? '')} went on answering, and nothing that was seen explains the change. A hand-over asked for by another tool leaves no trace.`,
});

/** Everything else of note around the change. */
function seenBeside({ change, before, marks, slices, nameOf }: Scene): Evidence[] {
  const name = nameOf(before.leaderId ?? '');
  const found: Evidence[] = marks.map((mark) => ({ ...proofOf(mark), supports: false }));
  const add = (
    worst: { readonly at: number; readonly value: number } | null,
    text: (value: number) => string,
  ): void => {
    if (worst !== null) found.push({ at: worst.at, text: text(worst.value), supports: false });
  };
  add(
    worstOf(slices, (slice) => deltaOf(slice, before)?.fsyncP99Ms ?? null, change.at),
    (value) => fsyncText(name, value),
  );
  add(
    worstOf(slices, (slice) => deltaOf(slice, before)?.peer?.p99Ms ?? null, change.at),
    (value) => peerText(name, value),
  );
  const failed = worstOf(slices, failedProposals, change.at + AFTER_MS);
  if (failed !== null && failed.value > 0)
    add(failed, (value) => `${value} ${value === 1 ? 'write' : 'writes'} failed without an answer from the log.`);
  if (change.unseenTerms > 0) {
    found.push({
      at: change.at,
      text: `${change.unseenTerms} ${change.unseenTerms === 1 ? 'term' : 'terms'} passed in which nobody was seen to lead: votes without a winner, or reigns too short to be seen.`,
      supports: false,
    });
  }
  return found;
}

function missing({ unread, nameOf }: ExplainInput, before: LeaderChange): string[] {
  const own = unread.find(({ id }) => id === before.leaderId);
  return own === undefined ? [] : [`Times of disk and peers of ${nameOf(own.id)}: ${own.why}`];
}

const deltaOf = (slice: Slice, { leaderId }: LeaderChange) => slice.deltas.get(BigInt(`0x${leaderId ?? '0'}`));

function failedProposals({ deltas }: Slice): number | null {
  const counts = [...deltas.values()].flatMap(({ failedProposals: count }) => (count === null ? [] : [count]));
  return counts.length === 0 ? null : counts.reduce((sum, count) => sum + count, 0);
}

/** The largest of slices that began before `until`. */
function worstOf(
  slices: readonly Slice[],
  read: (slice: Slice) => number | null,
  until: number,
): { readonly at: number; readonly value: number } | null {
  let worst: { at: number; value: number } | null = null;
  for (const slice of slices) {
    const value = slice.at - HEALTH_SLICE_MS < until ? read(slice) : null;
    if (value !== null && value > (worst?.value ?? -1)) worst = { at: slice.at, value };
  }
  return worst;
}

const proofOf = ({ at, text }: Mark): Evidence => ({ at, text, supports: true });
const fsyncText = (name: string, ms: number): string =>
  `Flushes of ${name}: 99 of 100 took at most ${durationText(ms)}.`;
const peerText = (name: string, ms: number): string =>
  `From ${name} to its slowest peer and back: 99 of 100 took at most ${durationText(ms)}.`;
