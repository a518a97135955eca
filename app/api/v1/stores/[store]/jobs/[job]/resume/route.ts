import { storeRoute } from '../../../../../../../../server/console/http/route.ts';

export const POST = storeRoute<{ store: string; job: string }>((store, _request, { job }) =>
  store.jobAct(job, 'resume'),
);
