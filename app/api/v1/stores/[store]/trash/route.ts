import { trashParams } from '../../../../../../server/console/http/bulk-schemas.ts';
import { parse, queryOf } from '../../../../../../server/console/http/request.ts';
import { storeRoute } from '../../../../../../server/console/http/route.ts';

export const GET = storeRoute((store, request) => {
  const query = parse(trashParams, queryOf(request), 'query');
  return store.trash({ ...query, before: query.before });
});
