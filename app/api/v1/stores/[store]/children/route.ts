import { parse, queryOf } from '../../../../../../server/console/http/request.ts';
import { storeRoute } from '../../../../../../server/console/http/route.ts';
import { childrenParams } from '../../../../../../server/console/http/schemas.ts';

export const GET = storeRoute((store, request) => {
  const { rev: revision, ...query } = parse(childrenParams, queryOf(request), 'query');
  return store.children({ ...query, revision, signal: request.signal });
});
