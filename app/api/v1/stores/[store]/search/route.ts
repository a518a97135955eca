import { parse, queryOf } from '../../../../../../server/console/http/request.ts';
import { storeRoute } from '../../../../../../server/console/http/route.ts';
import { searchParams } from '../../../../../../server/console/http/schemas.ts';

export const GET = storeRoute((store, request) => {
  const { q: text, limit } = parse(searchParams, queryOf(request), 'query');
  return store.search({ text, limit });
});
