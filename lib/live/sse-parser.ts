/** Server-sent events, cut from a text stream (WHATWG HTML §9.2.6). Feed it chunks as they come; they may end anywhere. */

export interface SseEvent {
  readonly name: string;
  readonly data: string;
  /** The last id seen on the stream, this event's own included; '' when there was none. */
  readonly id: string;
}

/** A stream that never ends a line is not a stream of events: beyond this many characters the parser refuses. */
const SSE_LINE_CHARS_MAX = 32 * 1024 * 1024;

export class SseParser {
  #rest = '';
  #name = '';
  #data: string[] = [];
  #id = '';
  readonly #onEvent: (event: SseEvent) => void;

  constructor(onEvent: (event: SseEvent) => void) {
    this.#onEvent = onEvent;
  }

  /** @throws RangeError when a line outgrows SSE_LINE_CHARS_MAX. */
  push(chunk: string): void {
    let text = this.#rest + chunk;
    // A trailing CR may be half of CRLF: wait for what follows.
    let held = '';
    if (text.endsWith('\r')) {
      held = '\r';
      text = text.slice(0, -1);
    }
    const lines = text.split(/\r\n|\n|\r/);
    this.#rest = (lines.pop() ?? '') + held;
    if (this.#rest.length > SSE_LINE_CHARS_MAX) throw new RangeError('a line of the event stream is too long');
    for (const line of lines) this.#line(line);
  }

  #line(line: string): void {
    if (line === '') {
      this.#dispatch();
      return;
    }
    const colon = line.indexOf(':');
    if (colon === 0) return;
    const field = colon < 0 ? line : line.slice(0, colon);
    const raw = colon < 0 ? '' : line.slice(colon + 1);
    const value = raw.startsWith(' ') ? raw.slice(1) : raw;
    if (field === 'data') this.#data.push(value);
    else if (field === 'event') this.#name = value;
    else if (field === 'id' && !value.includes('\u0000')) this.#id = value;
  }

  #dispatch(): void {
    const name = this.#name === '' ? 'message' : this.#name;
    const data = this.#data;
    this.#name = '';
    this.#data = [];
    if (data.length > 0) this.#onEvent({ name, data: data.join('\n'), id: this.#id });
  }
}
