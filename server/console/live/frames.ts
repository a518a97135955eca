/** Server-sent events as bytes (WHATWG HTML §9.2). Encoded once, shared by every client. */
import type { LiveEventName, LiveEvents } from '../../../lib/api/types.ts';

const encoder = new TextEncoder();

/** Sent first: makes proxies and browsers treat the stream as open, and sets how soon to reconnect. */
export const OPENING: Uint8Array = encoder.encode(': quorate\nretry: 1000\n\n');
/** A comment, so that a dead connection is noticed and proxies keep a quiet one. */
export const HEARTBEAT: Uint8Array = encoder.encode(': \n\n');

/** @param id the revision a client resumes from when this was the last frame it saw; null leaves it as it was. */
export function frame<N extends LiveEventName>(name: N, data: LiveEvents[N], id: number | null): Uint8Array {
  // JSON.stringify escapes line breaks, so the data is one line.
  return encoder.encode(`event: ${name}\n${id === null ? '' : `id: ${id}\n`}data: ${JSON.stringify(data)}\n\n`);
}

/** The revision in a Last-Event-ID header; null when it is none of ours. */
export function parseLastEventId(header: string | null): number | null {
  if (header === null || !/^\d{1,16}$/.test(header)) return null;
  const revision = Number(header);
  return Number.isSafeInteger(revision) ? revision : null;
}
