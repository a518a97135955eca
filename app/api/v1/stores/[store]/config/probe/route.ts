import { probeBody } from '../../../../../../../server/console/http/config-schemas.ts';
import { jsonBody, parse } from '../../../../../../../server/console/http/request.ts';
import { storeRoute } from '../../../../../../../server/console/http/route.ts';

export const POST = storeRoute(async (store, request) =>
  store.config.probe(parse(probeBody, await jsonBody(request), 'body')),
);
