import { bulkRequest } from '../../../../../../server/console/http/bulk-schemas.ts';
import { jsonBody, parse } from '../../../../../../server/console/http/request.ts';
import { storeRoute } from '../../../../../../server/console/http/route.ts';

export const POST = storeRoute(async (store, request) =>
  store.bulkPreview(parse(bulkRequest, await jsonBody(request), 'body')),
);
