/** The network over real loopback sockets. Everything waits for events, nothing for time. */
import net from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { type ClusterId, clusterId, logIndex, type MemberId, memberId, term } from '../../../lib/base/brand.ts';
import { NodeClock } from '../ports/node-clock.ts';
import type { PeerHandler, SnapshotMessage, SnapshotSink } from '../ports/peer-network.ts';
import type { Message } from '../raft/types.ts';
import { TcpNetwork } from './tcp-network.ts';

const CLUSTER = clusterId(0xabcn);
const [A, B] = [memberId(0xan), memberId(0xbn)];

/** What a node heard, and a way to wait for more of it. */
class Node implements PeerHandler {
  readonly id: MemberId;
  readonly network: TcpNetwork;
  readonly messages: Message[] = [];
  readonly log: string[] = [];
  readonly chunks: Uint8Array[] = [];
  readonly outcomes: string[] = [];
  unreachable = 0;
  port = 0;
  #waiting: (() => void)[] = [];

  constructor(id: MemberId, cluster: ClusterId = CLUSTER) {
    this.id = id;
    this.network = new TcpNetwork({
      clusterId: cluster,
      memberId: id,
      clock: new NodeClock(),
      log: (_level, message, fields) => {
        this.log.push(`${message} ${JSON.stringify(fields ?? {})}`);
        this.#changed();
      },
    });
    nodes.push(this);
  }

  async listen(port = 0): Promise<void> {
    this.network.start(this);
    this.port = await this.network.listen({ host: '127.0.0.1', port });
  }

  knows(...others: readonly Node[]): void {
    this.network.setPeers(others.map(({ id, port }) => ({ id, peerUrls: [`http://127.0.0.1:${port}`] })));
  }

  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** Heartbeats until one arrives: lanes come up in their own time. */
  async reaches(other: Node): Promise<void> {
    const before = other.messages.length;
    while (other.messages.length === before) {
      this.network.send([heartbeat(this.id, other.id, 0)]);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  #changed(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }

  onMessage(message: Message): void {
    this.messages.push(message);
    this.#changed();
  }
  onUnreachable(): void {
    this.unreachable++;
    this.#changed();
  }
  onSnapshot(_message: SnapshotMessage): SnapshotSink {
    return {
      write: (chunk) => void this.chunks.push(chunk.slice()),
      finish: (done) => done(true),
      abort: () => this.chunks.splice(0),
    };
  }
  onSnapshotSent(_peer: MemberId, outcome: 'installed' | 'failed'): void {
    this.outcomes.push(outcome);
    this.#changed();
  }
  onRequest(_from: MemberId, payload: Uint8Array, respond: (answer: Uint8Array) => void): void {
    respond(payload.toReversed());
  }
}

const nodes: Node[] = [];
afterEach(() => {
  for (const node of nodes.splice(0)) node.network.close();
});

const heartbeat = (from: MemberId, to: MemberId, commit: number): Message => ({
  ...{ type: 'heartbeat', from, to, term: term(1) },
  commitIndex: logIndex(commit),
  context: new Uint8Array(0),
});

async function pair(): Promise<[Node, Node]> {
  const [a, b] = [new Node(A), new Node(B)];
  await Promise.all([a.listen(), b.listen()]);
  a.knows(a, b);
  b.knows(a, b);
  await Promise.all([a.reaches(b), b.reaches(a)]);
  return [a, b];
}

test('messages of one lane arrive once and in order', async () => {
  const [a, b] = await pair();
  const before = b.messages.length;
  a.network.send(Array.from({ length: 500 }, (_, i) => heartbeat(A, B, i)));
  await b.until(() => b.messages.length >= before + 500);
  const commits = b.messages.slice(before).map((message) => message.type === 'heartbeat' && message.commitIndex);
  expect(commits).toEqual(Array.from({ length: 500 }, (_, i) => i));
});

test('a request is answered, and one to nobody fails at once', async () => {
  const [a, b] = await pair();
  const ask = (to: MemberId) =>
    new Promise((resolve) => a.network.request(to, { payload: Uint8Array.of(1, 2, 3), timeoutMs: 20_000 }, resolve));
  expect(await ask(b.id)).toEqual(Uint8Array.of(3, 2, 1));
  expect(await ask(memberId(99n))).toBeUndefined();
});

test('an image arrives whole beside the messages, larger than any socket buffer', async () => {
  const [a, b] = await pair();
  const image = Array.from({ length: 20 }, (_, i) => new Uint8Array(1024 * 1024).fill(i));
  let at = 0;
  let isClosed = false;
  const confState = { voters: [A, B], learners: [], votersOutgoing: [], learnersNext: [], autoLeave: false };
  const snapshot = { term: term(2), index: logIndex(7), confState };
  const chunks = {
    next: () => image[at++],
    close: () => {
      isClosed = true;
    },
  };
  a.network.sendSnapshot({ type: 'installSnapshot', from: A, to: B, term: term(2), snapshot }, chunks);
  await b.until(() => b.messages.some((message) => message.type === 'installSnapshot'));
  expect(b.messages.find((message) => message.type === 'installSnapshot')).toMatchObject({ snapshot });
  expect(Buffer.concat(b.chunks).equals(Buffer.concat(image))).toBe(true);
  await a.until(() => a.outcomes.length > 0);
  expect(a.outcomes).toEqual(['installed']);
  expect(isClosed).toBe(true);
});

test('a peer that goes away is reported, and reached again when it is back', async () => {
  const [a, b] = await pair();
  a.unreachable = 0;
  b.network.close();
  await a.until(() => a.unreachable > 0 && a.network.connectedSince(B) === undefined);
  const again = new Node(B);
  await again.listen(b.port);
  again.knows(a);
  await a.reaches(again);
  expect(a.network.connectedSince(B)).toBeTypeOf('number');
});

test('members of another cluster and unknown members are refused, with the reason on both sides', async () => {
  const host = new Node(A);
  await host.listen();
  host.knows(host);
  const foreign = new Node(B, clusterId(0xdefn));
  const unknown = new Node(memberId(0xcn));
  foreign.network.start(foreign);
  unknown.network.start(unknown);
  foreign.knows(host);
  unknown.knows(host);
  await foreign.until(() => foreign.log.some((line) => line.includes('it belongs to another cluster')));
  await unknown.until(() => unknown.log.some((line) => line.includes('it does not know this member')));
  expect(host.log.filter((line) => line.includes('another cluster'))).toHaveLength(1);
  expect(host.log.filter((line) => line.includes('not a member'))).toHaveLength(1);
});

test('whoever speaks something else is cut off', async () => {
  const host = new Node(A);
  await host.listen();
  const socket = net.connect(host.port, '127.0.0.1');
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.resume().write('GET /members HTTP/1.1\r\nHost: peer\r\n\r\n');
  await closed;
  expect(host.log).toEqual([expect.stringContaining('does not speak the peer protocol')]);
});
