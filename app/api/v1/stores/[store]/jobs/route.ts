import { bulkStart } from '../../../../../../server/console/http/bulk-schemas.ts';
import { jsonBody, parse } from '../../../../../../server/console/http/request.ts';
import { storeRoute } from '../../../../../../server/console/http/route.ts';

export const GET = storeRoute((store) => store.jobs());

export const POST = storeRoute(async (store, request) =>
  store.bulkStart(parse(bulkStart, await jsonBody(request), 'body')),
);
