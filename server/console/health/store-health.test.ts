import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { GrpcCode } from '../../../lib/base/grpc-status.ts';
import { EngineError, type Member, type MemberStatus, type MetricsCapability } from '../../engines/engine.ts';
import { HEALTH_SLICE_MS, HEALTH_SLICES_MAX } from './health-window.ts';
import { MARKS_MAX, StoreHealth } from './store-health.ts';

const M1 = 0x8e9e05c52164694dn;
const M2 = 0x91bc3c398fb3c146n;
const member = (id: bigint, name: string): Member => ({ id, name, peerUrls: [], clientUrls: [], isLearner: false });

const status = (memberId: bigint, more: Partial<MemberStatus> = {}): MemberStatus => ({
  memberId,
  clusterId: 1n,
  version: '3.6.0',
  revision: 1,
  dbSizeBytes: 100,
  dbSizeInUseBytes: 50,
  leader: M1,
  raftTerm: 2,
  raftIndex: 1_000,
  raftAppliedIndex: 1_000,
  errors: [],
  isLearner: false,
  roundTripMs: 1,
  ...more,
});

/** /metrics of a member that flushed `slow` times in 512 ms to 1,024 ms, started at this second. */
const metricsText = (slow: number, startedAt = 1_000) => `
etcd_disk_wal_fsync_duration_seconds_bucket{le="0.512"} 100
etcd_disk_wal_fsync_duration_seconds_bucket{le="1.024"} ${100 + slow}
etcd_disk_wal_fsync_duration_seconds_bucket{le="+Inf"} ${100 + slow}
process_start_time_seconds ${startedAt}
etcd_server_proposals_failed_total 0
`;

let texts: Map<string, string | EngineError>;
let asked: string[];
const metrics: MetricsCapability = {
  urlOf: (endpoint) => `http://${endpoint}/metrics`,
  read: async (endpoint) => {
    asked.push(endpoint);
    const text = texts.get(endpoint) ?? '';
    if (text instanceof EngineError) throw text;
    return text;
  },
};
const refused = new EngineError(GrpcCode.UNAVAILABLE, 'a:1 cannot be reached: connect ECONNREFUSED');
const speaker = {};
let health: StoreHealth;

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000 });
  texts = new Map([['a:1', metricsText(0)]]);
  asked = [];
  health = new StoreHealth({ metrics });
  health.start();
  health.claim(speaker);
  health.members([member(M1, 'm1'), member(M2, 'm2')]);
});
afterEach(() => {
  health.close();
  vi.useRealTimers();
});

const passSlice = () => vi.advanceTimersByTimeAsync(HEALTH_SLICE_MS);
const both = () => {
  health.answered('a:1', status(M1));
  health.answered('b:1', status(M2, { raftIndex: 990, raftAppliedIndex: 985 }));
};

test('a slice holds what members said in it, and null for what was not said', async () => {
  both();
  await passSlice();
  health.answered('a:1', status(M1));
  health.silent(M2, refused);
  await passSlice();
  const view = health.view(0);
  const [m1, m2] = view.members;
  expect(view.at.map((at) => at % HEALTH_SLICE_MS)).toEqual([0, 0]);
  expect(m1).toMatchObject({ name: 'm1', role: ['leader', 'leader'], commitLag: [0, 0], term: [2, 2] });
  expect(m2).toMatchObject({
    role: ['follower', null],
    commitLag: [10, null],
    applyLag: [5, null],
    dbBytes: [100, null],
  });
});

test('a slice in which nobody was asked is a gap, not the last answer again', async () => {
  both();
  await passSlice();
  await passSlice();
  expect(health.view(0).members[0]?.roundTripMs).toEqual([1, null]);
});

test('while no monitor speaks for the store no slice comes into being', async () => {
  both();
  await passSlice();
  health.release(speaker);
  await passSlice();
  expect(health.view(0).at).toHaveLength(1);
  const other = {};
  expect(health.claim(other)).not.toBeNull();
  expect(health.claim(speaker), 'one at a time').toBeNull();
});

test('flush times are of the slice they fall into, and a new process is marked, not measured', async () => {
  const read = async (text: string) => {
    texts.set('a:1', text);
    both();
    await passSlice();
  };
  await read(metricsText(0));
  await read(metricsText(10));
  await read(metricsText(10));
  await read(metricsText(0, 2_000));
  const [m1] = health.view(0).members;
  expect(m1?.fsyncP99Ms.map((ms) => ms !== null && ms > 1_000)).toEqual([false, true, false, false]);
  expect(m1?.fsyncP99Ms[2], 'no flush in it').toBeNull();
  expect(m1?.metrics).toEqual({ state: 'offered', url: 'http://a:1/metrics', note: null });
  expect(health.view(0).marks.map(({ kind }) => kind)).toEqual(['restarted']);
});

test('a member that offers no metrics is said to, and is left in peace for a while', async () => {
  texts.set('a:1', new EngineError(GrpcCode.UNIMPLEMENTED, 'a:1/metrics answers 404'));
  for (let i = 0; i < 10; i++) {
    both();
    await passSlice();
  }
  expect(health.view(0).members[0]?.metrics).toMatchObject({ state: 'notOffered', note: 'a:1/metrics answers 404' });
  expect(asked.filter((endpoint) => endpoint === 'a:1')).toHaveLength(1);
});

test('silence and return are marked once each', () => {
  both();
  health.silent(M2, refused);
  health.silent(M2, refused);
  health.answered('b:1', status(M2));
  health.answered('b:1', status(M2));
  expect(health.view(0).marks.map(({ kind, text }) => [kind, text])).toEqual([
    ['silent', 'm2 stopped answering: a:1 cannot be reached: connect ECONNREFUSED.'],
    ['back', 'm2 answers again.'],
  ]);
});

test('only what came after a moment is sent', async () => {
  both();
  await passSlice();
  const [first = 0] = health.view(0).at;
  await passSlice();
  expect(health.view(first).at).toEqual([first + HEALTH_SLICE_MS]);
});

test('window and marks are bounded', async () => {
  texts.clear();
  for (let i = 0; i < HEALTH_SLICES_MAX + 5; i++) {
    both();
    await passSlice();
  }
  expect(health.view(0).at).toHaveLength(HEALTH_SLICES_MAX);
  for (let i = 0; i < MARKS_MAX + 5; i++) health.mark({ kind: 'action', memberId: null, text: String(i) });
  expect(health.view(0).marks).toHaveLength(MARKS_MAX);
});

test('a moment without a change of leaders has no explanation', () => {
  expect(() => health.explain(5)).toThrow('no change of leaders');
});
