import { electionParams } from '../../../../../../../server/console/http/health-schemas.ts';
import { parse, queryOf } from '../../../../../../../server/console/http/request.ts';
import { storeRoute } from '../../../../../../../server/console/http/route.ts';

export const GET = storeRoute((store, request) =>
  store.memberHealth.explain(parse(electionParams, queryOf(request), 'query').at),
);
