import { prefixSchemaCheckBody } from '../../../../../../../../server/console/http/config-schemas.ts';
import { jsonBody, parse } from '../../../../../../../../server/console/http/request.ts';
import { storeRoute } from '../../../../../../../../server/console/http/route.ts';

export const POST = storeRoute(async (store, request) =>
  store.config.checkPrefixSchema(parse(prefixSchemaCheckBody, await jsonBody(request), 'body')),
);
