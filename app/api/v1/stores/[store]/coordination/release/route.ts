import { jsonBody, parse } from '../../../../../../../server/console/http/request.ts';
import { storeRoute } from '../../../../../../../server/console/http/route.ts';
import { releaseBody } from '../../../../../../../server/console/http/schemas.ts';

export const POST = storeRoute(async (store, request) =>
  store.release(parse(releaseBody, await jsonBody(request), 'body')),
);
