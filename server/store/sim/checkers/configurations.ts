/**
 * Who votes at every index, reckoned from the committed log alone: every member that applied up to an index, installed an image of it or
 * restarted from one has that configuration. A member that forgets a change, skips a joint phase or takes a learner for a voter
 * is found here long before two leaders meet.
 */
import type { MemberId } from '../../../../lib/base/brand.ts';
import { changeConfState, EMPTY_CONF_STATE } from '../../raft/conf-change.ts';
import { decodeConfChange, isConfChangeType } from '../../raft/conf-change-codec.ts';
import { describeConfState, shortId } from '../../raft/describe.ts';
import type { ConfState, Entry } from '../../raft/types.ts';
import type { MachineImage } from '../actor.ts';
import { SimulationViolation } from '../world.ts';

interface Since {
  readonly index: number;
  readonly confState: ConfState;
}

export class ConfigurationChecker {
  /** In order of index. */
  readonly #changes: Since[] = [{ index: 0, confState: EMPTY_CONF_STATE }];

  committed(entry: Entry): void {
    if (!isConfChangeType(entry.type)) return;
    const change = decodeConfChange(entry);
    const now = this.at(entry.index);
    const next = change.ok ? changeConfState(now, change.value) : change;
    if (next.ok) this.#changes.push({ index: entry.index, confState: next.value });
  }

  /** In force once `index` is applied. */
  at(index: number): ConfState {
    return this.#changes.findLast((change) => change.index <= index)?.confState ?? EMPTY_CONF_STATE;
  }

  image(id: MemberId, { index, confState }: MachineImage): void {
    const expected = describeConfState(this.at(index));
    const found = describeConfState(confState);
    if (found === expected) return;
    throw new SimulationViolation(`${shortId(id)} has ${found} at index ${index}, the log makes it ${expected}`);
  }
}
