/**
 * Where in a JSON text something stands, by its pointer: so that a fault can be shown at its line. One pass; branches nobody asks for are
 * skipped without looking inside.
 */
import { joinPointer, type Pointer, splitPointer } from './json.ts';

/** Offsets into the text, from inclusive to exclusive. */
export interface Place {
  readonly from: number;
  readonly to: number;
}

interface Wanted {
  readonly children: Map<string, Wanted>;
}

/**
 * The place of each pointer: the key of a property, the value of an element, all of the document for "". What is not there (a required
 * key, say) stands at the nearest object or array around it that is.
 *
 * @param text must be JSON; of anything else what is found up to the first fault is answered
 */
export function locate(text: string, pointers: Iterable<Pointer>): Map<Pointer, Place> {
  const found = new Map<Pointer, Place>();
  const root: Wanted = { children: new Map() };
  const asked = [...pointers];
  for (const pointer of asked) add(root, splitPointer(pointer) ?? []);
  const scanner = new Scanner(text, found);
  scanner.value('', root);
  return new Map(asked.map((pointer) => [pointer, nearest(found, pointer)]));
}

function add(root: Wanted, segments: readonly string[]): void {
  let at = root;
  for (const segment of segments) {
    const next: Wanted = at.children.get(segment) ?? { children: new Map() };
    at.children.set(segment, next);
    at = next;
  }
}

function nearest(found: ReadonlyMap<Pointer, Place>, pointer: Pointer): Place {
  for (let at = pointer; ; at = at.slice(0, at.lastIndexOf('/'))) {
    const place = found.get(at);
    if (place !== undefined) return place;
    if (at === '') return { from: 0, to: 0 };
  }
}

class Scanner {
  readonly #text: string;
  readonly #found: Map<Pointer, Place>;
  #at = 0;

  constructor(text: string, found: Map<Pointer, Place>) {
    this.#text = text;
    this.#found = found;
  }

  /** Reads one value and notes where those inside it stand that are wanted. */
  value(pointer: Pointer, wanted: Wanted | undefined): void {
    this.#space();
    const from = this.#at;
    const first = this.#text[this.#at];
    if (wanted === undefined || wanted.children.size === 0) this.#skip();
    else if (first === '{') this.#object(pointer, wanted);
    else if (first === '[') this.#array(pointer, wanted);
    else this.#skip();
    // A property has its key's place already.
    if (wanted !== undefined && !this.#found.has(pointer)) this.#found.set(pointer, { from, to: this.#at });
  }

  #object(pointer: Pointer, wanted: Wanted): void {
    this.#at++;
    for (;;) {
      this.#space();
      if (this.#text[this.#at] !== '"') break;
      const from = this.#at;
      this.#string();
      const key = keyOf(this.#text.slice(from, this.#at));
      const child = wanted.children.get(key);
      const at = child === undefined ? '' : joinPointer(pointer, key);
      if (child !== undefined) this.#found.set(at, { from, to: this.#at });
      this.#space();
      if (this.#text[this.#at] !== ':') return;
      this.#at++;
      this.value(at, child);
      this.#space();
      if (this.#text[this.#at] !== ',') break;
      this.#at++;
    }
    if (this.#text[this.#at] === '}') this.#at++;
  }

  #array(pointer: Pointer, wanted: Wanted): void {
    this.#at++;
    for (let index = 0; ; index++) {
      this.#space();
      if (this.#at >= this.#text.length || this.#text[this.#at] === ']') break;
      const before = this.#at;
      const child = wanted.children.get(String(index));
      this.value(child === undefined ? '' : joinPointer(pointer, index), child);
      this.#space();
      if (this.#text[this.#at] === ',') this.#at++;
      else if (this.#text[this.#at] !== ']' || this.#at === before) break;
    }
    if (this.#text[this.#at] === ']') this.#at++;
  }

  /** Over one value, whatever is inside. */
  #skip(): void {
    let depth = 0;
    while (this.#at < this.#text.length) {
      const char = this.#text[this.#at];
      if (char === '"') this.#string();
      else if (char === '{' || char === '[') {
        depth++;
        this.#at++;
      } else if (char === '}' || char === ']') {
        if (depth === 0) return;
        depth--;
        this.#at++;
      } else if (depth === 0 && (char === ',' || isSpace(char))) return;
      else this.#at++;
      if (depth === 0 && (char === '"' || char === '}' || char === ']')) return;
    }
  }

  #string(): void {
    this.#at++;
    while (this.#at < this.#text.length) {
      const char = this.#text[this.#at];
      if (char === '\\') this.#at += 2;
      else {
        this.#at++;
        if (char === '"') return;
      }
    }
  }

  #space(): void {
    while (isSpace(this.#text[this.#at])) this.#at++;
  }
}

const isSpace = (char: string | undefined): boolean => char === ' ' || char === '\n' || char === '\t' || char === '\r';

/** The key that a string of the text names. */
function keyOf(quoted: string): string {
  if (!quoted.includes('\\')) return quoted.slice(1, -1);
  try {
    return JSON.parse(quoted) as string;
  } catch {
    return quoted;
  }
}

/** Where a text stops being JSON; undefined where the engine does not say. */
export function syntaxPlace(text: string, message: string): Place | undefined {
  const position = /at position (\d+)/.exec(message)?.[1];
  if (position !== undefined) return { from: Number(position), to: Math.min(text.length, Number(position) + 1) };
  if (/end of (JSON|data)/i.test(message)) return { from: Math.max(0, text.length - 1), to: text.length };
  const [, line, column] = /at line (\d+) column (\d+)/.exec(message) ?? [];
  if (line === undefined || column === undefined) return undefined;
  let from = 0;
  for (let at = 1; at < Number(line); at++) from = text.indexOf('\n', from) + 1;
  from = Math.min(text.length, from + Number(column) - 1);
  return { from, to: Math.min(text.length, from + 1) };
}
