/** One image on its way between two members: small pieces over time, so that both go on with their work in between. */
import {
  ImageLostError,
  type SnapshotChunks,
  type SnapshotMessage,
  type SnapshotSink,
} from '../../ports/peer-network.ts';
import type { Links } from './links.ts';

type Endpoint = NonNullable<ReturnType<Links['reach']>>;

/** Real chunks hold 256 KiB and more; the images here are small and shall still come in several. */
const PIECE_BYTES_MAX = 1500;
const NOTICE_MS = 300;

interface ImageTransferOptions {
  readonly links: Links;
  readonly from: Endpoint;
  readonly message: SnapshotMessage;
  readonly chunks: SnapshotChunks;
  /** Breaks off after this many pieces; undefined: does not. */
  readonly failsAfter: number | undefined;
}

export class ImageTransfer {
  readonly #options: ImageTransferOptions;
  #to: Endpoint | undefined;
  #sink: SnapshotSink | undefined;
  #rest: Uint8Array = new Uint8Array(0);
  #pieces = 0;
  #isOver = false;
  #isReported = false;

  constructor(options: ImageTransferOptions) {
    this.#options = options;
  }

  start(): void {
    const { links, from, message } = this.#options;
    links.options.world.after(links.delayMs(), () => {
      const to = this.#reach();
      if (to === undefined) {
        this.#report('failed');
        return;
      }
      this.#to = to;
      this.#watchBothEnds(to);
      to.process.enter(() => {
        this.#sink = to.handler.onSnapshot(message);
        if (this.#sink === undefined) from.process.enter(() => this.#report('failed'));
        else this.#goOn();
      });
    });
  }

  /** A connection notices when the process at its other end is gone. */
  #watchBothEnds(to: Endpoint): void {
    const { links, from } = this.#options;
    links.options.world.after(NOTICE_MS, () => {
      if (this.#isOver) return;
      if (from.process.isAlive() && to.process.isAlive()) {
        this.#watchBothEnds(to);
        return;
      }
      this.#abort();
      from.process.enter(() => this.#report('failed'));
    });
  }

  #reach(): Endpoint | undefined {
    const { links, message } = this.#options;
    return links.reach(message.from, message.to);
  }

  #goOn(): void {
    const { links, from } = this.#options;
    links.options.world.after(links.delayMs(), () => from.process.enter(() => this.#step()));
  }

  #step(): void {
    if (this.#isOver) return;
    const { failsAfter } = this.#options;
    const to = this.#to;
    if (to === undefined || this.#reach() !== to || this.#pieces === failsAfter) {
      this.#abort();
      this.#report('failed');
      return;
    }
    let piece: Uint8Array | undefined;
    try {
      piece = this.#next();
    } catch (error) {
      if (!(error instanceof ImageLostError)) throw error;
      this.#abort();
      this.#report('failed');
      return;
    }
    if (piece === undefined) {
      to.process.enter(() => this.#finish(to));
      return;
    }
    this.#pieces++;
    to.process.enter(() => this.#sink?.write(piece));
    this.#goOn();
  }

  #next(): Uint8Array | undefined {
    const { chunks, links } = this.#options;
    if (this.#rest.length === 0) this.#rest = chunks.next()?.slice() ?? new Uint8Array(0);
    if (this.#rest.length === 0) return undefined;
    const length = links.options.prng.int(1, PIECE_BYTES_MAX);
    const piece = this.#rest.subarray(0, length);
    this.#rest = this.#rest.subarray(length);
    return piece;
  }

  #finish(to: Endpoint): void {
    const { links, message, from } = this.#options;
    const sink = this.#sink;
    this.#sink = undefined;
    sink?.finish((isStored) => {
      if (isStored) {
        links.imagesInstalled++;
        to.handler.onMessage(message);
      }
      links.options.world.after(links.delayMs(), () =>
        from.process.enter(() => this.#report(isStored ? 'installed' : 'failed')),
      );
    });
  }

  /** The connection broke: the receiver notices on its own. */
  #abort(): void {
    this.#isOver = true;
    const sink = this.#sink;
    this.#sink = undefined;
    if (sink !== undefined) this.#to?.process.enter(() => sink.abort());
  }

  /** Runs in the sender. */
  #report(outcome: 'installed' | 'failed'): void {
    const { chunks, from, message } = this.#options;
    if (this.#isReported) return;
    this.#isReported = true;
    this.#isOver = true;
    chunks.close();
    from.process.after(0, () => from.handler.onSnapshotSent(message.to, outcome));
  }
}
