import { jobParams } from '../../../../../../../server/console/http/bulk-schemas.ts';
import { parse, queryOf } from '../../../../../../../server/console/http/request.ts';
import { storeRoute } from '../../../../../../../server/console/http/route.ts';

export const GET = storeRoute<{ store: string; job: string }>((store, request, { job }) =>
  store.job(job, parse(jobParams, queryOf(request), 'query').after),
);
