/** Which rows glow: those whose key changed in the last GLOW_MS, and closed folders above it. */
import type { ChangeEvent } from '../../../lib/api/types.ts';
import type { ByteString } from '../../../lib/base/bytes.ts';
import { wireToByteString } from '../../../lib/keys/wire-bytes.ts';
import { foldersOf } from './key-path.ts';

const GLOW_MS = 900;
/** In a storm only the last changes of a batch glow: nobody sees more. */
const GLOW_EVENTS_MAX = 200;

export interface GlowMark {
  /** Grows with each change, so that a second one starts the glow anew. */
  readonly seq: number;
  readonly isDelete: boolean;
}

interface Timed extends GlowMark {
  readonly at: number;
}

export class Glow {
  private readonly marks = new Map<ByteString, Timed>();
  private readonly delimiter: ByteString;
  private seq = 0;

  constructor(delimiter: ByteString) {
    this.delimiter = delimiter;
  }

  add(events: readonly ChangeEvent[], now: number): void {
    for (const [id, mark] of this.marks) if (now - mark.at > GLOW_MS) this.marks.delete(id);
    for (const event of events.slice(-GLOW_EVENTS_MAX)) {
      const key = wireToByteString(event.key);
      const mark = { seq: ++this.seq, isDelete: event.type === 'delete', at: now };
      this.marks.set(key, mark);
      for (const folder of foldersOf(key, this.delimiter)) {
        this.marks.set(folder.slice(0, folder.length - this.delimiter.length) as ByteString, {
          ...mark,
          isDelete: false,
        });
      }
    }
  }

  /** The glow of a row, while it lasts. */
  of(id: ByteString, now: number): GlowMark | undefined {
    const mark = this.marks.get(id);
    return mark !== undefined && now - mark.at <= GLOW_MS ? mark : undefined;
  }
}
