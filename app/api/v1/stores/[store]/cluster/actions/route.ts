import { actionBody } from '../../../../../../../server/console/http/cluster-schemas.ts';
import { jsonBody, parse } from '../../../../../../../server/console/http/request.ts';
import { storeRoute } from '../../../../../../../server/console/http/route.ts';

export const POST = storeRoute(async (store, request) =>
  store.clusterAction(parse(actionBody, await jsonBody(request), 'body')),
);
