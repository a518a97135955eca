import { hashesParams } from '../../../../../../../server/console/http/cluster-schemas.ts';
import { parse, queryOf } from '../../../../../../../server/console/http/request.ts';
import { storeRoute } from '../../../../../../../server/console/http/route.ts';

export const GET = storeRoute((store, request) =>
  store.clusterHashes(parse(hashesParams, queryOf(request), 'query').rev),
);
