import { parse, queryOf } from '../../../../../../server/console/http/request.ts';
import { storeRoute } from '../../../../../../server/console/http/route.ts';
import { coordinationListParams } from '../../../../../../server/console/http/schemas.ts';

export const GET = storeRoute((store, request) => {
  const { rev, ...query } = parse(coordinationListParams, queryOf(request), 'query');
  return store.coordination({ ...query, revision: rev });
});
