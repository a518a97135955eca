/** Cuts a byte stream into the JSON objects that follow each other in it, without parsing them. */
import { JsonError } from '../../../../lib/base/protobuf/json.ts';

export class JsonSequence {
  readonly #bytesMax: number;
  #chunks: Buffer[] = [];
  #held = 0;
  #depth = 0;
  #inString = false;
  #escaped = false;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /** The objects completed by `chunk`. @throws JsonError when one grows beyond the bound. */
  push(chunk: Buffer): string[] {
    const objects: string[] = [];
    let from = 0;
    for (let i = 0; i < chunk.length; i++) {
      if (!this.#endsObject(chunk[i] as number)) continue;
      objects.push(this.#take(chunk.subarray(from, i + 1)));
      from = i + 1;
    }
    const rest = chunk.subarray(from);
    this.#held += rest.length;
    if (this.#held > this.#bytesMax) throw new JsonError(`a message is longer than ${this.#bytesMax} bytes`);
    if (rest.length > 0) this.#chunks.push(rest);
    return objects;
  }

  /** What is left after the last whole object, white space trimmed. */
  rest(): string {
    return this.#take(Buffer.alloc(0)).trim();
  }

  #take(last: Buffer): string {
    const text = Buffer.concat([...this.#chunks, last]).toString('utf8');
    this.#chunks = [];
    this.#held = 0;
    return text;
  }

  /** True at the brace that closes a top-level object. */
  #endsObject(byte: number): boolean {
    if (this.#inString) {
      if (this.#escaped) this.#escaped = false;
      else if (byte === 0x5c) this.#escaped = true;
      else if (byte === 0x22) this.#inString = false;
      return false;
    }
    if (byte === 0x22) this.#inString = true;
    else if (byte === 0x7b || byte === 0x5b) this.#depth++;
    else if (byte === 0x7d || byte === 0x5d) {
      this.#depth--;
      return this.#depth === 0;
    }
    return false;
  }
}
