import { releaseParams } from '../../../../../../../server/console/http/config-schemas.ts';
import { parse, queryOf } from '../../../../../../../server/console/http/request.ts';
import { storeRoute } from '../../../../../../../server/console/http/route.ts';

export const GET = storeRoute((store, request) => {
  const { target, release } = parse(releaseParams, queryOf(request), 'query');
  return store.config.release(target, release);
});
