import { jsonBody, parse } from '../../../../../../server/console/http/request.ts';
import { storeRoute } from '../../../../../../server/console/http/route.ts';
import { leaseGrantBody } from '../../../../../../server/console/http/schemas.ts';

export const GET = storeRoute((store) => store.leases());

export const POST = storeRoute(async (store, request) =>
  store.grantLease(parse(leaseGrantBody, await jsonBody(request), 'body')),
);
