import { jsonBody, parse } from '../../../../../../server/console/http/request.ts';
import { storeRoute } from '../../../../../../server/console/http/route.ts';
import { deleteBody } from '../../../../../../server/console/http/schemas.ts';

export const POST = storeRoute(async (store, request) =>
  store.delete(parse(deleteBody, await jsonBody(request), 'body')),
);
