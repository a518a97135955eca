import { healBody } from '../../../../../../../server/console/http/cluster-schemas.ts';
import { jsonBody, parse } from '../../../../../../../server/console/http/request.ts';
import { storeRoute } from '../../../../../../../server/console/http/route.ts';

export const POST = storeRoute(async (store, request) =>
  store.healDrills(parse(healBody, await jsonBody(request), 'body')),
);
