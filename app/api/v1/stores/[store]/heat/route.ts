import { parse, queryOf } from '../../../../../../server/console/http/request.ts';
import { storeRoute } from '../../../../../../server/console/http/route.ts';
import { heatParams } from '../../../../../../server/console/http/space-schemas.ts';

export const GET = storeRoute((store, request) => {
  const { rev: revision, ...query } = parse(heatParams, queryOf(request), 'query');
  return store.heat({ ...query, revision });
});
