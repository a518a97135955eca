/** Maintenance through the HTTP API, on three members of the bundled store and of a real etcd. */
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { AuditPage } from '../../lib/api/audit.ts';
import type { ClusterAction, ClusterActionResult, ClusterHashes, ClusterPlan } from '../../lib/api/cluster-types.ts';
import type { ElectionExplained, HealthWindow } from '../../lib/api/health-types.ts';
import { routes } from '../../lib/api/routes.ts';
import type { ApiError, ClusterView, RevisionView } from '../../lib/api/types.ts';
import {
  canStartRealConsole,
  type RealConsole,
  startRealConsole,
} from '../../server/console/test-support/real-console.ts';
import { ask } from './test-support/dispatch.ts';

let real: RealConsole;
let nextKey = 0;

async function send<T>(method: string, path: string, body?: unknown): Promise<{ status: number; body: T }> {
  const response = await ask(method, path, { body });
  return { status: response.status, body: (await response.json()) as T };
}

const cluster = async (store = 'main') => (await send<ClusterView>('GET', routes.cluster(store))).body;
const plan = async (action: ClusterAction) =>
  (await send<ClusterPlan>('POST', routes.clusterPlan('main'), { action })).body;

/** As the screen does it: shown first, then done on the cluster that was shown. */
async function act(action: ClusterAction, state?: string, store = 'main') {
  const shown = state ?? (await plan(action)).state;
  return send<ClusterActionResult & ApiError>('POST', routes.clusterAction(store), {
    action,
    state: shown,
    idempotencyKey: `cluster-${nextKey++}`,
  });
}

/** The monitor asks every member a few times a second. */
async function until(isDone: (view: ClusterView) => boolean): Promise<void> {
  await vi.waitFor(async () => expect(isDone(await cluster())).toBe(true), { timeout: 20_000 });
}

const put = (key: string) =>
  send('PUT', routes.key('main'), {
    key,
    value: 'v',
    expectModRevision: '0',
    lease: { mode: 'keep' },
    idempotencyKey: `cluster-${nextKey++}`,
  });

const STORES = [
  { name: 'the bundled store', skip: false, isBundled: true },
  { name: 'a real etcd', skip: !canStartRealConsole(), isBundled: false },
];

describe.each(STORES.filter(({ skip }) => !skip))('maintenance of $name', ({ isBundled }) => {
  beforeAll(async () => {
    real = await startRealConsole(3, { isBundled });
    for (const key of ['/a', '/b', '/c']) await put(key);
    await until(
      ({ members, leaderId }) =>
        leaderId !== null && members.length === 3 && members.every((m) => m.health === 'healthy'),
    );
  });
  afterAll(() => real.stop());

  test('the leader is moved, and the trail says who did it', async () => {
    const before = await cluster();
    const follower = before.members.find((member) => !member.isLeader);
    const { status, body } = await act({ type: 'moveLeader', member: follower?.id ?? '' });
    expect(status, JSON.stringify(body)).toBe(200);
    expect(body.done).toBe(`${follower?.name} leads.`);
    await until(({ leaderId }) => leaderId === follower?.id);
    const trail = (await send<AuditPage>('GET', `${routes.audit('main')}?limit=1`)).body;
    expect(trail.entries[0]).toMatchObject({ action: 'cluster.moveLeader', target: follower?.id, result: 'done' });
  });

  test('why the leader changed is known where this console asked for it; of another moment nothing is', async () => {
    const change = (await cluster()).leaderChanges.at(-1);
    const explain = (at: number) =>
      send<ElectionExplained & ApiError>('GET', `${routes.clusterElection('main')}?at=${at}`);
    const { status, body } = await explain(change?.at ?? 0);
    expect(status, JSON.stringify(body)).toBe(200);
    expect(body).toMatchObject({ cause: 'planned', certainty: 'known', change });
    expect(body.evidence.find(({ supports }) => supports)?.text).toContain('Through this console');
    expect((await explain(7)).status).toBe(404);
    expect((await explain(Number.NaN)).body).toMatchObject({ detail: { field: 'at' } });
  });

  test('members’ numbers over time come from Status and from etcd’s own /metrics', { timeout: 30_000 }, async () => {
    const history = async (after = 0) =>
      (await send<HealthWindow>('GET', `${routes.clusterHistory('main')}?after=${after}`)).body;
    const full = await vi.waitFor(
      async () => {
        // Without writes nothing is flushed, and there is nothing to measure.
        await put(`/flushed/${nextKey}`);
        const window = await history();
        if (!window.members.some(({ fsyncP99Ms }) => fsyncP99Ms.some((ms) => ms !== null))) throw new Error('not yet');
        return window;
      },
      { timeout: 25_000, interval: 500 },
    );
    expect(full.members).toHaveLength(3);
    for (const lane of full.members) {
      expect(lane.metrics.state).toBe('offered');
      expect(lane.dbBytes.some((bytes) => bytes !== null && bytes > 0)).toBe(true);
      for (const column of [lane.role, lane.fsyncP99Ms, lane.version]) expect(column).toHaveLength(full.at.length);
    }
    expect((await history(full.at.at(-1))).at.every((at) => at > (full.at.at(-1) ?? 0))).toBe(true);
  });

  test('an action on another cluster than the one shown is refused, and nothing is done', async () => {
    const before = await cluster();
    const target = before.members.find((member) => !member.isLeader)?.id ?? '';
    const refused = await act({ type: 'moveLeader', member: target }, 'leader none');
    expect(refused).toMatchObject({ status: 409, body: { code: 'ABORTED' } });
    expect((await cluster()).leaderId).toBe(before.leaderId);
  });

  test('what the plan refuses is not done', async () => {
    const { leaderId } = await cluster();
    const refused = await act({ type: 'moveLeader', member: leaderId ?? '' });
    expect(refused).toMatchObject({ status: 400, body: { message: expect.stringContaining('leads already') } });
    expect((await act({ type: 'compact', revision: '999999' })).status).toBe(400);
  });

  test('a read-only store plans and does nothing', async () => {
    const target = (await cluster('guarded')).members[0]?.id ?? '';
    expect((await act({ type: 'defragment', member: target }, undefined, 'guarded')).status).toBe(403);
  });

  test('members agree on their keys, and compaction ends history where it said', async () => {
    const { body: hashes } = await send<ClusterHashes>('GET', routes.clusterHashes('main'));
    expect(hashes.verdict, JSON.stringify(hashes)).toBe('agree');
    expect(hashes.members).toHaveLength(3);
    const revision = String(Number(hashes.revision) - 1);
    expect((await act({ type: 'compact', revision })).status).toBe(200);
    const { body } = await send<RevisionView>('GET', routes.revisions('main'));
    expect(body.compacted).toBe(revision);
  });

  test('a follower is defragmented', async () => {
    const follower = (await cluster()).members.find((member) => !member.isLeader);
    expect(await act({ type: 'defragment', member: follower?.id ?? '' })).toMatchObject({
      status: 200,
      body: { done: `${follower?.name} is defragmented.` },
    });
  });

  test('a snapshot arrives whole, with the checksum that etcdctl looks for', async () => {
    const member = (await cluster()).members[0]?.id ?? '';
    const response = await ask('GET', `${routes.clusterSnapshot('main')}?member=${member}`);
    expect(response.status).toBe(200);
    const file = Buffer.from(await response.arrayBuffer());
    expect(file.length).toBeGreaterThanOrEqual(Number(response.headers.get('x-quorate-bytes')));
    const digest = createHash('sha256').update(file.subarray(0, -32)).digest();
    expect(file.subarray(-32)).toEqual(digest);
  });

  test('a learner comes and goes', async () => {
    const add = () => act({ type: 'addMember', peerUrls: ['http://127.0.0.1:1'], asLearner: true });
    // etcd takes no new member before all others have been connected for 5 s.
    const added = await vi.waitFor(
      async () => {
        const answer = await add();
        if (answer.status === 503) throw new Error(answer.body.message);
        return answer;
      },
      { timeout: 20_000 },
    );
    expect(added.status, JSON.stringify(added.body)).toBe(200);
    expect(added.body.next).toContain('--initial-cluster-state existing');
    const id = added.body.id ?? '';
    await until(({ members }) => members.some((member) => member.id === id && member.isLearner));
    expect((await plan({ type: 'promoteMember', member: id })).refusal).toContain('does not answer');
    expect((await act({ type: 'removeMember', member: id })).status).toBe(200);
    await until(({ members }) => members.length === 3);
  }, 30_000);

  test('a learner that runs catches up, gets a vote, another address, and goes', async () => {
    const [peer = 0, other = 0] = await real.freePorts(2);
    const added = await vi.waitFor(
      async () => {
        const answer = await act({ type: 'addMember', peerUrls: [`http://127.0.0.1:${peer}`], asLearner: true });
        if (answer.status === 503) throw new Error(answer.body.message);
        return answer;
      },
      { timeout: 20_000 },
    );
    expect(added.status, JSON.stringify(added.body)).toBe(200);
    const id = added.body.id ?? '';
    await real.etcd.join('late', peer);
    await until(({ members }) => members.some((member) => member.id === id && member.health === 'healthy'));
    expect((await plan({ type: 'moveLeader', member: id })).refusal).toContain('learners do not vote');
    await vi.waitFor(async () => expect((await act({ type: 'promoteMember', member: id })).status).toBe(200), {
      timeout: 20_000,
      interval: 500,
    });
    await until(({ quorum }) => quorum.voters === 4 && quorum.needed === 3);
    expect((await plan({ type: 'promoteMember', member: id })).refusal).toContain('votes already');
    const peerUrls = [`http://127.0.0.1:${other}`];
    expect((await act({ type: 'updateMember', member: id, peerUrls })).status).toBe(200);
    await until(({ members }) => members.some((member) => member.id === id && member.peerUrls[0] === peerUrls[0]));
    const taken = (await cluster()).members.find((member) => member.id !== id)?.peerUrls ?? [];
    expect((await plan({ type: 'updateMember', member: id, peerUrls: taken })).refusal).toContain('has that peer URL');
    expect((await act({ type: 'removeMember', member: id })).status).toBe(200);
    await until(({ quorum }) => quorum.voters === 3);
  }, 60_000);

  test('with one voter down, whatever would cost the quorum is refused with the arithmetic', async () => {
    const { members } = await cluster();
    const down = members.find((member) => !member.isLeader);
    const up = members.find((member) => !member.isLeader && member.id !== down?.id);
    const server = real.etcd.members.find(({ endpoint }) => endpoint === down?.endpoint);
    server?.signal('SIGKILL');
    await until(({ quorum }) => quorum.healthy === 2);
    const refusal = async (action: ClusterAction) => {
      const refused = await act(action);
      expect(refused.status, JSON.stringify(refused.body)).toBe(400);
      return refused.body.message;
    };
    expect(await refusal({ type: 'defragment', member: up?.id ?? '' })).toContain(
      '1 other voters answer, 2 are needed',
    );
    expect(await refusal({ type: 'removeMember', member: up?.id ?? '' })).toContain(
      '1 of 2 voters would answer, 2 are needed',
    );
    const peerUrls = ['http://127.0.0.1:1'];
    expect(await refusal({ type: 'addMember', peerUrls, asLearner: false })).toContain(
      '2 voters answer, 3 would be needed',
    );
    expect(await refusal({ type: 'moveLeader', member: down?.id ?? '' })).toContain('would wait for it in vain');
    expect(await refusal({ type: 'defragment', member: down?.id ?? '' })).toContain('does not answer');
    expect(await refusal({ type: 'disarm', member: up?.id ?? '', alarm: 'NOSPACE' })).toContain(
      'does not report NOSPACE',
    );
    expect((await plan({ type: 'removeMember', member: down?.id ?? '' })).refusal, 'the dead one may go').toBeNull();
    await server?.exited();
    server?.restart();
    await until(({ quorum }) => quorum.healthy === 3);
  }, 60_000);

  test('a bad address and a bad id are refused by name', async () => {
    const bad = await send<ApiError>('POST', routes.clusterPlan('main'), {
      action: { type: 'addMember', peerUrls: ['10.0.0.1'], asLearner: true },
    });
    expect(bad).toMatchObject({ status: 400, body: { detail: { field: 'action.peerUrls.0' } } });
    expect((await plan({ type: 'removeMember', member: 'abc' })).refusal).toContain('there is no member abc');
  });
});

describe.each(STORES.filter(({ skip }) => !skip))('$name that is full', ({ isBundled }) => {
  beforeAll(async () => {
    real = await startRealConsole(1, { isBundled, flags: ['--quota-backend-bytes', String(16 * 1024 * 1024)] });
    await until(({ leaderId }) => leaderId !== null);
  });
  afterAll(() => real.stop());

  test('it takes nothing more, and is led out step by step: compact, defragment, clear the alarm', async () => {
    const value = 'x'.repeat(1024 * 1024);
    const write = (expectModRevision: string) =>
      send<ApiError & { kv: { modRevision: string } }>('PUT', routes.key('main'), {
        key: '/large',
        value,
        expectModRevision,
        lease: { mode: 'keep' },
        idempotencyKey: `cluster-${nextKey++}`,
      });
    let revision = '0';
    for (;;) {
      const { status, body } = await write(revision);
      if (status !== 200) {
        expect(body.message).toContain('space exceeded');
        break;
      }
      revision = body.kv.modRevision;
    }
    await until(({ risks }) => risks.some(({ kind, remedy }) => kind === 'alarm' && remedy.includes('Cluster')));
    const member = (await cluster()).members[0]?.id ?? '';
    const done = async (action: ClusterAction) => {
      const { status, body } = await act(action);
      expect(status, JSON.stringify(body)).toBe(200);
    };
    await done({ type: 'compact', revision });
    await done({ type: 'defragment', member });
    await done({ type: 'disarm', member, alarm: 'NOSPACE' });
    await until(({ risks }) => !risks.some(({ kind }) => kind === 'alarm'));
    await vi.waitFor(async () => expect((await write(revision)).status).toBe(200), { timeout: 20_000 });
    const trail = (await send<AuditPage>('GET', `${routes.audit('main')}?limit=50`)).body;
    const ended = (action: string) => trail.entries.find((entry) => entry.action === action)?.result;
    expect(['cluster.compact', 'cluster.defragment', 'cluster.disarm'].map(ended), 'though it was full').toEqual([
      'done',
      'done',
      'done',
    ]);
  }, 60_000);
});
