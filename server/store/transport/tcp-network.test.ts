/** The network over real loopback sockets. Everything waits for events, nothing for time. */
import net from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { type ClusterId, clusterId, logIndex, type MemberId, memberId, term } from '../../../lib/base/brand.ts';
import type { Member } from '../../../lib/base/etcdpb/cluster.ts';
import type { Clock } from '../ports/clock.ts';
import { silentLog } from '../ports/log.ts';
import { ManualClock } from '../ports/manual-clock.ts';
import { NodeClock } from '../ports/node-clock.ts';
import type { PeerHandler, SnapshotMessage, SnapshotSink } from '../ports/peer-network.ts';
import type { Message } from '../raft/types.ts';
import { TestAuthority } from '../tls/test-support/authority.ts';
import { TlsEndpoint } from '../tls/tls-endpoint.ts';
import { askForCluster } from './cluster-question.ts';
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
  readonly removed = new Set<MemberId>();
  hearsOfItsRemoval = false;
  unreachable = 0;
  port = 0;
  #waiting: (() => void)[] = [];

  readonly #scheme: 'http' | 'https';

  constructor(id: MemberId, options: { cluster?: ClusterId; tls?: TlsEndpoint | undefined; clock?: Clock } = {}) {
    const { cluster = CLUSTER, tls, clock = new NodeClock() } = options;
    this.id = id;
    this.#scheme = tls === undefined ? 'http' : 'https';
    this.network = new TcpNetwork({
      tls,
      versions: { etcdserver: '3.6.0' },
      clusterId: cluster,
      memberId: id,
      clock,
      log: (_level, message, fields) => {
        this.log.push(`${message} ${JSON.stringify(fields ?? {})}`);
        this.#changed();
      },
    });
    nodes.push(this);
  }

  async listen(port = 0): Promise<void> {
    this.network.start(this);
    this.port = await this.network.listen({ host: '127.0.0.1', port, scheme: this.#scheme });
  }

  knows(...others: readonly Node[]): void {
    this.network.setPeers(others.map(({ id, port }) => ({ id, peerUrls: [`${this.#scheme}://127.0.0.1:${port}`] })));
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

  /** Until the lane that this node dials is up: what it says may arrive earlier, on the other side's connection. */
  async connects(other: Node): Promise<void> {
    while (this.network.connectedSince(other.id) === undefined) await this.reaches(other);
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
  isRemoved(peer: MemberId): boolean {
    return this.removed.has(peer);
  }
  onRemoved(): void {
    this.hearsOfItsRemoval = true;
    this.#changed();
  }
  members(): Member[] {
    return [{ id: this.id, name: 'n', peerUrls: ['http://n:1'], clientUrls: [], isLearner: false }];
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

async function pair(tls?: TlsEndpoint): Promise<[Node, Node]> {
  const [a, b] = [new Node(A, { tls }), new Node(B, { tls })];
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
  expect(await ask(a, b.id)).toEqual(Uint8Array.of(3, 2, 1));
  expect(await ask(a, memberId(99n))).toBeUndefined();
});

const ask = (from: Node, to: MemberId) =>
  new Promise((resolve) => from.network.request(to, { payload: Uint8Array.of(1, 2, 3), timeoutMs: 20_000 }, resolve));

function endpointOf(authority: TestAuthority, name: string): TlsEndpoint {
  const { cert, key } = authority.issue(name);
  return new TlsEndpoint(
    {
      prefix: 'peer-',
      ...{ certFile: cert, keyFile: key, clientCertFile: undefined, clientKeyFile: undefined },
      ...{ trustedCaFile: authority.caFile, requiresClientCert: true, crlFile: undefined },
      ...{ allowedCommonNames: [], allowedHostnames: [], checksOrigin: true, selfSigned: undefined },
      ...{ minVersion: 'TLSv1.2', maxVersion: undefined, cipherSuites: [] },
    },
    silentLog,
  );
}

test('in TLS, members of one authority reach each other, and a stranger nobody', async () => {
  const [authority, other] = [new TestAuthority(), new TestAuthority('other')];
  try {
    const [a, b] = await pair(endpointOf(authority, 'peer'));
    const stranger = new Node(memberId(0xcn), { tls: endpointOf(other, 'peer') });
    stranger.network.start(stranger);
    stranger.knows(a, b);
    await stranger.until(() => stranger.log.some((line) => line.includes('peer is not reachable')));
    expect(stranger.log.join()).toMatch(/unable to verify|self.signed certificate/);
    expect(await ask(a, b.id)).toEqual(Uint8Array.of(3, 2, 1));
  } finally {
    authority.remove();
    other.remove();
  }
});

const inTls = async (): Promise<[Node, Node]> => {
  const authority = new TestAuthority();
  try {
    return await pair(endpointOf(authority, 'peer'));
  } finally {
    authority.remove();
  }
};

test.each([
  ['plainly', () => pair()],
  ['in TLS', inTls],
])('an image arrives whole beside the messages, larger than any socket buffer, %s', async (_, connected) => {
  const [a, b] = await connected();
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
  await a.connects(again);
  expect(a.network.connectedSince(B)).toBeTypeOf('number');
});

test('members of another cluster are refused, with the reason on both sides', async () => {
  const host = new Node(A);
  await host.listen();
  host.knows(host);
  const foreign = new Node(B, { cluster: clusterId(0xdefn) });
  foreign.network.start(foreign);
  foreign.knows(host);
  await foreign.until(() => foreign.log.some((line) => line.includes('it belongs to another cluster')));
  expect(host.log.filter((line) => line.includes('another cluster'))).toHaveLength(1);
});

test('a member that does not know the other yet hears it, and answers on its connection (thesis §4.1)', async () => {
  const [behind, newcomer] = [new Node(A), new Node(memberId(0xcn))];
  await Promise.all([behind.listen(), newcomer.listen()]);
  newcomer.knows(behind);
  await newcomer.reaches(behind);
  behind.network.send([heartbeat(A, newcomer.id, 7)]);
  await newcomer.until(() => newcomer.messages.length > 0);
  expect(newcomer.messages[0]).toMatchObject({ from: A, commitIndex: 7 });
  const ask = (from: Node, to: MemberId) =>
    new Promise((done) => from.network.request(to, { payload: Uint8Array.of(4, 5), timeoutMs: 20_000 }, done));
  expect(await ask(newcomer, A)).toEqual(Uint8Array.of(5, 4));
  expect(await ask(behind, newcomer.id)).toEqual(Uint8Array.of(5, 4));
});

test('a removed member is cut off and told why when it comes back', async () => {
  const [a, b] = await pair();
  a.removed.add(B);
  a.knows(a);
  await b.until(() => b.hearsOfItsRemoval);
  expect(b.log.some((line) => line.includes('this member was removed from the cluster'))).toBe(true);
  expect(a.hearsOfItsRemoval).toBe(false);
  expect(a.network.connectedSince(B)).toBeUndefined();
});

test('a peer with a new address is found there', async () => {
  const [a, b] = await pair();
  b.network.close();
  const moved = new Node(B);
  await moved.listen();
  moved.knows(a);
  a.knows(a, moved);
  await a.connects(moved);
  expect(a.network.connectedSince(B)).toBeTypeOf('number');
});

test('who connects before the member has started is hung up on, also with an image, and gets through later', async () => {
  const [early, late] = [new Node(A), new Node(B)];
  await early.listen();
  // Listening, and nobody there yet to hear it.
  late.port = await late.network.listen({ host: '127.0.0.1', port: 0 });
  early.knows(late);
  const confState = { voters: [A, B], learners: [], votersOutgoing: [], learnersNext: [], autoLeave: false };
  const snapshot = { term: term(2), index: logIndex(7), confState };
  const chunks = { next: () => undefined, close: () => undefined };
  early.network.sendSnapshot({ type: 'installSnapshot', from: A, to: B, term: term(2), snapshot }, chunks);
  await early.until(() => early.outcomes.length > 0);
  expect(early.outcomes).toEqual(['failed']);
  expect(
    await askForCluster({
      ...{ url: `http://127.0.0.1:${late.port}`, tls: undefined },
      clock: new NodeClock(),
      timeoutMs: 20_000,
    }),
  ).toBe('connection closed');
  late.network.start(late);
  await early.reaches(late);
});

test('a stranger who asks is told of the cluster, before it has a name in it', async () => {
  const host = new Node(A);
  await host.listen();
  const ask = (port: number) =>
    askForCluster({ url: `http://127.0.0.1:${port}`, tls: undefined, clock: new NodeClock(), timeoutMs: 20_000 });
  expect(await ask(host.port)).toEqual({ clusterId: CLUSTER, members: host.members() });
  host.network.close();
  expect(await ask(host.port)).toContain('ECONNREFUSED');
});

test('whoever speaks something else is cut off', async () => {
  const host = new Node(A);
  await host.listen();
  const socket = net.connect(host.port, '127.0.0.1');
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.resume().write(Uint8Array.of(1, 2, 3, 4));
  await closed;
  expect(host.log).toEqual([expect.stringContaining('does not speak the peer protocol')]);
});

test('the port answers /members and /version over HTTP, exact to the last digit of an id', async () => {
  const host = new Node(A);
  host.members = () => [
    { id: 18_446_744_073_709_551_557n, name: '', peerUrls: ['http://b'], clientUrls: [], isLearner: true },
    { id: 10n, name: 'a', peerUrls: ['http://a'], clientUrls: ['http://c'], isLearner: false },
  ];
  await host.listen();
  const get = async (path: string, init?: RequestInit) => {
    const response = await fetch(`http://127.0.0.1:${host.port}${path}`, init);
    return { status: response.status, cluster: response.headers.get('x-etcd-cluster-id'), text: await response.text() };
  };
  expect(await get('/version')).toEqual({ status: 200, cluster: null, text: '{"etcdserver":"3.6.0"}' });
  expect(await get('/members?x=1')).toEqual({
    ...{ status: 200, cluster: 'abc' },
    text:
      '[{"id":18446744073709551557,"peerURLs":["http://b"],"isLearner":true},' +
      '{"id":10,"peerURLs":["http://a"],"name":"a","clientURLs":["http://c"]}]\n',
  });
  expect((await get('/members', { method: 'POST' })).status).toBe(405);
  expect((await get('/raft')).status).toBe(404);
});

test('what peers send each other is counted on both sides, and how long a ping takes', async () => {
  const clock = new ManualClock();
  const [a, b] = [new Node(A, { clock }), new Node(B)];
  for (const node of [a, b]) await node.listen();
  a.knows(b);
  b.knows(a);
  await a.connects(b);
  const before = b.network.traffic()[0]?.receivedBytes ?? 0;
  await a.reaches(b);
  const [toB] = a.network.traffic();
  const [fromA] = b.network.traffic();
  expect(toB).toMatchObject({ id: B, isConnected: true, disconnects: 0 });
  expect(toB?.sentBytes).toBeGreaterThan(0);
  expect(fromA?.receivedBytes).toBeGreaterThan(before);
  clock.advance(1000);
  while (toB?.roundTripSeconds.counts[0] === 0) await new Promise((resolve) => setImmediate(resolve));
  b.network.close();
  await a.until(() => a.unreachable > 0);
  while (a.network.traffic()[0]?.disconnects === 0) await new Promise((resolve) => setImmediate(resolve));
  expect(a.network.traffic()[0]).toMatchObject({ isConnected: false, disconnects: 1 });
  a.network.send([heartbeat(A, B, 0)]);
  expect(a.network.traffic()[0]?.sendFailures).toBeGreaterThan(0);
});

test('a peer that moves keeps its counts, one that leaves loses them', async () => {
  const [a, b] = await pair();
  await a.reaches(b);
  const sent = a.network.traffic()[0]?.sentBytes ?? 0;
  a.network.setPeers([{ id: B, peerUrls: ['http://127.0.0.1:1'] }]);
  expect(a.network.traffic()[0]?.sentBytes).toBeGreaterThanOrEqual(sent);
  a.network.setPeers([]);
  expect(a.network.traffic()).toEqual([]);
});
