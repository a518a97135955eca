import { parse, queryOf } from '../../../../../../../server/console/http/request.ts';
import { storeRoute } from '../../../../../../../server/console/http/route.ts';
import { keyParams } from '../../../../../../../server/console/http/schemas.ts';

export const GET = storeRoute((store, request) => {
  const { key, rev } = parse(keyParams, queryOf(request), 'query');
  return store.coordinationGroup({ key, revision: rev });
});
