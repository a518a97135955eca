import { parse, queryOf } from '../../../../../../../server/console/http/request.ts';
import { storeRoute } from '../../../../../../../server/console/http/route.ts';
import { coordinationParams } from '../../../../../../../server/console/http/schemas.ts';

export const GET = storeRoute((store, request) => {
  const { rev } = parse(coordinationParams, queryOf(request), 'query');
  return store.primitives({ revision: rev });
});
