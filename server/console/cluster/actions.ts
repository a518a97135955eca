/**
 * Actions on the cluster as operators ask for them: once per idempotency key, with an entry in the audit trail and a mark in the
 * members' history.
 */
import type { ClusterActionBody, ClusterActionResult } from '../../../lib/api/cluster-types.ts';
import type { DrillHealBody, DrillHealed } from '../../../lib/api/drill-types.ts';
import type { ClusterView } from '../../../lib/api/types.ts';
import type { Changes } from '../changes.ts';
import type { DrillCaller, StoreDrills } from '../drills/store-drills.ts';
import type { StoreHealth } from '../health/store-health.ts';
import { actionMark, clusterAct, healAct, type Maintenance } from './maintenance.ts';

export interface ClusterActionsWorld {
  readonly maintenance: Maintenance;
  readonly drills: StoreDrills;
  /** Who asks for drills. */
  readonly driller: DrillCaller;
  readonly health: StoreHealth;
  readonly changes: Changes;
  readonly view: () => ClusterView;
}

export class ClusterActions {
  readonly #world: ClusterActionsWorld;

  constructor(world: ClusterActionsWorld) {
    this.#world = world;
  }

  run(body: ClusterActionBody): Promise<ClusterActionResult> {
    const { changes, maintenance, health } = this.#world;
    const act = clusterAct(body);
    return changes.once(body.idempotencyKey, `${act.action} ${JSON.stringify(body)}`, () => {
      if (body.action.type === 'drill')
        return answeredAtOnce(
          (change) => changes.audited(act, change),
          () => maintenance.run(body),
        );
      return changes.audited(act, async () => {
        const at = Date.now();
        const result = await maintenance.run(body);
        health.mark({ at, ...actionMark(body.action, result) });
        return result;
      });
    });
  }

  /** At once, whatever the store can do at the moment; the trail hears of it when it can. */
  async heal({ member }: DrillHealBody): Promise<DrillHealed> {
    const { drills, driller, view, changes } = this.#world;
    const healed = await drills.heal(member, driller, view());
    if (healed.healed > 0) void changes.happened(healAct(member));
    return healed;
  }
}

/** Without waiting for the result to be written: a drill may have taken the store's quorum with it. */
function answeredAtOnce<T>(audited: (change: () => Promise<T>) => Promise<T>, change: () => Promise<T>): Promise<T> {
  const answer = Promise.withResolvers<T>();
  audited(async () => {
    const result = await change();
    answer.resolve(result);
    return result;
  }).catch(answer.reject);
  return answer.promise;
}
