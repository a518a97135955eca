import { historyParams } from '../../../../../../../server/console/http/health-schemas.ts';
import { parse, queryOf } from '../../../../../../../server/console/http/request.ts';
import { storeRoute } from '../../../../../../../server/console/http/route.ts';

export const GET = storeRoute((store, request) =>
  store.memberHealth.view(parse(historyParams, queryOf(request), 'query').after),
);
