import { prefixSchemaPutBody, revisionParams } from '../../../../../../../server/console/http/config-schemas.ts';
import { jsonBody, parse, queryOf } from '../../../../../../../server/console/http/request.ts';
import { storeRoute } from '../../../../../../../server/console/http/route.ts';

export const GET = storeRoute((store, request) =>
  store.config.prefixSchemas(parse(revisionParams, queryOf(request), 'query').rev),
);

export const PUT = storeRoute(async (store, request) =>
  store.config.putPrefixSchema(parse(prefixSchemaPutBody, await jsonBody(request), 'body')),
);
