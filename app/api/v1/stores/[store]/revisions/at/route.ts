import { parse, queryOf } from '../../../../../../../server/console/http/request.ts';
import { storeRoute } from '../../../../../../../server/console/http/route.ts';
import { revisionAtParams } from '../../../../../../../server/console/http/schemas.ts';

export const GET = storeRoute((store, request) =>
  store.revisionAt(parse(revisionAtParams, queryOf(request), 'query').time),
);
