/**
 * The health of one store over time, for all its sessions. One monitor at a time speaks for it: the first whose questions the store
 * answers. Slices follow its polls; members' own numbers are read once per slice.
 */
import type { CompactionState } from '../../../lib/api/compaction-types.ts';
import type { ElectionExplained, HealthWindow, MetricsOffer } from '../../../lib/api/health-types.ts';
import type { LeaderChange, WireHexId } from '../../../lib/api/types.ts';
import { GrpcCode } from '../../../lib/base/grpc-status.ts';
import { EngineError, type Member, type MemberStatus, type MetricsCapability } from '../../engines/engine.ts';
import { LeaderLog } from '../cluster/leader-log.ts';
import { ConsoleError } from '../errors.ts';
import { memberToHex } from '../ids.ts';
import { Compactions } from './compactions.ts';
import { explainElection, type Mark } from './explain.ts';
import { HEALTH_SLICE_MS, MemberWindow, type WindowMember, windowView } from './health-window.ts';
import { between, type MemberDelta, type MemberReading, readingOf } from './member-reading.ts';

export const MARKS_MAX = 500;
/** A slice that ends this much too late holds time in which nobody looked: it is left out. */
const LATE_MS_MAX = 2_500;
const READ_TIMEOUT_MS = 2_000;
/** A member that offers no metrics is asked again after so many slices: it may have been replaced. */
const ASK_AGAIN_SLICES = 60;

export interface StoreHealthOptions {
  /** Null: the settings say that nobody is to be asked. */
  readonly metrics: MetricsCapability | null;
  readonly now?: () => number;
}

type NewMark = Omit<Mark, 'at' | 'cause'> & { readonly at?: number; readonly cause?: Mark['cause'] };

interface Known {
  member: Member;
  endpoint: string | null;
  offer: MetricsOffer;
  reading: MemberReading | null;
  readAt: number;
  isSilent: boolean;
  skipSlices: number;
}

/** What a monitor tells. */
export interface HealthFeed {
  readonly log: LeaderLog;
  answered(endpoint: string, status: MemberStatus): void;
  /** @param member who answered there last */
  silent(member: bigint | null, error: EngineError): void;
  members(list: readonly Member[]): void;
  clusterReplaced(): void;
}

export class StoreHealth implements HealthFeed {
  readonly log = new LeaderLog();
  readonly #metrics: MetricsCapability | null;
  readonly #now: () => number;
  readonly #window = new MemberWindow();
  readonly #members = new Map<bigint, Known>();
  readonly #compactions = new Compactions();
  #marks: Mark[] = [];
  #speaker: object | null = null;
  #timer: NodeJS.Timeout | undefined;
  #dueAt = 0;
  #watchingSince: number | null = null;
  #revision = 0;

  constructor({ metrics, now = Date.now }: StoreHealthOptions) {
    this.#metrics = metrics;
    this.#now = now;
  }

  start(): void {
    this.#plan();
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** The feed for the monitor that speaks for the store; null while another one does. */
  claim(monitor: object): HealthFeed | null {
    this.#speaker ??= monitor;
    this.#watchingSince ??= this.#now();
    return this.#speaker === monitor ? this : null;
  }

  /** Null: nobody has got an answer yet. */
  get watchingSince(): number | null {
    return this.#watchingSince;
  }

  /** The monitor ends, or the store does not answer it: another may speak. */
  release(monitor: object): void {
    if (this.#speaker === monitor) this.#speaker = null;
  }

  /** The newest that any member told of. */
  get revision(): number {
    return this.#revision;
  }

  answered(endpoint: string, status: MemberStatus): void {
    this.#revision = Math.max(this.#revision, status.revision);
    this.#window.answered(status);
    const known = this.#members.get(status.memberId);
    if (known === undefined) return;
    known.endpoint = endpoint;
    if (!known.isSilent) return;
    known.isSilent = false;
    this.mark({ kind: 'back', memberId: memberToHex(status.memberId), text: `${nameOf(known)} answers again.` });
  }

  silent(member: bigint | null, error: EngineError): void {
    const known = member === null ? undefined : this.#members.get(member);
    if (member === null || known === undefined) return;
    this.#window.silent(member);
    if (known.isSilent) return;
    known.isSilent = true;
    const isRefused = error.code === GrpcCode.UNAVAILABLE && PROCESS_GONE.test(error.message);
    this.mark({
      ...{ kind: 'silent', memberId: memberToHex(member), cause: isRefused ? 'refused' : 'timeout' },
      text: `${nameOf(known)} stopped answering: ${error.message}.`,
    });
  }

  members(list: readonly Member[]): void {
    this.#window.forgetOthers(list);
    for (const id of this.#members.keys()) if (!list.some((member) => member.id === id)) this.#members.delete(id);
    for (const member of list) {
      const known = this.#members.get(member.id);
      if (known !== undefined) known.member = member;
      else this.#members.set(member.id, this.#meet(member));
    }
  }

  #meet(member: Member): Known {
    const offer: MetricsOffer = { state: this.#metrics === null ? 'off' : 'unread', url: null, note: null };
    return { member, endpoint: null, offer, reading: null, readAt: 0, isSilent: false, skipSlices: 0 };
  }

  clusterReplaced(): void {
    this.#window.reset();
    this.#members.clear();
    this.#compactions.reset();
    this.#revision = 0;
    this.#marks = [];
  }

  /** Keeps what happened; `at`: when it began, where that was before now. */
  mark({ at = this.#now(), cause = null, ...mark }: NewMark): void {
    this.#marks.push({ ...mark, at, cause });
    if (this.#marks.length > MARKS_MAX) this.#marks.shift();
  }

  /** Null: no member of that name is known. */
  idOf(name: string): WireHexId | null {
    const known = [...this.#members.values()].find(({ member }) => member.name === name);
    return known === undefined ? null : memberToHex(known.member.id);
  }

  /** @param after slices and marks that came later */
  view(after: number): HealthWindow {
    const members = [...this.#members.values()].map(
      (known): WindowMember => ({ id: known.member.id, name: nameOf(known), metrics: known.offer }),
    );
    const marks = this.#marks.filter(({ at }) => at > after).map(({ cause: _, ...mark }) => mark);
    return { ...windowView(this.#window.slices, members, after), marks, compaction: this.#compaction() };
  }

  #compaction(): CompactionState {
    const members = [...this.#members.values()].map((known) => ({
      id: memberToHex(known.member.id),
      name: nameOf(known),
      setting: known.reading?.autoCompaction ?? null,
    }));
    return { last: this.#compactions.last, members };
  }

  get changes(): readonly LeaderChange[] {
    return this.log.changes;
  }

  /** @throws ConsoleError NOT_FOUND when no leader came at that moment */
  explain(at: number): ElectionExplained {
    const index = this.log.changes.findIndex((change) => change.at === at && change.leaderId !== null);
    if (index === -1) {
      throw new ConsoleError(GrpcCode.NOT_FOUND, 'no change of leaders at that moment is remembered', { at });
    }
    const unread = [...this.#members.values()].flatMap(({ member, offer }) =>
      offer.state === 'offered' ? [] : [{ id: memberToHex(member.id), why: whyUnread(offer) }],
    );
    const nameOfId = (id: WireHexId): string => {
      const known = [...this.#members.values()].find(({ member }) => memberToHex(member.id) === id);
      const past = this.log.changes.findLast(({ leaderId }) => leaderId === id);
      return known === undefined ? (past?.leaderName ?? id) : nameOf(known);
    };
    const { slices } = this.#window;
    return explainElection({
      ...{ changes: this.log.changes, index, slices, marks: this.#marks, nameOf: nameOfId, unread },
    });
  }

  #plan(): void {
    const now = this.#now();
    // Slices end at whole multiples, so that two consoles draw the same.
    this.#dueAt = (Math.floor(now / HEALTH_SLICE_MS) + 1) * HEALTH_SLICE_MS;
    this.#timer = setTimeout(() => void this.#closeSlice(), this.#dueAt - now);
    this.#timer.unref();
  }

  async #closeSlice(): Promise<void> {
    const at = this.#dueAt;
    const deltas = new Map<bigint, MemberDelta>();
    const isWatched = this.#speaker !== null;
    if (isWatched) await Promise.all([...this.#members.values()].map((known) => this.#read(known, deltas)));
    if (this.#timer === undefined) return;
    if (isWatched && this.#now() - at < LATE_MS_MAX) this.#window.close(at, deltas);
    this.#plan();
  }

  async #read(known: Known, deltas: Map<bigint, MemberDelta>): Promise<void> {
    const { endpoint } = known;
    if (this.#metrics === null || endpoint === null || known.isSilent) return;
    if (known.skipSlices > 0) {
      known.skipSlices--;
      return;
    }
    const url = this.#metrics.urlOf(endpoint);
    try {
      const reading = readingOf(await this.#metrics.read(endpoint, READ_TIMEOUT_MS));
      if (known.reading !== null) this.#took(known, between(known.reading, reading), deltas);
      const readAt = this.#now();
      const before = known.reading === null ? null : { at: known.readAt, reading: known.reading };
      this.#compactions.note(before, { at: readAt, reading });
      known.reading = reading;
      known.readAt = readAt;
      known.offer = { state: 'offered', url, note: null };
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      // What comes next is measured from the last reading that there is: a longer while, still true.
      const isNone = error.code === GrpcCode.UNIMPLEMENTED || error.code === GrpcCode.RESOURCE_EXHAUSTED;
      if (isNone) known.skipSlices = ASK_AGAIN_SLICES;
      const state = isNone ? 'notOffered' : known.offer.state;
      known.offer = { state, url, note: error.message };
    }
  }

  #took(known: Known, delta: MemberDelta, deltas: Map<bigint, MemberDelta>): void {
    deltas.set(known.member.id, delta);
    if (!delta.isRestarted) return;
    const text = `${nameOf(known)} runs as a new process since its last numbers were read.`;
    this.mark({ kind: 'restarted', memberId: memberToHex(known.member.id), text });
  }
}

/** The machine answers, and nothing listens there any more. */
const PROCESS_GONE = /ECONNREFUSED|ECONNRESET|connection dropped/i;

const nameOf = ({ member }: Known): string => (member.name === '' ? memberToHex(member.id) : member.name);

function whyUnread({ state, note }: MetricsOffer): string {
  switch (state) {
    case 'off':
      return 'the settings say that members are not asked for metrics.';
    case 'notOffered':
      return `not offered (${note ?? 'no answer'}).`;
    case 'unread':
    case 'offered':
      return note === null ? 'not read yet.' : `${note}.`;
  }
}
