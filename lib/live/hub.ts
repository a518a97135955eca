/**
 * Shares one connection per store between the tabs of a browser. A tab that joins is told at once what is known: the status, the latest
 * states, and the recent changes, in the order they came.
 */
import type { LiveEventName } from '../api/types.ts';
import { compareInt } from '../format/number.ts';
import { LiveConnection } from './connection.ts';
import {
  type ConnectionStatus,
  INITIAL_STATUS,
  type LiveFeed,
  type LiveMessage,
  type SentEvent,
  type StreamListener,
} from './protocol.ts';

/** Change events kept for tabs that join later. */
export const RECENT_EVENTS_MAX = 2_000;

const STATES: readonly LiveEventName[] = ['hello', 'cluster', 'revision', 'index'];

type Connect = (path: string, listener: StreamListener) => LiveFeed;

/** What one tab hears. */
export interface HubTab {
  onStatus(status: ConnectionStatus): void;
  onSent(sent: SentEvent): void;
}

/** Kept for tabs that join later. */
interface Kept {
  readonly weight: number;
  readonly sent: SentEvent;
}

class SharedStream implements StreamListener {
  readonly tabs = new Set<HubTab>();
  readonly connection: LiveFeed;
  #status: ConnectionStatus = INITIAL_STATUS;
  readonly #states = new Map<LiveEventName, SentEvent>();
  #recent: Kept[] = [];
  #recentEvents = 0;
  #lastRevision = '0';

  constructor(path: string, connect: Connect) {
    this.connection = connect(path, this);
  }

  join(tab: HubTab): void {
    this.tabs.add(tab);
    tab.onStatus(this.#status);
    for (const name of STATES) {
      const state = this.#states.get(name);
      if (state !== undefined) tab.onSent(state);
    }
    for (const { sent } of this.#recent) tab.onSent(sent);
  }

  onStatus(status: ConnectionStatus): void {
    this.#status = status;
    for (const tab of this.tabs) tab.onStatus(status);
  }

  onMessage(message: LiveMessage, sent: SentEvent): void {
    // Data that was replaced behind the same name starts at a lower revision: what came before belongs to the old data.
    const current =
      message.name === 'hello' ? message.data.revision : message.name === 'revision' ? message.data.current : '0';
    if (current !== '0' && compareInt(current, this.#lastRevision) < 0) this.#forget(current);
    if (STATES.includes(message.name)) this.#states.set(message.name, sent);
    else this.#remember(message, sent);
    for (const tab of this.tabs) tab.onSent(sent);
  }

  #forget(revision: string): void {
    this.#recent = [];
    this.#recentEvents = 0;
    this.#lastRevision = revision;
    this.#states.delete('revision');
  }

  #remember(message: LiveMessage, sent: SentEvent): void {
    const weight = message.name === 'changes' || message.name === 'recent' ? message.data.length : 1;
    this.#recent.push({ weight, sent });
    const reached =
      message.name === 'changes' || message.name === 'recent'
        ? message.data.at(-1)?.revision
        : message.name === 'gap'
          ? message.data.to
          : undefined;
    if (reached !== undefined && compareInt(reached, this.#lastRevision) > 0) this.#lastRevision = reached;
    this.#recentEvents += weight;
    let drop = 0;
    while (this.#recentEvents > RECENT_EVENTS_MAX && drop < this.#recent.length - 1) {
      this.#recentEvents -= this.#recent[drop++]?.weight ?? 0;
    }
    if (drop > 0) this.#recent = this.#recent.slice(drop);
  }
}

export class LiveHub {
  readonly #streams = new Map<string, SharedStream>();
  readonly #connect: Connect;

  constructor(connect: Connect = (path, listener) => new LiveConnection(path, listener)) {
    this.#connect = connect;
  }

  /** Lines that are open now. */
  get streams(): number {
    return this.#streams.size;
  }

  /** Joins `tab` to the stream of `store`, opening it for the first; the last one to leave closes it. */
  join(store: string, path: string, tab: HubTab): LiveFeed {
    const stream = this.#streams.get(store) ?? new SharedStream(path, this.#connect);
    this.#streams.set(store, stream);
    stream.join(tab);
    return {
      retryNow: () => stream.connection.retryNow(),
      close: () => {
        if (!stream.tabs.delete(tab) || stream.tabs.size > 0) return;
        stream.connection.close();
        if (this.#streams.get(store) === stream) this.#streams.delete(store);
      },
    };
  }
}
