import { targetParams, targetPutBody } from '../../../../../../../server/console/http/config-schemas.ts';
import { jsonBody, parse, queryOf } from '../../../../../../../server/console/http/request.ts';
import { storeRoute } from '../../../../../../../server/console/http/route.ts';

export const GET = storeRoute((store, request) => {
  const { target, rev } = parse(targetParams, queryOf(request), 'query');
  return store.config.target(target, rev);
});

export const PUT = storeRoute(async (store, request) =>
  store.config.putTarget(parse(targetPutBody, await jsonBody(request), 'body')),
);
