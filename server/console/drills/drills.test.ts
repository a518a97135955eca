import { beforeEach, describe, expect, test } from 'vitest';
import type { DrillKind } from '../../../lib/api/drill-types.ts';
import type { ClusterView, MemberView } from '../../../lib/api/types.ts';
import { GrpcCode } from '../../../lib/base/grpc-status.ts';
import type { MemberStatus } from '../../engines/engine.ts';
import { StoreHealth } from '../health/store-health.ts';
import { CONFIRM_OUTAGE, type DrillAction, planDrill } from './plan.ts';
import { NOT_OURS, RECENT_MAX, StoreDrills } from './store-drills.ts';
import type { DrillChange, DrillOrder, DrillSupervisor, RunningDrill } from './supervisor.ts';

const member = (name: string, more: Partial<MemberView> = {}): MemberView => ({
  id: name.slice(1),
  name,
  endpoint: '',
  peerUrls: [],
  clientUrls: [],
  isLearner: false,
  isLeader: false,
  health: 'healthy',
  status: null,
  lastSeenAt: null,
  error: null,
  ...more,
});
const M1 = member('m1', { isLeader: true });
const M2 = member('m2');
const view = (healthy = 3) =>
  ({ members: [M1, M2, member('m3')], quorum: { voters: 3, healthy, needed: 2, survives: healthy - 2 } }) as Pick<
    ClusterView,
    'members' | 'quorum'
  > as ClusterView;
const action = (kind: DrillKind, more: Partial<DrillAction> = {}): DrillAction => ({
  type: 'drill',
  kind,
  member: '2',
  seconds: 20,
  delayMs: kind === 'slowDisk' ? 300 : null,
  ...more,
});
const plan = (kind: DrillKind, who = M2, healthy = 3, refusal: string | null = null) =>
  planDrill(action(kind), who, { view: view(healthy), refusal });

describe('the plan of a drill', () => {
  test('says what goes on with one member less, and when it is over', () => {
    const { effects, confirm, refusal } = plan('pause');
    expect(effects.join(' ')).toContain('2 of 3 voters go on, 2 are needed: the store keeps working');
    expect(effects.at(-1)).toContain('heals by itself after 20 s');
    expect({ confirm, refusal }).toEqual({ confirm: 'm2', refusal: null });
  });

  test('says that the leader goes, where it does', () => {
    expect(plan('kill', M1).effects.join(' ')).toContain('m1 leads: the others elect a leader');
    expect(plan('kill').effects.join(' ')).not.toContain('leads');
  });

  test.each(['kill', 'pause', 'isolate'] as const)('%s of one too many takes another word to mean it', (kind) => {
    const { effects, confirm, refusal } = plan(kind, M2, 2);
    expect(effects.join(' ')).toContain('Quorum is lost: 1 of 3 voters would answer, 2 are needed');
    expect(confirm).toBe(CONFIRM_OUTAGE);
    expect(refusal, 'that is what drills are for').toBeNull();
  });

  test('a slow disk is felt only where the others are too few', () => {
    expect(plan('slowDisk').effects.join(' ')).toContain('2 others flush as before, so writes do not wait');
    expect(plan('slowDisk', M2, 2).effects.join(' ')).toContain('every write waits for this disk');
    expect(plan('slowDisk', M2, 2).confirm).toBe('m2');
  });

  test('a learner changes nothing about quorum; one that is down already is refused', () => {
    expect(plan('kill', member('m2', { isLearner: true })).effects.join(' ')).toContain('does not vote');
    expect(plan('kill', member('m2', { health: 'unreachable' })).refusal).toContain('does not answer');
    expect(plan('kill', M2, 3, 'because').refusal).toBe('because');
  });
});

class FakeSupervisor implements DrillSupervisor {
  running: RunningDrill[] = [];
  #listener: (change: DrillChange) => void = () => undefined;
  refusalOf = () => null;
  async begin(order: DrillOrder): Promise<RunningDrill> {
    const drill = { ...order, startedAt: 1, healsAt: 1 + order.forMs };
    this.running.push(drill);
    this.#listener({ type: 'began', drill });
    return drill;
  }
  async heal(name: string): Promise<void> {
    const drill = this.running.find((one) => one.member === name);
    this.running = this.running.filter((one) => one !== drill);
    if (drill !== undefined) this.#listener({ type: 'ended', drill, how: 'early' });
  }
  onChange(listener: (change: DrillChange) => void): void {
    this.#listener = listener;
  }
}

describe('drills of a store', () => {
  const root = { isRoot: true, readOnly: false };
  let supervisor: FakeSupervisor;
  let health: StoreHealth;
  let drills: StoreDrills;
  beforeEach(() => {
    supervisor = new FakeSupervisor();
    health = new StoreHealth({ metrics: null });
    drills = new StoreDrills(supervisor, health);
  });

  test('begin, stand in the view and in the history, and end by hand', async () => {
    expect(await drills.begin(action('isolate'), M2, root)).toContain('heals by itself in 20 s');
    expect(drills.view(root, [{ id: 2n, name: 'm2' }])).toMatchObject({
      refusal: null,
      running: [{ kind: 'isolate', memberId: '2', memberName: 'm2', healsAt: 20_001 }],
    });
    expect(await drills.heal(null, root, view())).toEqual({ healed: 1 });
    expect(health.view(0).marks.map(({ kind, text }) => [kind, text])).toEqual([
      ['drill', 'A drill: m2 was cut off from its peers, for 20 s at most.'],
      ['healed', 'The drill on m2 is over, by hand.'],
    ]);
  });

  test('those of late are told with the revisions they began and ended at, the newest few', async () => {
    const at = (revision: number) => health.answered('m1:1', { revision } as MemberStatus);
    at(100);
    await drills.begin(action('pause'), M2, root);
    expect(drills.view(root, []).recent).toEqual([
      { text: 'm2 was paused', startedAt: 1, endedAt: null, fromRevision: '100', toRevision: null },
    ]);
    at(140);
    await drills.heal(null, root, view());
    expect(drills.view(root, []).recent).toMatchObject([{ fromRevision: '100', toRevision: '140' }]);
    for (let i = 0; i < RECENT_MAX + 3; i++) {
      await drills.begin(action('pause'), M1, root);
      await drills.heal(null, root, view());
    }
    expect(drills.view(root, []).recent).toHaveLength(RECENT_MAX);
  });

  test('healing one leaves the others', async () => {
    await drills.begin(action('isolate'), M1, root);
    await drills.begin(action('pause'), M2, root);
    expect(await drills.heal('2', root, view())).toEqual({ healed: 1 });
    expect(supervisor.running.map((drill) => drill.member)).toEqual(['m1']);
    expect(await drills.heal('9', root, view()), 'nobody by that id').toEqual({ healed: 0 });
  });

  test('on a store that somebody else runs they are refused on the server, to begin and to end', async () => {
    const external = new StoreDrills(null, health);
    expect(external.view(root, [])).toEqual({ refusal: NOT_OURS, running: [], recent: [] });
    expect(external.refusalOf(action('kill'), M2, root)).toBe(NOT_OURS);
    await expect(external.begin(action('kill'), M2, root)).rejects.toMatchObject({
      code: GrpcCode.FAILED_PRECONDITION,
    });
    await expect(external.heal(null, root, view())).rejects.toThrow(NOT_OURS);
  });

  test.each([
    ['a user who is not root', { isRoot: false, readOnly: false }],
    ['a read-only console', { isRoot: true, readOnly: true }],
  ])('%s may not', async (_name, caller) => {
    await expect(drills.begin(action('kill'), M2, caller)).rejects.toMatchObject({ code: GrpcCode.PERMISSION_DENIED });
    await expect(drills.heal(null, caller, view())).rejects.toMatchObject({ code: GrpcCode.PERMISSION_DENIED });
    expect(supervisor.running).toEqual([]);
  });
});
