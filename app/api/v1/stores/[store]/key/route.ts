import { jsonBody, parse, queryOf } from '../../../../../../server/console/http/request.ts';
import { storeRoute } from '../../../../../../server/console/http/route.ts';
import { keyParams, putBody } from '../../../../../../server/console/http/schemas.ts';

export const GET = storeRoute((store, request) => {
  const { key, rev: revision } = parse(keyParams, queryOf(request), 'query');
  return store.key({ key, revision });
});

export const PUT = storeRoute(async (store, request) => store.put(parse(putBody, await jsonBody(request), 'body')));
