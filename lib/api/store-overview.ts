/** How every store of a console is, on one page, from what the console knows already. */
import type { ClusterView, MemberHealth, Risk, StoreSummary, WireTime } from './types.ts';

export interface StoreOverview {
  readonly store: StoreSummary;
  /** asking: the console began a moment ago and nobody has answered or failed yet. */
  readonly state: 'answers' | 'silent' | 'asking';
  /** Whether it demands users; null: it has not said yet. */
  readonly demandsUsers: boolean | null;
  /** Null: this browser is not signed in to a store that demands users, so it is told no more. */
  readonly detail: {
    readonly at: WireTime;
    readonly members: readonly {
      readonly name: string;
      readonly health: MemberHealth;
      readonly isLeader: boolean;
      readonly isLearner: boolean;
    }[];
    readonly leader: string | null;
    readonly leaderSince: ClusterView['leaderSince'];
    readonly quorum: ClusterView['quorum'];
    readonly risks: readonly Risk[];
    /** What its members run, each once. */
    readonly versions: readonly string[];
  } | null;
}
