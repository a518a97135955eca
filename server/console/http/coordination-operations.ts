/** The operations of OpenAPI on what is recognised among the keys: locks, elections, other primitives, services. */
import { routes } from '../../../lib/api/routes.ts';
import { coordinationDetail, coordinationList, coordinationTerms, waitsView } from './coordination-response-schemas.ts';
import { writeResult } from './key-response-schemas.ts';
import { CHANGED, type Operation, READ_ONLY, STORE, template } from './operation.ts';
import { primitiveList, serviceList } from './primitive-response-schemas.ts';
import * as requests from './schemas.ts';

export const coordinationOperations: readonly Operation[] = [
  {
    path: template(routes.coordination(STORE)),
    method: 'get',
    summary:
      'A page of the locks and elections recognised among the keys, with holder and number of waiters, now or at a revision',
    query: requests.coordinationListParams,
    answer: coordinationList,
  },
  {
    path: template(routes.coordinationGroup(STORE)),
    method: 'get',
    summary: 'One lock or election: the queue in order and the terms of office seen',
    query: requests.keyParams,
    answer: coordinationDetail,
  },
  {
    path: template(routes.coordinationTerms(STORE)),
    method: 'get',
    summary: 'Terms of office up to a revision, read from a bounded stretch of the store’s history',
    query: requests.coordinationTermsParams,
    answer: coordinationTerms,
  },
  {
    path: template(routes.waits(STORE)),
    method: 'get',
    summary: 'Who waits for whom across all locks, with the circles that never end by themselves',
    query: requests.coordinationParams,
    answer: waitsView,
  },
  {
    path: template(routes.primitives(STORE)),
    method: 'get',
    summary: 'Semaphores, reader-writer locks, barriers, queues, counters and groups recognised among the keys',
    query: requests.coordinationParams,
    answer: primitiveList,
  },
  {
    path: template(routes.services(STORE)),
    method: 'get',
    summary: 'Services recognised among the keys, with their instances, and those that went lately',
    query: requests.coordinationParams,
    answer: serviceList,
  },
  {
    path: template(routes.coordinationRelease(STORE)),
    method: 'post',
    summary: 'Delete the key of a holder if it is still the one shown; its lease stays',
    body: requests.releaseBody,
    answer: writeResult,
    errors: { ...CHANGED, ...READ_ONLY },
  },
];
