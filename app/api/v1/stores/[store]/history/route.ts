import { parse, queryOf } from '../../../../../../server/console/http/request.ts';
import { storeRoute } from '../../../../../../server/console/http/route.ts';
import { historyParams } from '../../../../../../server/console/http/schemas.ts';

export const GET = storeRoute((store, request) => {
  const { key, before, limit } = parse(historyParams, queryOf(request), 'query');
  return store.history({ key, before, limit });
});
