import { beforeEach, expect, test } from 'vitest';
import { type MemberId, memberId } from '../../../lib/base/brand.ts';
import type { Message } from '../raft/types.ts';
import { IsolatableNetwork } from './isolatable-network.ts';
import { ManualClock } from './manual-clock.ts';
import type { PeerHandler, PeerNetwork, SnapshotMessage } from './peer-network.ts';

const PEER = memberId(2n);
const heartbeat = { type: 'heartbeat', to: PEER } as unknown as Message;

class FakeNetwork implements PeerNetwork {
  handler: PeerHandler | undefined;
  sent: Message[] = [];
  answer: (bytes: Uint8Array | undefined) => void = () => undefined;
  start(handler: PeerHandler): void {
    this.handler = handler;
  }
  setPeers(): void {}
  send(messages: readonly Message[]): void {
    this.sent.push(...messages);
  }
  sendSnapshot(): void {
    throw new Error('an image left');
  }
  request(...[, , done]: Parameters<PeerNetwork['request']>): void {
    this.answer = done;
  }
  connectedSince(): number {
    return 7;
  }
  close(): void {}
}

let inner: FakeNetwork;
let clock: ManualClock;
let network: IsolatableNetwork;
let heard: string[];

beforeEach(() => {
  [inner, clock, heard] = [new FakeNetwork(), new ManualClock(), []];
  network = new IsolatableNetwork(inner, clock);
  network.start({
    onMessage: (message) => heard.push(message.type),
    onUnreachable: (peer: MemberId) => heard.push(`unreachable ${peer}`),
    onSnapshot: () => ({
      write: () => undefined,
      finish: (done) => done(true),
      abort: () => heard.push('aborted'),
    }),
    onSnapshotSent: (_peer, outcome) => heard.push(outcome),
    isRemoved: () => false,
    onRemoved: () => heard.push('removed'),
    members: () => [],
    onRequest: (_from, _payload, respond) => respond(Uint8Array.of(1)),
  });
});

test('while it stands nothing leaves and nothing comes in; afterwards all does again', () => {
  network.isolate(true);
  network.send([heartbeat]);
  inner.handler?.onMessage(heartbeat);
  expect(inner.sent).toEqual([]);
  expect(network.connectedSince(PEER)).toBeUndefined();
  expect(heard, 'never inside the call').toEqual([]);
  clock.settle();
  expect(heard).toEqual(['unreachable 2']);
  network.isolate(false);
  network.send([heartbeat]);
  inner.handler?.onMessage(heartbeat);
  expect(inner.sent).toHaveLength(1);
  expect(heard).toEqual(['unreachable 2', 'heartbeat']);
  expect(network.connectedSince(PEER)).toBe(7);
});

test('requests go unanswered, both ways, also those that were under way', () => {
  const answers: unknown[] = [];
  const ask = () =>
    network.request(PEER, { payload: new Uint8Array(), timeoutMs: 500 }, (answer) => answers.push(answer));
  ask();
  network.isolate(true);
  inner.answer(Uint8Array.of(9));
  ask();
  inner.handler?.onRequest(PEER, new Uint8Array(), () => answers.push('answered'));
  clock.advance(500);
  expect(answers).toEqual([undefined, undefined]);
});

test('images fail: those that would leave, those that come, and one that is half here', () => {
  const message = { to: PEER } as unknown as SnapshotMessage;
  const sink = inner.handler?.onSnapshot(message);
  network.isolate(true);
  const outcomes: boolean[] = [];
  sink?.finish((isStored) => outcomes.push(isStored));
  let isClosed = false;
  network.sendSnapshot(message, {
    next: () => undefined,
    close: () => {
      isClosed = true;
    },
  });
  expect(inner.handler?.onSnapshot(message)).toBeUndefined();
  clock.settle();
  expect({ outcomes, isClosed, heard }).toEqual({ outcomes: [false], isClosed: true, heard: ['aborted', 'failed'] });
});
