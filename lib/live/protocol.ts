/** What travels from the stream to the tabs. */
import type { LiveEventName, LiveEvents } from '../api/types.ts';

/** Why the stream is down. */
export interface LiveFailure {
  /** gRPC code name from the console, "HTTP 502", or NETWORK when there was no answer. */
  readonly code: string;
  readonly message: string;
  /** The path that failed. */
  readonly where: string;
}

export type ConnectionStatus =
  /** First attempt, or the attempt after a wait; `downSince` is null on the very first. */
  | {
      readonly phase: 'connecting';
      readonly attempt: number;
      readonly downSince: number | null;
      readonly failure: LiveFailure | null;
    }
  | { readonly phase: 'open'; readonly since: number }
  | {
      readonly phase: 'waiting';
      readonly attempt: number;
      readonly downSince: number;
      readonly retryAt: number;
      readonly failure: LiveFailure;
    };

export const INITIAL_STATUS: ConnectionStatus = { phase: 'connecting', attempt: 1, downSince: null, failure: null };

/** One named event of the stream, parsed, with the time this browser received it. */
export type LiveMessage = {
  [Name in LiveEventName]: { readonly name: Name; readonly data: LiveEvents[Name]; readonly receivedAt: number };
}[LiveEventName];

/** An event as it stands in the stream, and goes to the tabs: text crosses cheaper than the objects it stands for. */
export interface SentEvent {
  readonly name: LiveEventName;
  readonly text: string;
  readonly receivedAt: number;
}

export const readSent = ({ name, text, receivedAt }: SentEvent): LiveMessage =>
  ({ name, data: JSON.parse(text), receivedAt }) as LiveMessage;

/** What the owner of the stream is told: each event read, so that it is known to be whole, and as it stood there. */
export interface StreamListener {
  onStatus(status: ConnectionStatus): void;
  onMessage(message: LiveMessage, sent: SentEvent): void;
}

/** What a tab is told. */
export interface LiveListener {
  onStatus(status: ConnectionStatus): void;
  onMessage(message: LiveMessage): void;
}

/** A tab's line to the stream of one store. */
export interface LiveFeed {
  /** Tries now instead of waiting for the next attempt. */
  retryNow(): void;
  close(): void;
}

/** Tab → worker. */
export type ToWorker =
  | { readonly type: 'open'; readonly store: string; readonly path: string; readonly lock: string }
  | { readonly type: 'retry' }
  | { readonly type: 'close' };

/** Worker → tab. */
export type FromWorker =
  | { readonly type: 'status'; readonly status: ConnectionStatus }
  | { readonly type: 'message'; readonly sent: SentEvent };
