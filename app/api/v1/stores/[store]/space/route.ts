import { parse, queryOf } from '../../../../../../server/console/http/request.ts';
import { storeRoute } from '../../../../../../server/console/http/route.ts';
import { spaceParams } from '../../../../../../server/console/http/space-schemas.ts';

export const GET = storeRoute((store, request) => {
  const { rev: revision, ...query } = parse(spaceParams, queryOf(request), 'query');
  return store.space({ ...query, revision, signal: request.signal });
});
