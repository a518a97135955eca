import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { ClusterView } from '../../../lib/api/types.ts';
import { GrpcCode } from '../../../lib/base/grpc-status.ts';
import {
  type ClusterCapability,
  EngineError,
  type LeaderFollowing,
  type LeaderNews,
  type Member,
  type MemberStanding,
  type MemberStatus,
} from '../../engines/engine.ts';
import { StoreHealth } from '../health/store-health.ts';
import { LEADER_CHANGES_MAX, LeaderLog } from './leader-log.ts';
import { ClusterMonitor } from './monitor.ts';
import { parseAlarms } from './risks.ts';

/** Ids beyond 2^53: they must never pass through a number. */
const ID = [9368506742490710001n, 9368506742490710002n, 9368506742490710003n] as const;
const HEX = ID.map((id) => id.toString(16));

/** A cluster whose members live, die and hang as a test says. */
class FakeCluster implements ClusterCapability {
  list: Member[] = ID.map((id, i) => ({
    id,
    name: `m${i + 1}`,
    peerUrls: [`http://127.0.0.1:${i + 1}0`],
    clientUrls: [`http://127.0.0.1:${i + 1}`],
    isLearner: false,
  }));
  state = new Map<string, Partial<MemberStatus> | 'refused' | 'hangs'>();
  leader: bigint = ID[0];
  term = 5;
  standings: Record<string, MemberStanding> = {};
  /** Of the calls that hang. */
  timeouts: number[] = [];
  /** The deadline of the last call that hangs passes. */
  expire: () => void = () => undefined;
  #listener: (endpoint: string) => void = () => undefined;

  members = async (): Promise<readonly Member[]> => {
    if ([...this.state.values()].filter((s) => s === 'refused').length === this.list.length) throw refused('all');
    return this.list;
  };

  status = async (endpoint: string, timeoutMs: number): Promise<MemberStatus> => {
    const state = this.state.get(endpoint);
    if (state === 'refused') throw refused(endpoint);
    if (state === 'hangs') {
      this.timeouts.push(timeoutMs);
      return new Promise((_, reject) => {
        this.expire = () => reject(new EngineError(GrpcCode.DEADLINE_EXCEEDED, `${endpoint} did not answer`));
      });
    }
    const member = this.list.find((m) => m.clientUrls[0]?.endsWith(endpoint));
    return {
      memberId: member?.id ?? 0n,
      clusterId: 77n,
      version: '3.6.0',
      revision: 100,
      dbSizeBytes: 1000,
      dbSizeInUseBytes: 500,
      leader: this.leader,
      raftTerm: this.term,
      raftIndex: 5000,
      raftAppliedIndex: 5000,
      errors: [],
      isLearner: member?.isLearner ?? false,
      roundTripMs: 1,
      ...state,
    };
  };

  /** What each endpoint that tells of leaders by itself is told through. */
  readonly news = new Map<string, (news: LeaderNews) => void>();
  tells = false;
  followLeader = (endpoint: string, onNews: (news: LeaderNews) => void): LeaderFollowing => {
    if (!this.tells) return { ended: Promise.resolve('unsupported'), close: () => undefined };
    this.news.set(endpoint, onNews);
    return { ended: new Promise(() => undefined), close: () => this.news.delete(endpoint) };
  };

  onConnectionChange = (listener: (endpoint: string) => void) => {
    this.#listener = listener;
    return () => undefined;
  };

  setStanding = (endpoint: string, standing: MemberStanding): void => {
    this.standings[endpoint] = standing;
  };

  /** The process is gone: the connection breaks and nothing listens any more. */
  kill(endpoint: string): void {
    this.state.set(endpoint, 'refused');
    this.#listener(endpoint);
  }
}

const refused = (endpoint: string) =>
  new EngineError(GrpcCode.UNAVAILABLE, `${endpoint} cannot be reached: connect ECONNREFUSED`, { endpoint });

const A = '127.0.0.1:1';
const B = '127.0.0.1:2';
const C = '127.0.0.1:3';

let cluster: FakeCluster;
let monitor: ClusterMonitor;
let views: ClusterView[];
let replaced: number;

function start(endpoints = [A, B, C]): void {
  monitor = new ClusterMonitor({
    cluster,
    endpoints,
    cost: () => ({ watches: 0, rpcsPerSecond: 0, bytesPerSecond: 0 }),
    onView: (view) => views.push(view),
    onRevision: () => undefined,
    onClusterReplaced: () => {
      replaced++;
    },
    health: new StoreHealth({ metrics: null }),
    drills: () => ({ refusal: null, running: [], recent: [] }),
  });
  monitor.start();
}

const titles = (view: ClusterView | undefined): string[] => (view?.risks ?? []).map((risk) => risk.title);

beforeEach(() => {
  vi.useFakeTimers();
  cluster = new FakeCluster();
  views = [];
  replaced = 0;
});
afterEach(() => {
  monitor.close();
  vi.useRealTimers();
});

test('three healthy members: the leader, quorum and no risk', async () => {
  start();
  await vi.advanceTimersByTimeAsync(500);
  expect(monitor.view()).toMatchObject({
    reachable: true,
    leaderId: HEX[0],
    term: '5',
    quorum: { voters: 3, healthy: 3, needed: 2, survives: 1 },
    risks: [],
    leaderSince: { exact: false },
  });
  expect(monitor.view().members.map((m) => [m.id, m.isLeader, m.health])).toEqual([
    [HEX[0], true, 'healthy'],
    [HEX[1], false, 'healthy'],
    [HEX[2], false, 'healthy'],
  ]);
});

test('a killed leader is gone from the view at once, although followers still name it', async () => {
  start();
  await vi.advanceTimersByTimeAsync(500);
  cluster.kill(A);
  await vi.advanceTimersByTimeAsync(0);
  const view = views.at(-1);
  expect(view).toMatchObject({ leaderId: null, quorum: { healthy: 2, survives: 0 } });
  expect(titles(view)).toEqual(['No leader', 'm1 does not answer']);
  expect(view?.members[0]).toMatchObject({ health: 'unreachable', status: null, error: expect.stringContaining(A) });
  expect(cluster.standings).toEqual({ [A]: 'silent', [B]: 'serving', [C]: 'serving' });
});

test('calls are sent to members that can serve: not to one without a leader, one that follows a leader of the past, or a learner', async () => {
  start();
  await vi.advanceTimersByTimeAsync(500);
  expect(cluster.standings).toEqual({ [A]: 'serving', [B]: 'serving', [C]: 'serving' });
  cluster.state.set(B, { leader: 0n });
  await vi.advanceTimersByTimeAsync(500);
  expect(cluster.standings).toMatchObject({ [A]: 'serving', [B]: 'idle', [C]: 'serving' });
  // Cut off as the leader: it believes in itself while the others have elected another one.
  cluster.state.set(A, { leader: ID[0], raftTerm: 5 });
  cluster.state.set(B, {});
  cluster.leader = ID[1];
  cluster.term = 6;
  await vi.advanceTimersByTimeAsync(500);
  expect(cluster.standings).toEqual({ [A]: 'idle', [B]: 'serving', [C]: 'serving' });
  cluster.state.set(A, {});
  cluster.state.set(C, { isLearner: true });
  await vi.advanceTimersByTimeAsync(500);
  expect(cluster.standings).toEqual({ [A]: 'serving', [B]: 'serving', [C]: 'idle' });
});

test('a leader that hangs without closing is noticed within a second', async () => {
  start();
  await vi.advanceTimersByTimeAsync(500);
  cluster.state.set(A, 'hangs');
  await vi.advanceTimersByTimeAsync(400);
  // At worst it froze just after a poll: the next one, and its deadline, must fit into the second.
  expect(cluster.timeouts).toHaveLength(1);
  expect(400 + (cluster.timeouts[0] ?? 0)).toBeLessThan(1_000);
  cluster.expire();
  await vi.advanceTimersByTimeAsync(0);
  expect(views.at(-1)).toMatchObject({ leaderId: null });
});

test('the time without a leader is measured and a new one recorded with its term', async () => {
  start();
  await vi.advanceTimersByTimeAsync(500);
  cluster.kill(A);
  await vi.advanceTimersByTimeAsync(1_000);
  cluster.leader = ID[1];
  cluster.term = 6;
  await vi.advanceTimersByTimeAsync(400);
  const { leaderChanges, leaderSince } = monitor.view();
  expect(leaderChanges.map((c) => [c.leaderName, c.term])).toEqual([
    ['m1', '5'],
    [null, '5'],
    ['m2', '6'],
  ]);
  expect(leaderChanges[2]?.leaderlessMs).toBeGreaterThanOrEqual(1_000);
  expect(leaderChanges[2]?.leaderlessMs).toBeLessThanOrEqual(1_400);
  expect(leaderSince?.exact).toBe(true);
});

test('a leader that only the console cannot reach is believed again after the grace time', async () => {
  start();
  await vi.advanceTimersByTimeAsync(500);
  cluster.kill(A);
  await vi.advanceTimersByTimeAsync(3_500);
  expect(monitor.view()).toMatchObject({ leaderId: HEX[0] });
  expect(titles(monitor.view())).toEqual(['m1 does not answer']);
});

test('with quorum lost the view says how many are missing and which', async () => {
  start();
  await vi.advanceTimersByTimeAsync(500);
  cluster.leader = 0n;
  cluster.kill(A);
  cluster.kill(B);
  await vi.advanceTimersByTimeAsync(500);
  const view = monitor.view();
  expect(view.quorum).toMatchObject({ healthy: 1, needed: 2, survives: -1 });
  expect(view.risks[0]).toMatchObject({
    kind: 'noQuorum',
    severity: 'danger',
    remedy: expect.stringContaining('at least 1 of: m1, m2'),
  });
});

test('a store that nobody can reach is one risk, with the reason of each endpoint', async () => {
  for (const endpoint of [A, B, C]) cluster.state.set(endpoint, 'refused');
  start();
  await vi.advanceTimersByTimeAsync(500);
  expect(monitor.view()).toMatchObject({ reachable: false, leaderId: null, members: [] });
  expect(monitor.view().risks).toMatchObject([
    { kind: 'storeUnreachable', remedy: expect.stringContaining(`${A} cannot be reached`) },
  ]);
  cluster.state.clear();
  await vi.advanceTimersByTimeAsync(6_000);
  expect(monitor.view()).toMatchObject({ reachable: true, leaderId: HEX[0] });
});

test('members the settings did not name are found and asked', async () => {
  start([B]);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(monitor.view().members.map((m) => [m.endpoint, m.health])).toEqual([
    [A, 'healthy'],
    [B, 'healthy'],
    [C, 'healthy'],
  ]);
});

test('a member on a host that the settings do not name is never dialled, and what is unknown is not called lost', async () => {
  const asked: string[] = [];
  const status = cluster.status;
  cluster.status = (endpoint, timeoutMs) => {
    asked.push(endpoint);
    return status(endpoint, timeoutMs);
  };
  cluster.list = cluster.list.map((member, i) =>
    i === 0 ? member : { ...member, clientUrls: [`http://169.254.169.254:${i + 1}`] },
  );
  start([A]);
  await vi.advanceTimersByTimeAsync(6_000);
  expect(new Set(asked)).toEqual(new Set([A]));
  const view = monitor.view();
  expect(view.members.map((m) => [m.health, m.endpoint])).toEqual([
    ['healthy', A],
    ['unasked', ''],
    ['unasked', ''],
  ]);
  expect(view.members[1]?.error).toContain('169.254.169.254:2, on no host that the settings name');
  expect(view.quorum).toEqual({ voters: 3, healthy: 1, needed: 2, survives: 0 });
  expect(titles(view)).toEqual(['m2 is not asked', 'm3 is not asked']);
});

test('a lagging member, an alarm, a learner and a member never started each have their words', async () => {
  cluster.state.set(B, { raftIndex: 10 });
  cluster.state.set(C, { errors: [`memberID:${ID[2]} alarm:NOSPACE `] });
  const blank = { name: '', clientUrls: [], peerUrls: [], isLearner: false, id: 4n };
  cluster.list = [
    ...cluster.list,
    blank,
    { ...blank, id: 5n, name: 'l', isLearner: true, clientUrls: ['http://127.0.0.1:9'] },
  ];
  start();
  await vi.advanceTimersByTimeAsync(1_000);
  const view = monitor.view();
  expect(view.members.map((m) => m.health)).toEqual(['healthy', 'healthy', 'lagging', 'healthy', 'unstarted']);
  expect(view.quorum).toEqual({ voters: 4, healthy: 3, needed: 3, survives: 0 });
  expect(titles(view)).toEqual([
    'm2 is 4990 entries behind',
    'Member 4 was added but never started',
    'Space alarm: the quota of m3 is used up',
  ]);
});

test('another cluster behind the same endpoints is noticed', async () => {
  start();
  await vi.advanceTimersByTimeAsync(500);
  cluster.state.set(A, { clusterId: 78n });
  cluster.state.set(B, { clusterId: 78n });
  cluster.state.set(C, { clusterId: 78n });
  await vi.advanceTimersByTimeAsync(500);
  expect(replaced).toBe(1);
});

test('a quiet cluster is published about once a second, not at every poll', async () => {
  start();
  await vi.advanceTimersByTimeAsync(500);
  const before = views.length;
  await vi.advanceTimersByTimeAsync(10_000);
  expect(views.length - before).toBeLessThanOrEqual(10);
  expect(views.length - before).toBeGreaterThanOrEqual(7);
});

test('alarms are read from Status in every version of their text', () => {
  const text = (suffix: string) => `memberID:${ID[0]} alarm:NOSPACE${suffix}`;
  expect(parseAlarms([text(' '), text(''), 'etcdserver: no leader'])).toEqual([{ memberId: ID[0], kind: 'NOSPACE' }]);
});

test('the leader log keeps a reign over a moment out of sight, notes a new term, and is bounded', () => {
  const log = new LeaderLog();
  const m1 = { id: ID[0], name: 'm1' };
  const sighting = { revision: 1, confirmedAt: null };
  log.note({ ...sighting, leader: null, term: 1 }, 0);
  expect(log.changes).toEqual([]);
  log.note({ leader: m1, term: 1, ...sighting }, 10);
  expect(log.changes[0]?.leaderlessMs).toBeNull();
  log.note({ leader: null, term: 1, ...sighting }, 20);
  log.note({ leader: m1, term: 1, ...sighting }, 25);
  expect(log.sinceOf(ID[0])).toEqual({ at: 10, exact: false });
  expect(log.changes.at(-1)?.leaderlessMs).toBe(5);
  log.note({ leader: m1, term: 2, ...sighting }, 30);
  expect(log.sinceOf(ID[0])).toEqual({ at: 30, exact: true });
  for (let term = 3; term < LEADER_CHANGES_MAX + 50; term++) log.note({ leader: m1, term, ...sighting }, term);
  expect(log.changes).toHaveLength(LEADER_CHANGES_MAX);
});

test('members that tell of leaders by themselves leave no change out, however short', async () => {
  cluster.tells = true;
  start();
  await vi.advanceTimersByTimeAsync(500);
  const tellAll = (leader: bigint, raftTerm: number) => {
    for (const [i, endpoint] of [A, B, C].entries())
      cluster.news.get(endpoint)?.({ memberId: ID[i] ?? 0n, leader, raftTerm });
  };
  for (let flip = 0; flip < 10; flip++) tellAll(ID[flip % 3] ?? 0n, 6 + flip);
  const { leaderChanges } = monitor.view();
  const led = leaderChanges
    .filter(({ leaderId }) => leaderId !== null)
    .map(({ term, leaderName }) => [term, leaderName]);
  expect(led.slice(1)).toEqual(Array.from({ length: 10 }, (_, flip) => [String(6 + flip), `m${(flip % 3) + 1}`]));
});

test('an answer that was under way when a member told its news does not take it back', async () => {
  cluster.tells = true;
  start();
  await vi.advanceTimersByTimeAsync(500);
  let answer: () => void = () => undefined;
  const plain = cluster.status;
  cluster.status = async (endpoint, timeoutMs) => {
    const old = await plain(endpoint, timeoutMs);
    await new Promise<void>((resolve) => {
      answer = resolve;
    });
    return old;
  };
  await vi.advanceTimersByTimeAsync(400);
  for (const [i, endpoint] of [A, B, C].entries())
    cluster.news.get(endpoint)?.({ memberId: ID[i] ?? 0n, leader: ID[1], raftTerm: 6 });
  expect(monitor.view()).toMatchObject({ leaderId: HEX[1], term: '6' });
  answer();
  await vi.advanceTimersByTimeAsync(0);
  expect(monitor.view()).toMatchObject({ leaderId: HEX[1], term: '6' });
});

test('a member that is cut off and asks for votes in vain does not hide the leader of the others', async () => {
  start();
  await vi.advanceTimersByTimeAsync(500);
  cluster.state.set(C, { leader: 0n, raftTerm: 90 });
  await vi.advanceTimersByTimeAsync(500);
  expect(monitor.view()).toMatchObject({ leaderId: HEX[0], term: '5' });
});

test('a member that answers and hears no leader while others follow one adds nothing to the quorum', async () => {
  start();
  await vi.advanceTimersByTimeAsync(500);
  cluster.state.set(C, { leader: 0n, errors: ['etcdserver: no leader'] });
  await vi.advanceTimersByTimeAsync(500);
  expect(monitor.view().quorum.healthy, 'every election looks like that for a moment').toBe(3);
  await vi.advanceTimersByTimeAsync(2_000);
  const view = monitor.view();
  expect(view.members.map(({ health }) => health)).toEqual(['healthy', 'healthy', 'cutOff']);
  expect(view.quorum).toMatchObject({ healthy: 2, survives: 0 });
  expect(titles(view)).toEqual(['m3 is cut off from its peers']);
  cluster.state.delete(C);
  await vi.advanceTimersByTimeAsync(500);
  expect(monitor.view().quorum.healthy).toBe(3);
});

test('after a change of leaders members are asked often, for a while', async () => {
  let asked = 0;
  const plain = cluster.status;
  cluster.status = (endpoint, timeoutMs) => {
    asked++;
    return plain(endpoint, timeoutMs);
  };
  const perSecond = async (): Promise<number> => {
    asked = 0;
    await vi.advanceTimersByTimeAsync(2_000);
    return asked / 3 / 2;
  };
  start();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(await perSecond()).toBeLessThanOrEqual(3);
  cluster.leader = ID[1];
  cluster.term = 6;
  await vi.advanceTimersByTimeAsync(500);
  expect(await perSecond()).toBeGreaterThanOrEqual(9);
  await vi.advanceTimersByTimeAsync(20_000);
  expect(await perSecond()).toBeLessThanOrEqual(3);
});
