import { parse } from '../../../../../../../server/console/http/request.ts';
import { storeRoute } from '../../../../../../../server/console/http/route.ts';
import { leaseParam } from '../../../../../../../server/console/http/schemas.ts';

export const GET = storeRoute<{ store: string; lease: string }>((store, _request, params) =>
  store.lease(parse(leaseParam, params.lease, 'lease')),
);
