import { draftPutBody } from '../../../../../../../server/console/http/config-schemas.ts';
import { jsonBody, parse } from '../../../../../../../server/console/http/request.ts';
import { storeRoute } from '../../../../../../../server/console/http/route.ts';

export const PUT = storeRoute(async (store, request) =>
  store.config.putDraft(parse(draftPutBody, await jsonBody(request), 'body')),
);
