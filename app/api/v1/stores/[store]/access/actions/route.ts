import { actionBody } from '../../../../../../../server/console/http/access-schemas.ts';
import { jsonBody, parse } from '../../../../../../../server/console/http/request.ts';
import { storeRoute } from '../../../../../../../server/console/http/route.ts';

export const POST = storeRoute(async (store, request) =>
  store.accessAction(parse(actionBody, await jsonBody(request), 'body')),
);
