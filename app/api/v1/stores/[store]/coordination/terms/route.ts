import { parse, queryOf } from '../../../../../../../server/console/http/request.ts';
import { storeRoute } from '../../../../../../../server/console/http/route.ts';
import { coordinationTermsParams } from '../../../../../../../server/console/http/schemas.ts';

export const GET = storeRoute((store, request) =>
  store.coordinationTerms(parse(coordinationTermsParams, queryOf(request), 'query')),
);
