/** One line of the page of all stores, from views that are there already: a dead store is told of as fast as a living one. Pure. */
import type { StoreOverview } from '../../../lib/api/store-overview.ts';
import type { ClusterView, StoreSummary } from '../../../lib/api/types.ts';

/** Silence means something only after the first round of questions. */
const FIRST_ROUND_MS = 1_500;

export interface StoreOverviewInput {
  readonly summary: StoreSummary;
  readonly demandsUsers: boolean | null;
  readonly view: ClusterView;
  /** Whether whoever asks may see members and risks. */
  readonly isOpen: boolean;
}

export function storeOverview({ summary, demandsUsers, view, isOpen }: StoreOverviewInput): StoreOverview {
  const isEarly = view.at - view.watchingSince < FIRST_ROUND_MS && view.members.length === 0;
  return {
    store: summary,
    state: view.reachable ? 'answers' : isEarly ? 'asking' : 'silent',
    demandsUsers,
    detail: isOpen ? detailOf(view) : null,
  };
}

function detailOf(view: ClusterView): NonNullable<StoreOverview['detail']> {
  const versions = view.members.flatMap(({ status }) => (status === null ? [] : [status.version]));
  const leader = view.members.find(({ isLeader }) => isLeader);
  return {
    at: view.at,
    members: view.members.map(({ name, id, health, isLeader, isLearner }) => ({
      name: name === '' ? id : name,
      health,
      isLeader,
      isLearner,
    })),
    leader: leader === undefined ? null : leader.name === '' ? leader.id : leader.name,
    leaderSince: view.leaderSince,
    quorum: view.quorum,
    risks: view.risks,
    versions: [...new Set(versions)].sort(),
  };
}
