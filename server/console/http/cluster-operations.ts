/** The operations of OpenAPI that look after the cluster itself. */
import { routes } from '../../../lib/api/routes.ts';
import * as cluster from './cluster-schemas.ts';
import * as health from './health-schemas.ts';
import { type Operation, READ_ONLY, STORE, template } from './operation.ts';

export const clusterOperations: readonly Operation[] = [
  {
    path: template(routes.clusterPlan(STORE)),
    method: 'post',
    summary: 'What an action on the cluster would do, in words, and whether it is refused; changes nothing',
    body: cluster.planBody,
    answer: cluster.plan,
    errors: { '403': 'The request came from a foreign page.' },
  },
  {
    path: template(routes.clusterAction(STORE)),
    method: 'post',
    summary: 'An action on the cluster, if it is still as the plan saw it',
    body: cluster.actionBody,
    answer: cluster.actionResult,
    errors: {
      ...READ_ONLY,
      '409': 'The cluster changed since the plan; nothing was done.',
    },
  },
  {
    path: template(routes.clusterHashes(STORE)),
    method: 'get',
    summary: 'The hash of every member over the same history',
    query: cluster.hashesParams,
    answer: cluster.hashes,
  },
  {
    path: template(routes.clusterSnapshot(STORE)),
    method: 'get',
    summary:
      'A snapshot of the store from one member, as etcdctl snapshot save writes it; ends early when its checksum does not fit',
    query: cluster.snapshotParams,
    answer: 'file',
    errors: { '403': 'The user may not read everything.' },
  },
  {
    path: template(routes.clusterHeal(STORE)),
    method: 'post',
    summary: 'Ends the drill on a member of the bundled store, or all of them, now',
    body: cluster.healBody,
    answer: cluster.healed,
    errors: { '403': 'Not root, read-only, or the request came from a foreign page.' },
  },
  {
    path: template(routes.clusterHistory(STORE)),
    method: 'get',
    summary: 'How each member did over the last hour, as columns over one axis of time; null is what was not seen',
    query: health.historyParams,
    answer: health.history,
  },
  {
    path: template(routes.clusterElection(STORE)),
    method: 'get',
    summary: 'Why the leader changed at a moment of `leaderChanges`, with the evidence; "unknown" when there is none',
    query: health.electionParams,
    answer: health.election,
  },
];
