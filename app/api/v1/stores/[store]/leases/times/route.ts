import { parse, queryOf } from '../../../../../../../server/console/http/request.ts';
import { storeRoute } from '../../../../../../../server/console/http/route.ts';
import { leaseTimesParams } from '../../../../../../../server/console/http/schemas.ts';

export const GET = storeRoute((store, request) =>
  store.leaseTimes(parse(leaseTimesParams, queryOf(request), 'query').ids),
);
