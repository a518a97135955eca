/**
 * The line between members: each member advertises a proxy of its own, so that every link, and each direction of it, can be slowed,
 * throttled, stopped or refused. A peer connection is one-way and begins with a hello that names its sender
 * (server/store/transport/README.md), which is how the proxy tells links apart.
 */
import { once } from 'node:events';
import { createConnection, createServer, type Server, type Socket } from 'node:net';

/** Where the hello holds the sender's id, and how long it is. */
const HELLO_BYTES = 32;
const SENDER_AT = 16;
/** Beyond this a slow line pushes back, as a real one does when its buffers are full. */
const HELD_BYTES_MAX = 256 * 1024;

export interface LinkRule {
  /** `stopped`: nothing moves and nothing is said. `refused`: connections are cut, and new ones too. */
  readonly state: 'open' | 'stopped' | 'refused';
  readonly delayMs: number;
  /** Undefined: as fast as it goes. */
  readonly bytesPerSecond: number | undefined;
}

export const OPEN: LinkRule = { state: 'open', delayMs: 0, bytesPerSecond: undefined };

export class PeerProxy {
  readonly #server: Server;
  readonly #targetPort: number;
  readonly #rules = new Map<bigint, LinkRule>();
  readonly #links = new Set<Link>();
  /** Senders that introduced themselves. */
  readonly senders = new Set<bigint>();

  constructor(targetPort: number) {
    this.#targetPort = targetPort;
    this.#server = createServer((socket) => this.#accept(socket));
  }

  async listen(port: number): Promise<void> {
    this.#server.listen(port, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  /** What holds from now on for what `sender` sends here. */
  rule(sender: bigint, rule: LinkRule): void {
    this.#rules.set(sender, rule);
    for (const link of this.#links) if (link.sender === sender) link.apply(rule);
  }

  async close(): Promise<void> {
    for (const link of this.#links) link.cut();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #accept(socket: Socket): void {
    const hello: Buffer[] = [];
    socket.on('error', () => socket.destroy());
    const read = (chunk: Buffer) => {
      hello.push(chunk);
      const bytes = Buffer.concat(hello);
      if (bytes.length < HELLO_BYTES) return;
      socket.off('data', read);
      socket.pause();
      this.#introduce(socket, bytes);
    };
    socket.on('data', read);
  }

  #introduce(socket: Socket, bytes: Buffer): void {
    const sender = bytes.readBigUInt64BE(SENDER_AT);
    this.senders.add(sender);
    const rule = this.#rules.get(sender) ?? OPEN;
    if (rule.state === 'refused') {
      socket.destroy();
      return;
    }
    const target = createConnection(this.#targetPort, '127.0.0.1');
    const link = new Link({ sender, near: socket, far: target, first: bytes, rule });
    this.#links.add(link);
    link.onEnd(() => this.#links.delete(link));
  }
}

/** One connection, both ways. */
class Link {
  readonly sender: bigint;
  readonly #near: Socket;
  readonly #far: Socket;
  readonly #ways: readonly [Way, Way];
  readonly #listeners: (() => void)[] = [];

  constructor({
    sender,
    near,
    far,
    first,
    rule,
  }: {
    readonly sender: bigint;
    readonly near: Socket;
    readonly far: Socket;
    readonly first: Buffer;
    readonly rule: LinkRule;
  }) {
    this.sender = sender;
    this.#near = near;
    this.#far = far;
    this.#ways = [new Way(near, far, rule), new Way(far, near, rule)];
    this.#ways[0].push(first);
    for (const socket of [near, far]) {
      socket.setNoDelay(true);
      socket.on('error', () => this.cut());
      socket.on('close', () => this.cut());
    }
  }

  onEnd(listener: () => void): void {
    this.#listeners.push(listener);
  }

  apply(rule: LinkRule): void {
    if (rule.state === 'refused') this.cut();
    else for (const way of this.#ways) way.apply(rule);
  }

  cut(): void {
    this.#near.destroy();
    this.#far.destroy();
    for (const way of this.#ways) way.end();
    for (const listener of this.#listeners.splice(0)) listener();
  }
}

/** One direction of a connection: what came in waits until it is due. */
class Way {
  readonly #from: Socket;
  readonly #to: Socket;
  readonly #held: { readonly chunk: Buffer; readonly dueAt: number }[] = [];
  #rule: LinkRule;
  #heldBytes = 0;
  /** When the line is free again, with a limited rate. */
  #freeAt = 0;
  #timer: NodeJS.Timeout | undefined;
  #isOver = false;

  constructor(from: Socket, to: Socket, rule: LinkRule) {
    this.#from = from;
    this.#to = to;
    this.#rule = rule;
    from.on('data', (chunk: Buffer) => this.push(chunk));
    if (rule.state === 'stopped') from.pause();
    else from.resume();
  }

  apply(rule: LinkRule): void {
    this.#rule = rule;
    this.#pump();
  }

  push(chunk: Buffer): void {
    this.#held.push({ chunk, dueAt: performance.now() + this.#rule.delayMs });
    this.#heldBytes += chunk.length;
    this.#pump();
  }

  end(): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
  }

  #pump(): void {
    clearTimeout(this.#timer);
    if (this.#isOver) return;
    if (this.#rule.state !== 'stopped') this.#send();
    const isFull = this.#rule.state === 'stopped' || this.#heldBytes > HELD_BYTES_MAX;
    if (isFull) this.#from.pause();
    else this.#from.resume();
  }

  #send(): void {
    for (let next = this.#held[0]; next !== undefined; next = this.#held[0]) {
      const now = performance.now();
      const at = Math.max(next.dueAt, this.#freeAt);
      if (at > now) {
        this.#timer = setTimeout(() => this.#pump(), Math.ceil(at - now));
        return;
      }
      this.#held.shift();
      this.#heldBytes -= next.chunk.length;
      const rate = this.#rule.bytesPerSecond;
      this.#freeAt = rate === undefined ? 0 : now + (next.chunk.length / rate) * 1000;
      this.#to.write(next.chunk);
    }
  }
}
