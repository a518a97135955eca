/** One member of a transcript: a core, a disk and a state machine that do their work only when the script says so. */
import { defined } from '../../../../lib/base/assert.ts';
import { logIndex, type MemberId } from '../../../../lib/base/brand.ts';
import { utf8Encode } from '../../../../lib/base/bytes.ts';
import { decodeConfChange, isConfChangeType } from '../conf-change-codec.ts';
import {
  describeConfState,
  describeEntry,
  describeEntryId,
  describeMessage,
  describeStatus,
  shortId,
} from '../describe.ts';
import { createRaftNode } from '../node.ts';
import type { ConfState, Entry, Message, RaftConfig, RaftNode, Ready, SnapshotMetadata } from '../types.ts';

export class TranscriptMember {
  readonly id: MemberId;
  node: RaftNode;
  readonly #config: RaftConfig;
  /** What its disk holds. */
  #entries: Entry[];
  #start: SnapshotMetadata;
  #hardState: RaftConfig['hardState'];
  /** Readies written and not flushed, entries committed and not applied: the script decides when. */
  readonly #unflushed: Ready[] = [];
  #unapplied: Entry[] = [];
  #confState: ConfState;
  #appliedIndex: RaftConfig['appliedIndex'];

  constructor(config: RaftConfig) {
    this.id = config.id;
    this.#config = config;
    this.node = createRaftNode(config);
    this.#entries = [...config.entries];
    this.#start = config.snapshot;
    this.#hardState = config.hardState;
    this.#confState = config.snapshot.confState;
    this.#appliedIndex = config.appliedIndex;
  }

  hasWork(): boolean {
    return this.node.hasReady() || this.#unflushed.length > 0 || this.#unapplied.length > 0;
  }

  /** Takes one Ready and returns what may leave at once. */
  takeReady(print: (line: string) => void): readonly Message[] {
    if (!this.node.hasReady()) {
      print(`${shortId(this.id)} has nothing to do`);
      return [];
    }
    const ready = this.node.ready();
    print(`${shortId(this.id)} ready${ready.mustSync ? ', to be flushed' : ''}`);
    for (const line of describeReady(ready)) print(`  ${line}`);
    this.#unflushed.push(ready);
    if (ready.snapshot !== undefined) this.#unapplied = [];
    this.#unapplied.push(...ready.committedEntries);
    return ready.messages;
  }

  /** Flushes the oldest write and returns what waited for it. */
  flush(print: (line: string) => void): readonly Message[] {
    const ready = this.#unflushed.shift();
    if (ready === undefined) {
      print(`${shortId(this.id)} has nothing to flush`);
      return [];
    }
    if (ready.snapshot !== undefined) {
      this.#start = ready.snapshot;
      this.#entries = [];
      this.#confState = ready.snapshot.confState;
      this.#appliedIndex = ready.snapshot.index;
    }
    for (const entry of ready.entries) {
      this.#entries.length = entry.index - this.#start.index - 1;
      this.#entries.push(entry);
    }
    this.#hardState = ready.hardState ?? this.#hardState;
    this.node.persisted(ready);
    print(`${shortId(this.id)} flushed${describeFlush(ready)}`);
    return ready.messagesAfterPersist;
  }

  /** Applies everything that was handed out. */
  apply(print: (line: string) => void): void {
    const entries = this.#unapplied;
    this.#unapplied = [];
    const last = entries.at(-1);
    if (last === undefined) {
      print(`${shortId(this.id)} has nothing to apply`);
      return;
    }
    for (const entry of entries) {
      if (!isConfChangeType(entry.type)) continue;
      const change = decodeConfChange(entry);
      if (!change.ok) continue;
      this.#confState = this.node.applyConfChange(change.value);
      print(`${shortId(this.id)} now has ${describeConfState(this.#confState)}`);
    }
    this.#appliedIndex = last.index;
    this.node.applied(last.index);
    print(`${shortId(this.id)} applied up to ${last.index}`);
  }

  get isFlushing(): boolean {
    return this.#unflushed.length > 0;
  }
  get isApplying(): boolean {
    return this.#unapplied.length > 0;
  }

  compact(index: number): void {
    const entry = defined(this.#entries[index - this.#start.index - 1], `${shortId(this.id)} has no entry ${index}`);
    this.node.compact(logIndex(index));
    this.#entries = this.#entries.slice(index - this.#start.index);
    this.#start = { term: entry.term, index: entry.index, confState: this.#confState };
  }

  /** Power off and on: memory and unflushed writes are gone; what was applied stays applied. */
  restart(): void {
    this.#unflushed.length = 0;
    this.#unapplied = [];
    this.node = createRaftNode({
      ...this.#config,
      hardState: this.#hardState,
      snapshot: this.#start,
      entries: this.#entries,
      confState: this.#confState,
      appliedIndex: this.#appliedIndex,
    });
  }

  /** The log on disk. */
  describeLog(): string {
    const entries = this.#entries.map(describeEntryId).join(' ');
    return `${shortId(this.id)} disk starts after ${describeEntryId(this.#start)}: ${entries || 'empty'}`;
  }

  describe(): string {
    return `${shortId(this.id)} ${describeStatus(this.node.status())}`;
  }

  describeProgress(): string[] {
    return this.node.status().progress.map((peer) => {
      const marks = `${peer.isLearner ? ' learner' : ''}${peer.recentActive ? '' : ' silent'}`;
      return `${shortId(peer.id)} ${peer.state} match ${peer.match} next ${peer.next}${marks}`;
    });
  }
}

function describeReady(ready: Ready): string[] {
  const lines: string[] = [];
  const { softState, hardState, snapshot } = ready;
  if (softState !== undefined) lines.push(`is ${softState.role}, leader ${shortId(softState.leaderId)}`);
  if (hardState !== undefined) {
    lines.push(`hard state: term ${hardState.term} vote ${shortId(hardState.vote)} commit ${hardState.commitIndex}`);
  }
  if (snapshot !== undefined)
    lines.push(`snapshot ${describeEntryId(snapshot)} ${describeConfState(snapshot.confState)}`);
  if (ready.entries.length > 0) lines.push(`entries: ${ready.entries.map(describeEntry).join(', ')}`);
  if (ready.committedEntries.length > 0)
    lines.push(`to apply: ${ready.committedEntries.map(describeEntry).join(', ')}`);
  for (const { index, context } of ready.readStates)
    lines.push(`read ${new TextDecoder().decode(context)} at ${index}`);
  for (const message of ready.messages) lines.push(`send ${describeMessage(message)}`);
  for (const message of ready.messagesAfterPersist) lines.push(`send once flushed ${describeMessage(message)}`);
  return lines;
}

function describeFlush(ready: Ready): string {
  const last = ready.entries.at(-1);
  if (ready.snapshot !== undefined) return ` the snapshot at ${ready.snapshot.index}`;
  return last === undefined ? '' : ` up to ${describeEntryId(last)}`;
}

export const textEntry = (text: string): { type: 0; data: Uint8Array } => ({ type: 0, data: utf8Encode(text) });
