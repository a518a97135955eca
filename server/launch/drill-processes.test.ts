/** Every drill on real members under the real launcher, through the console's own core, without a web server. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { startConsole } from '../console/boot.ts';
import type { Console, StoreConsole } from '../console/console.ts';
import type { DrillOrder } from '../console/drills/supervisor.ts';
import { type BundledStore, startBundledStore } from './members.ts';
import { letPausedGo } from './paused-members.ts';
import { freePorts } from './test-support/free-ports.ts';

type ClusterView = ReturnType<StoreConsole['cluster']>;
type MemberView = ClusterView['members'][number];
type ClusterAction = Parameters<StoreConsole['clusterPlan']>[0];

const dataDir = mkdtempSync(path.join(tmpdir(), 'quorate-drills-'));
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

const membersOn = (ports: readonly number[]) =>
  [0, 1, 2].map((i) => ({ name: `m${i + 1}`, client: ports[2 * i] ?? 0, peer: ports[2 * i + 1] ?? 0 }));

describe('drills on real members', { timeout: 90_000 }, () => {
  let bundled: BundledStore;
  let quorate: Console;
  let store: StoreConsole;
  let nextKey = 0;

  beforeAll(async () => {
    const members = membersOn(await freePorts(6));
    bundled = startBundledStore({
      members,
      dataDir: path.join(dataDir, 'a'),
      fromSnapshot: null,
      report: () => undefined,
    });
    await bundled.ready;
    const endpoints = members.map(({ client }) => `127.0.0.1:${client}`);
    const own = { id: 'local', label: 'local', colour: null, kind: 'bundled', tls: null, auth: null } as const;
    quorate = await startConsole({ stores: [{ ...own, endpoints, readOnly: false }], supervisor: bundled.drills });
    store = await quorate.store('local', null);
    await whole();
  }, 60_000);
  afterAll(async () => {
    await quorate.close();
    await bundled.stop();
  });

  const until = (isSo: (view: ClusterView) => boolean) =>
    vi.waitFor(() => expect(isSo(store.cluster()), JSON.stringify(store.cluster().members)).toBe(true), {
      timeout: 30_000,
      interval: 20,
    });
  const whole = () =>
    until(
      ({ members, leaderId, drills }) =>
        leaderId !== null &&
        drills.running.length === 0 &&
        members.length === 3 &&
        members.every(({ health }) => health === 'healthy'),
    );
  const one = (name: string) => store.cluster().members.find((member) => member.name === name);
  const follower = (): MemberView => {
    const found = store.cluster().members.find(({ isLeader }) => !isLeader);
    if (found === undefined) throw new Error('there is no follower');
    return found;
  };
  const leader = (): MemberView => {
    const found = store.cluster().members.find(({ isLeader }) => isLeader);
    if (found === undefined) throw new Error('nobody leads');
    return found;
  };

  async function drill(kind: DrillOrder['kind'], member: MemberView, seconds = 5): Promise<void> {
    const delayMs = kind === 'slowDisk' ? 300 : null;
    const action: ClusterAction = { type: 'drill', kind, member: member.id, seconds, delayMs };
    const { state, refusal } = await store.clusterPlan(action);
    expect(refusal).toBeNull();
    await store.clusterAction({ action, state, idempotencyKey: `drill-test-${nextKey++}` });
  }

  async function put(): Promise<number> {
    const startedAt = performance.now();
    const key = `drill/${nextKey++}`;
    await store.put({
      ...{ key, value: 'x', expectModRevision: '0', lease: { mode: 'detach' } },
      idempotencyKey: `drill-test-${nextKey++}`,
    });
    return performance.now() - startedAt;
  }

  test('a paused leader: nobody leads, then another does, and it comes back as a follower by itself', async () => {
    const paused = leader();
    const begunAt = Date.now();
    await drill('pause', paused, 10);
    await until(({ leaderId }) => leaderId !== paused.id);
    await until(({ leaderId }) => leaderId !== null && leaderId !== paused.id);
    expect(one(paused.name)?.health).toBe('unreachable');
    expect(store.cluster().drills.running).toMatchObject([{ kind: 'pause', memberName: paused.name }]);
    await whole();
    expect(one(paused.name)?.isLeader).toBe(false);
    // The first other leader after it: on a busy machine others may follow, and the paused one may be seen a moment longer.
    const { leaderChanges } = store.cluster();
    const change = leaderChanges.find(
      ({ at, leaderId }) => at > begunAt && leaderId !== null && leaderId !== paused.id,
    );
    const explained = store.memberHealth.explain(change?.at ?? 0);
    // Says what happened instead, should the drill not be the cause.
    const seen = JSON.stringify({ paused: paused.id, begunAt, leaderChanges, explained });
    expect(explained, seen).toMatchObject({ cause: 'drill', certainty: 'known' });
  });

  test('a killed member stays down until the countdown ends, then runs again', async () => {
    const killed = follower();
    await drill('kill', killed);
    await until(() => one(killed.name)?.health === 'unreachable');
    expect(await put(), 'two of three go on').toBeGreaterThan(0);
    const healsAt = store.cluster().drills.running[0]?.healsAt ?? 0;
    await whole();
    expect(Date.now()).toBeGreaterThan(healsAt);
  });

  test('writes of the console avoid a member that is known to be cut off or paused, whichever it is', async () => {
    for (const { name } of store.cluster().members) {
      for (const kind of ['isolate', 'pause'] as const) {
        const member = one(name);
        if (member === undefined) throw new Error(`${name} is gone`);
        await drill(kind, member, 60);
        await until(({ leaderId }) => {
          const seen = one(name);
          const isKnown = seen?.health === 'unreachable' || seen?.health === 'cutOff';
          return isKnown && leaderId !== null && leaderId !== member.id;
        });
        for (let i = 0; i < 3; i++) await put();
        await store.healDrills({ member: null });
        await whole();
      }
    }
  });

  test('a member that is cut off knows no leader while clients still reach it, and is healed by hand', async () => {
    const cut = follower();
    await drill('isolate', cut, 60);
    await until(() => one(cut.name)?.status?.errors.some((text) => text.includes('no leader')) ?? false);
    await until(({ quorum }) => one(cut.name)?.health === 'cutOff' && quorum.healthy === 2 && quorum.survives === 0);
    expect(leader().id).not.toBe(cut.id);
    expect(await store.healDrills({ member: cut.id })).toEqual({ healed: 1 });
    await until(() => one(cut.name)?.status?.errors.length === 0);
    await whole();
  });

  test('slow flushes of two of three make every write wait, and healing ends that', async () => {
    const slow = store.cluster().members.slice(0, 2);
    for (const member of slow) await drill('slowDisk', member, 60);
    expect(await put()).toBeGreaterThan(290);
    expect(await store.healDrills({ member: null })).toEqual({ healed: 2 });
    await whole();
  });

  test('quorum taken on purpose: the drill is answered at once and heals though nothing can be written', async () => {
    const [first, second] = store.cluster().members;
    if (first === undefined || second === undefined) throw new Error('three members are needed');
    await drill('pause', first, 60);
    await until(() => one(first.name)?.health === 'unreachable' && store.cluster().leaderId !== null);
    const action: ClusterAction = { type: 'drill', kind: 'pause', member: second.id, seconds: 60, delayMs: null };
    const plan = await store.clusterPlan(action);
    expect(plan).toMatchObject({ refusal: null, confirm: 'stop all writes' });
    await store.clusterAction({ action, state: plan.state, idempotencyKey: `drill-test-${nextKey++}` });
    await until(({ quorum }) => quorum.survives < 0);
    expect(await store.healDrills({ member: null })).toEqual({ healed: 2 });
    await whole();
  });

  test('a second drill on the same member is refused; so is one on a cluster other than the one shown', async () => {
    const member = follower();
    await drill('isolate', member, 60);
    const action: ClusterAction = { type: 'drill', kind: 'kill', member: member.id, seconds: 5, delayMs: null };
    expect((await store.clusterPlan(action)).refusal).toBe(`a drill on ${member.name} is under way`);
    await until(() => one(member.name)?.health === 'cutOff');
    const stale = { action, state: 'another', idempotencyKey: `drill-test-${nextKey++}` };
    await expect(store.clusterAction(stale)).rejects.toMatchObject({ name: 'ConsoleError' });
    await store.healDrills({ member: null });
    await whole();
  });

  test('what was done stands in the audit trail and in the history of the members', async () => {
    const everything = { before: undefined, user: undefined, text: undefined, result: undefined, revision: undefined };
    // Results that the store could not take during the drills follow as soon as it can.
    await vi.waitFor(
      async () => {
        const { entries } = await store.audit({ ...everything, limit: 100 });
        const done = entries.filter(({ result }) => result === 'done').map(({ action }) => action);
        const timesOf = (action: string) => done.filter((one) => one === `cluster.${action}`).length;
        const times = ['drill.pause', 'drill.kill', 'drill.isolate', 'drill.slowDisk', 'heal'].map(timesOf);
        expect(times, JSON.stringify(entries)).toEqual([6, 1, 5, 2, 10]);
      },
      { timeout: 60_000, interval: 200 },
    );
    const kinds = store.memberHealth.view(0).marks.map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === 'drill')).toHaveLength(8 + 6);
    expect(kinds.filter((kind) => kind === 'healed')).toHaveLength(8 + 6);
  });
});

// Processes are found in /proc.
describe.skipIf(process.platform !== 'linux')('a launcher that is killed during a drill', () => {
  test('leaves no member behind, not even a paused one: its guard lets it go on, and it finds itself alone', {
    timeout: 60_000,
  }, async () => {
    const dir = path.join(dataDir, 'b');
    const script = path.join(import.meta.dirname, 'test-support/paused-launcher.ts');
    const ports = (await freePorts(6)).map(String);
    const launcher = spawn(process.execPath, [script, dir, ...ports], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    await new Promise((resolve) => launcher.once('message', resolve));
    expect(processesOf(dir)).toHaveLength(3);
    launcher.kill('SIGKILL');
    await vi.waitFor(() => expect(processesOf(dir)).toEqual([]), { timeout: 20_000, interval: 50 });
  });

  test('together with the guard leaves a member paused, until the next start lets it go on', {
    timeout: 60_000,
  }, async () => {
    const dir = path.join(dataDir, 'c');
    const script = path.join(import.meta.dirname, 'test-support/paused-launcher.ts');
    const launcher = spawn(process.execPath, [script, dir, ...(await freePorts(6)).map(String)], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    await new Promise((resolve) => launcher.once('message', resolve));
    const [guard = 0, ...others] = guardsOf(launcher.pid ?? 0);
    expect(others).toEqual([]);
    // Stopped first, so that it does not see the launcher go.
    process.kill(guard, 'SIGSTOP');
    launcher.kill('SIGKILL');
    process.kill(guard, 'SIGKILL');
    await vi.waitFor(() => expect(processesOf(dir)).toHaveLength(1), { timeout: 20_000, interval: 50 });
    try {
      const lines: string[] = [];
      await letPausedGo(dir, (line) => lines.push(line));
      expect(lines).toEqual([expect.stringContaining('m1 was still paused by a drill whose launcher was killed')]);
      expect(processesOf(dir)).toEqual([]);
    } finally {
      for (const pid of processesOf(dir)) process.kill(Number(pid), 'SIGKILL');
    }
  });
});

/** Members whose data lies in this folder. */
const processesOf = (dir: string): string[] => processesWith(({ command }) => command.includes(`--data-dir\0${dir}/`));

/** Guards that this launcher started. */
const guardsOf = (launcher: number): number[] =>
  processesWith(({ command, parent }) => parent === launcher && command.includes('pause-guard.ts')).map(Number);

function processesWith(isMeant: (found: { readonly command: string; readonly parent: number }) => boolean): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
        const parent = Number(/^.*\) . (\d+)/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1]);
        return isMeant({ command, parent }) ? [pid] : [];
      } catch {
        // Gone since it was listed.
        return [];
      }
    });
}
