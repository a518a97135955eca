/** The operations of OpenAPI on a store as a whole, who uses it, its history, and on this console. */
import { routes } from '../../../lib/api/routes.ts';
import { auditPage } from './audit-response-schemas.ts';
import { cluster } from './cluster-response-schemas.ts';
import { type Operation, STORE, template } from './operation.ts';
import * as requests from './schemas.ts';
import { storeOverviewList } from './store-overview-schemas.ts';
import { changesPage, health, revisionAt, revisions, storeList, storeSummary } from './store-response-schemas.ts';

export const storeOperations: readonly Operation[] = [
  { path: routes.health, method: 'get', summary: 'Whether a store answers', answer: health },
  {
    path: routes.metrics,
    method: 'get',
    summary:
      'This console in numbers, as Prometheus text: requests, its stores’ indexes and listeners, and what it costs them. Of the stores that the caller may use; of all with the token of QUORATE_METRICS_TOKEN as a bearer',
    answer: 'text',
  },
  { path: '/api/v1/openapi.json', method: 'get', summary: 'This document', answer: 'openapi' },
  { path: routes.stores, method: 'get', summary: 'The stores of this console', answer: storeList },
  {
    path: routes.storesHealth,
    method: 'get',
    summary: 'How every store is, from what the console knows already; more of a store only for who may use it',
    answer: storeOverviewList,
  },
  {
    path: template(routes.signIn(STORE)),
    method: 'post',
    summary: 'Sign in as a user of the store; the answer sets the session cookie',
    body: requests.signInBody,
    answer: storeSummary,
    errors: {
      '401': 'User and password do not fit.',
      '403': 'The request came from a foreign page.',
      '429': 'Too many failed attempts; `detail.retryAfterSeconds` says how long to wait.',
    },
  },
  {
    path: template(routes.signOut(STORE)),
    method: 'post',
    summary: 'Sign out of the store',
    answer: storeSummary,
    errors: { '403': 'The request came from a foreign page.' },
  },
  {
    path: template(routes.audit(STORE)),
    method: 'get',
    summary: 'Changes made through consoles, newest first, as far as the user may read them',
    query: requests.auditParams,
    answer: auditPage,
    errors: { '403': 'The user may not read the audit trail.' },
  },
  {
    path: template(routes.auditExport(STORE)),
    method: 'get',
    summary: 'The same as a file: JSON Lines, oldest first, at one revision, however much it is',
    query: requests.auditExportParams,
    answer: 'file',
    errors: { '403': 'The user may not read the audit trail.' },
  },
  {
    path: template(routes.live(STORE)),
    method: 'get',
    summary:
      'Server-sent events: hello, cluster, revision, index, changes, gap, bye. `id` is a revision; send it back as Last-Event-ID to resume',
    answer: 'event-stream',
  },
  {
    path: template(routes.cluster(STORE)),
    method: 'get',
    summary: 'Members, leader, quorum and risks',
    answer: cluster,
  },
  {
    path: template(routes.revisions(STORE)),
    method: 'get',
    summary: 'Current and compacted revision, and known times',
    answer: revisions,
  },
  {
    path: template(routes.revisionAt(STORE)),
    method: 'get',
    summary: 'Which revision was current at a moment since the console began to watch',
    query: requests.revisionAtParams,
    answer: revisionAt,
  },
  {
    path: template(routes.changes(STORE)),
    method: 'get',
    summary: 'The changes from a revision on, in order; a bounded stretch, complete up to the revision named in `to`',
    query: requests.changesParams,
    answer: changesPage,
  },
];
