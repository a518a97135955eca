/** Who runs the members of the bundled store and may hurt them, as the console sees it. The launcher implements it; an external store has none. */
import type { DrillKind } from '../../../lib/api/drill-types.ts';

export interface DrillOrder {
  readonly kind: DrillKind;
  /** Its name. */
  readonly member: string;
  readonly forMs: number;
  /** Of a slow disk. */
  readonly delayMs: number | null;
}

export interface RunningDrill extends DrillOrder {
  readonly startedAt: number;
  readonly healsAt: number;
}

export type DrillChange =
  | { readonly type: 'began'; readonly drill: RunningDrill }
  /** memberEnded: the process of the member ended for another reason; it starts again healthy. */
  | { readonly type: 'ended'; readonly drill: RunningDrill; readonly how: 'inTime' | 'early' | 'memberEnded' };

export interface DrillSupervisor {
  readonly running: readonly RunningDrill[];
  /** Why this drill cannot begin now; null: it can. */
  refusalOf(order: Pick<DrillOrder, 'kind' | 'member'>): string | null;
  /** Resolves when it is in force. Heals by itself after `forMs`, whatever becomes of the console. @throws Error with one sentence */
  begin(order: DrillOrder): Promise<RunningDrill>;
  /** Ends the drill on this member now; nothing when there is none. */
  heal(member: string): Promise<void>;
  onChange(listener: (change: DrillChange) => void): void;
}
