import { jsonBody, parse, queryOf } from '../../../../../../server/console/http/request.ts';
import { storeRoute } from '../../../../../../server/console/http/route.ts';
import { leaseGrantBody, leaseListParams } from '../../../../../../server/console/http/schemas.ts';

export const GET = storeRoute((store, request) => store.leases(parse(leaseListParams, queryOf(request), 'query')));

export const POST = storeRoute(async (store, request) =>
  store.grantLease(parse(leaseGrantBody, await jsonBody(request), 'body')),
);
