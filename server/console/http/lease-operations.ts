/** The operations of OpenAPI on leases. */
import { routes } from '../../../lib/api/routes.ts';
import { writeResult } from './key-response-schemas.ts';
import { lease, leaseList, leaseTimes } from './lease-response-schemas.ts';
import { CHANGED, type Operation, READ_ONLY, STORE, template } from './operation.ts';
import * as requests from './schemas.ts';

export const leaseOperations: readonly Operation[] = [
  {
    path: template(routes.leases(STORE)),
    method: 'get',
    summary:
      'A page of the leases, and what ends in each of the next seconds; each time with the moment it was read at',
    query: requests.leaseListParams,
    answer: leaseList,
  },
  {
    path: template(routes.leaseTimes(STORE)),
    method: 'get',
    summary: 'Time left and renewals of the leases named, in the order asked for',
    query: requests.leaseTimesParams,
    answer: leaseTimes,
  },
  {
    path: template(routes.leases(STORE)),
    method: 'post',
    summary: 'Grant a lease',
    body: requests.leaseGrantBody,
    answer: lease,
    errors: READ_ONLY,
  },
  {
    path: template(routes.lease(STORE, '{lease}')),
    method: 'get',
    summary: 'A lease with all its keys; remaining TTL -1 when it is gone',
    answer: lease,
  },
  {
    path: template(routes.leaseRevoke(STORE, '{lease}')),
    method: 'post',
    summary: 'Revoke a lease if it holds exactly the keys shown',
    body: requests.leaseRevokeBody,
    answer: writeResult,
    errors: { ...CHANGED, ...READ_ONLY },
  },
];
