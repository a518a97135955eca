import { jsonBody, parse } from '../../../../../../../../server/console/http/request.ts';
import { storeRoute } from '../../../../../../../../server/console/http/route.ts';
import { leaseParam, leaseRevokeBody } from '../../../../../../../../server/console/http/schemas.ts';

export const POST = storeRoute<{ store: string; lease: string }>(async (store, request, params) =>
  store.revokeLease(parse(leaseParam, params.lease, 'lease'), parse(leaseRevokeBody, await jsonBody(request), 'body')),
);
