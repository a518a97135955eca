'use client';

import { api } from '../../lib/api/client.ts';
import type { ClusterAction } from '../../lib/api/cluster-types.ts';
import { routes } from '../../lib/api/routes.ts';
import { apiCall } from '../keys/key-copy.ts';
import { PlannedDialog } from '../shell/planned-dialog.tsx';
import { useStore } from '../shell/use-store.ts';
import { Dialog } from '../ui/dialog.tsx';

export interface ActionDialogProps {
  /** Null: closed. */
  readonly action: ClusterAction | null;
  readonly onClose: () => void;
}

/** What exactly will happen, the deliberate act, and how it ended. */
export function ActionDialog({ action, onClose }: ActionDialogProps) {
  const store = useStore();
  return (
    <Dialog open={action !== null} onClose={onClose}>
      {action === null ? null : (
        <PlannedDialog
          planKey={['store', store.id, 'cluster-plan', action]}
          makePlan={(signal) => api.clusterPlan(store.id, action, signal)}
          run={({ state }, idempotencyKey) => api.clusterAction(store.id, { action, state, idempotencyKey })}
          curl={({ state }, idempotencyKey) =>
            apiCall(routes.clusterAction(store.id), 'POST', { action, state, idempotencyKey })
          }
          hint="If the cluster is another one by then, nothing happens."
        />
      )}
    </Dialog>
  );
}
