import { revisionParams } from '../../../../../../server/console/http/config-schemas.ts';
import { parse, queryOf } from '../../../../../../server/console/http/request.ts';
import { storeRoute } from '../../../../../../server/console/http/route.ts';

export const GET = storeRoute((store, request) =>
  store.config.overview(parse(revisionParams, queryOf(request), 'query').rev),
);
